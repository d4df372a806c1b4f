import { type RakkoError, refusal } from '@rakko/core'
import type { IngestItem, IngestOutcome } from '@rakko/store'
import { errorFromData, errorToData } from './error-data.js'
import type { WireIngestOutcome } from './wire.js'

/** Entries that one message may bring, and their bytes with those of their operations: they share one transaction. */
export const MAX_INGEST_ITEMS = 4_096
export const MAX_INGEST_BYTES = 32 * 1024 * 1024

/** The items, if they are not too many for one message. Throws INVALID_ARGUMENT. */
export function checkIngest(items: readonly IngestItem[]): readonly IngestItem[] {
  if (items.length > MAX_INGEST_ITEMS) throw tooMuch(`at most ${MAX_INGEST_ITEMS} entries a call`, items.length)
  const bytes = items.reduce((sum, { entry, operation }) => sum + entry.length + (operation?.length ?? 0), 0)
  if (bytes > MAX_INGEST_BYTES) throw tooMuch(`at most ${MAX_INGEST_BYTES} bytes a call`, bytes)
  return items
}

/** An outcome as a message carries it. */
export function outcomeToData(outcome: IngestOutcome): WireIngestOutcome {
  return outcome.status === 'refused' ? { ...outcome, error: errorToData(outcome.error) } : outcome
}

/** The outcome again, on the other side. */
export function outcomeFromData(outcome: WireIngestOutcome): IngestOutcome {
  return outcome.status === 'refused' ? { ...outcome, error: errorFromData(outcome.error) } : outcome
}

function tooMuch(expected: string, got: number): RakkoError {
  return refusal('INVALID_ARGUMENT', { field: 'items', about: 'Too much to ingest', expected, got })
}
