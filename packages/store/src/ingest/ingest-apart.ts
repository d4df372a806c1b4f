import type { Hash, RakkoError } from '@rakko/core'
import type { Arrival, Outcome } from '../decide/arrivals.js'
import { SqlError } from '../driver/sql-error.js'
import { storageFailed } from '../storage-failed.js'
import { TooMuchAtOnce } from '../transaction/too-much-at-once.js'
import { type IngestContext, type Ingested, ingest, NOTHING_INGESTED } from './ingest.js'

/** What transactions did together. `outcomes`: a RakkoError where an item's own transaction failed. */
export interface IngestedApart extends Omit<Ingested, 'outcomes'> {
  readonly outcomes: readonly (Outcome | RakkoError)[]
}

export interface ApartOptions {
  /** One transaction, whatever comes: rejects where it fails. */
  readonly allOrNone: boolean
  /** Lets others go on between two transactions. */
  readonly rest: () => Promise<void>
}

/**
 * Ingests items in one transaction. Where that fails and the storage is not the reason, or where it would reduce too
 * much, each half has a transaction of its own, and so on. In the end only the item fails that cannot be stored.
 *
 * Rejects where the storage fails and nothing was stored. Later on each item that is left gets that error.
 */
export async function ingestApart(
  context: IngestContext,
  items: readonly Arrival[],
  { allOrNone, rest }: ApartOptions,
): Promise<IngestedApart> {
  if (allOrNone) return ingest(context, items, { allOrNone })
  const parts: IngestedApart[] = []
  const pending: (readonly Arrival[])[] = [items]
  let hasFailed = false
  for (let some = pending.pop(); some; some = pending.pop()) {
    if (hasFailed || parts.length > 0) await rest()
    try {
      parts.push(await ingest(context, some, { maySplit: some.length > 1 }))
    } catch (cause) {
      if (isOfItems(cause) && some.length > 1) {
        hasFailed = true
        const middle = Math.ceil(some.length / 2)
        pending.push(some.slice(middle), some.slice(0, middle))
        continue
      }
      const failure = storageFailed(cause)
      if (parts.length === 0 && !isOfItems(cause)) throw failure
      parts.push(failed(some, failure))
      if (isOfItems(cause)) continue
      for (const left of pending.splice(0).reverse()) parts.push(failed(left, failure))
    }
  }
  return parts.length === 1 && parts[0] ? parts[0] : joined(parts)
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

function failed(items: readonly Arrival[], failure: RakkoError): IngestedApart {
  return { ...NOTHING_INGESTED, outcomes: items.map(() => failure) }
}

function joined(parts: readonly IngestedApart[]): IngestedApart {
  const outcomeOf = new Map<Hash, Outcome>()
  for (const part of parts) {
    for (const [hash, outcome] of part.outcomeOf) if (!outcomeOf.has(hash)) outcomeOf.set(hash, outcome)
  }
  return {
    // What waited in one part may be decided in a later one. Its call is told by `outcomeOf`.
    outcomes: parts.flatMap(({ outcomes }) => outcomes),
    outcomeOf,
    forks: parts.flatMap(({ forks }) => forks),
    hasWritten: parts.some(({ hasWritten }) => hasWritten),
    decided: parts.flatMap(({ decided }) => decided),
    hasMore: parts.some(({ hasMore }) => hasMore),
  }
}
