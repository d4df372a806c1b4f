import type { RakkoError } from '@rakko/core'
import type { Arrival, Outcome } from '../decide/arrivals.js'
import { SqlError } from '../driver/sql-error.js'
import { storageFailed } from '../storage-failed.js'
import { TooMuchAtOnce } from '../transaction/too-much-at-once.js'
import { type IngestContext, type Ingested, ingest, NOTHING_INGESTED } from './ingest.js'

/** What a transaction did. `outcomes`: of the items that come next; RakkoErrors where it failed. */
export interface IngestedPart extends Omit<Ingested, 'outcomes'> {
  readonly outcomes: readonly (Outcome | RakkoError)[]
}

/**
 * Ingests items in one transaction. Where that fails and the storage is not the reason, or where it would reduce too
 * much, each half has a transaction of its own, and so on. In the end only the item fails that cannot be stored. Yields
 * after each transaction, also after one that failed: others may go before the next.
 *
 * Throws where the storage fails and nothing was stored. Later on each item that is left gets that error. With
 * `allOrNone` there is one transaction, whatever comes, and it throws where that fails.
 */
export async function* ingestApart(
  context: IngestContext,
  items: readonly Arrival[],
  { allOrNone }: { readonly allOrNone: boolean },
): AsyncGenerator<IngestedPart, void> {
  const pending: (readonly Arrival[])[] = [items]
  let hasOutcomes = false
  for (let some = pending.pop(); some; some = pending.pop()) {
    try {
      yield await ingest(context, some, { allOrNone, maySplit: !allOrNone && some.length > 1 })
    } catch (cause) {
      if (allOrNone) throw cause
      if (isOfItems(cause) && some.length > 1) {
        const middle = Math.ceil(some.length / 2)
        pending.push(some.slice(middle), some.slice(0, middle))
        yield NOTHING_INGESTED
        continue
      }
      const failure = storageFailed(cause)
      if (!hasOutcomes && !isOfItems(cause)) throw failure
      const left = isOfItems(cause) ? [] : pending.splice(0).reverse()
      yield failed([some, ...left].flat(), failure)
    }
    hasOutcomes = true
  }
}

/** PostgreSQL's class of states for a statement that asks more than it can do, such as too long a row of an index. */
const PROGRAM_LIMIT = '54'

/** Whether other items may be stored though these were not. */
function isOfItems(cause: unknown): boolean {
  if (cause instanceof TooMuchAtOnce) return true
  if (cause instanceof SqlError) return cause.sqlState.startsWith(PROGRAM_LIMIT)
  const { code } = storageFailed(cause)
  return code !== 'STORAGE_FAILED' && code !== 'DATABASE_DAMAGED' && code !== 'NODE_CLOSED'
}

function failed(items: readonly Arrival[], failure: RakkoError): IngestedPart {
  return { ...NOTHING_INGESTED, outcomes: items.map(() => failure) }
}
