import { RakkoError } from '@rakko/core'
import type { AbortSignalLike, Intent, IntentOutcome } from './intent.js'

/** One write of a signing round. */
export interface RoundItem {
  readonly intent: Intent
  /** Called at least once, unless the round hands the item back. The first outcome counts. */
  readonly settle: (outcome: IntentOutcome) => void
  readonly signal?: AbortSignalLike | undefined
  /** The served port that it came from; undefined for the app's own. */
  readonly port?: number | undefined
}

/** Results of what did not throw; what threw is refused. */
export function keepGood<From, To>(
  all: readonly From[],
  itemOf: (from: From) => RoundItem,
  change: (from: From) => To,
): To[] {
  const good: To[] = []
  for (const from of all) {
    try {
      good.push(change(from))
    } catch (error) {
      refuse(itemOf(from), asRakkoError(error))
    }
  }
  return good
}

export function refuse(item: RoundItem, error: RakkoError): void {
  item.settle({ status: 'refused', error })
}

export function asRakkoError(error: unknown): RakkoError {
  if (error instanceof RakkoError) return error
  return new RakkoError('INTERNAL', 'Signing or publishing failed, see the cause', {}, { cause: error })
}
