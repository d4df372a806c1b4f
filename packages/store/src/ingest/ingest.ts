import type { DocumentId, Hash, SchemaId } from '@rakko/core'
import type { Pick } from '../decide/admit.js'
import type { Arrival, Arrivals, Outcome } from '../decide/arrivals.js'
import { batchRefusal } from '../decide/batch-refusal.js'
import type { Parked } from '../decide/parked.js'
import { newForks, type ToldBefore } from '../decide/told-before.js'
import { withheldOf } from '../decide/withheld.js'
import type { Listeners } from '../listeners.js'
import { findCompletedSchemas } from '../load/find-schemas.js'
import type { DocumentChange, ForkedLog, StoreCommit } from '../store.js'
import type { Database, WriteTransaction } from '../transaction/database.js'
import type { HistoryCache } from '../transaction/history-cache.js'
import type { WriteCache } from '../transaction/write-cache.js'
import { endLost } from '../write/end-lost.js'
import { type Materialised, type Materialising, materialise } from '../write/materialise.js'
import { Parking } from '../write/parking.js'
import { keepViews } from '../write/pins/keep-views.js'
import { writeLedger } from '../write/write-ledger.js'
import { ArrivalReader } from './arrival-reader.js'
import { decideArrivals } from './decide-arrivals.js'
import { afterTakingBack, DecidedWrongly, NOTHING_TAKEN_BACK, takeBack } from './take-back.js'
import type { TakeBackRate } from './take-back-rate.js'

export interface IngestContext {
  readonly database: Database
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly listeners: Listeners<StoreCommit>
  readonly cache: WriteCache
  readonly histories: HistoryCache
  /** Returns this many random bytes. */
  readonly random: (length: number) => Uint8Array
  /**
   * Lets what already waits in the event loop be handled, so that calls in the queue of a worker join the transaction.
   */
  readonly pause: () => Promise<void>
  /** Looks at documents of which entries have come back. `stale`: those whose rows lack operations that are stored. */
  readonly onBack: (ids: ReadonlySet<DocumentId>, stale: readonly DocumentId[]) => Promise<void>
  readonly takeBacks: TakeBackRate
  /** Decisions were taken back about documents of these schemas. */
  readonly onTakenBack: (schemaIds: ReadonlySet<SchemaId>) => void
}

/** What one transaction did. */
export interface Ingested {
  /** In order of the items. */
  readonly outcomes: readonly Outcome[]
  /** What became of the entries that do not wait, those included that waited before. */
  readonly outcomeOf: ReadonlyMap<Hash, Outcome>
  /** Logs that it forked. */
  readonly forks: readonly ForkedLog[]
  readonly hasWritten: boolean
  /** Entries that are not kept. */
  readonly decided: readonly Hash[]
  /** Whether more waits for what was decided than one transaction looks at, see `wakeRest`. */
  readonly hasMore: boolean
}

export const NOTHING_INGESTED: Ingested = {
  outcomes: [],
  outcomeOf: new Map(),
  forks: [],
  hasWritten: false,
  decided: [],
  hasMore: false,
}

/** Reads the parked entries that a transaction looks at, beside the items that have arrived. */
type Wake = (parking: Parking) => Promise<readonly Parked[]>

/**
 * Checks items in their order and stores what is accepted, in one transaction with the views that it leads to:
 *
 * 1. lock `arrival`: write transactions of all nodes on this database come one after another,
 * 2. read what the rules will ask, unless the write cache still has it, and what waits for one of the items: a few
 *    statements however many the items,
 * 3. decide each item; a later one sees what an earlier one has added, and what waited for it is looked at again,
 * 4. reduce what was changed, find schemas that became complete,
 * 5. write it all, in as few statements as its bytes allow,
 * 6. keep the views that changed documents pin.
 *
 * Published items are held to the rules of publishing, those of peers to those of replication. A publishing transaction
 * pays no statement for what only ingest needs, where nothing is parked.
 *
 * Rejects where the database fails; then nothing was stored. With `allOrNone` it also rejects with the error of the
 * first refused item. With `maySplit` it rejects with `TooMuchAtOnce` where it would reduce too much.
 */
export function ingest(
  context: IngestContext,
  items: readonly Arrival[],
  { allOrNone = false, maySplit = false }: { readonly allOrNone?: boolean; readonly maySplit?: boolean } = {},
): Promise<Ingested> {
  const wake: Wake = (parking) => parking.wokenBy(items.map(({ entryHash }) => entryHash))
  return ingestWith(context, items, wake, { allOrNone, maySplit })
}

/** Looks, in a transaction of its own, at what waits for entries that others have decided. */
export function wakeRest(context: IngestContext, decided: readonly Hash[]): Promise<Ingested> {
  return ingestWith(context, [], (parking) => parking.wokenBy(decided), { decidedBefore: decided })
}

/** Parked entries that one transaction looks at again. */
export const LOOK_AT_ONCE = 300

/** What was looked at again, in a few transactions. */
export interface LookedAgain {
  /** The look goes on after this entry. Undefined where nothing is left. */
  readonly last: Hash | undefined
  readonly forks: readonly ForkedLog[]
  readonly outcomeOf: Ingested['outcomeOf']
}

/**
 * Looks again at some of what waits, in order of the hashes, and at what waits for those that were decided. With
 * `missedOnly`, it looks only at what waits for a decided entry: the process ended, or the database failed, before the
 * look that belongs to the decision.
 */
export async function lookAgain(
  context: IngestContext,
  after: Hash | undefined,
  { missedOnly = false }: { readonly missedOnly?: boolean } = {},
): Promise<LookedAgain> {
  let some: readonly Parked[] = []
  const first = await ingestWith(context, [], async (parking) => {
    some = await parking.after(after, LOOK_AT_ONCE, missedOnly)
    return some
  })
  const outcomeOf = new Map(first.outcomeOf)
  const forks = [...first.forks]
  for (let hasMore = outcomeOf.size > 0; hasMore; ) {
    await context.pause().catch(() => {})
    const next = await wakeRest(context, [...outcomeOf.keys()])
    for (const [hash, outcome] of next.outcomeOf) outcomeOf.set(hash, outcome)
    forks.push(...next.forks)
    ;({ hasMore } = next)
  }
  return { last: some.length < LOOK_AT_ONCE ? undefined : some.at(-1)?.item.entryHash, forks, outcomeOf }
}

async function ingestWith(
  context: IngestContext,
  arrived: readonly Arrival[],
  wake: Wake,
  {
    allOrNone = false,
    maySplit = false,
    decidedBefore = [],
  }: { readonly allOrNone?: boolean; readonly maySplit?: boolean; readonly decidedBefore?: readonly Hash[] } = {},
): Promise<Ingested> {
  const { database, cache, histories, listeners } = context
  const now = context.now()
  let again = NOTHING_TAKEN_BACK
  const write = (wrong: readonly Hash[]) =>
    database.write(async (transaction) => {
      if (wrong.length > 0) again = await takeBack(transaction, wrong, context.takeBacks)
      const items = [...arrived, ...again.arrivals]
      const reader = new ArrivalReader(transaction, now)
      const parking = new Parking(transaction, decidedBefore)
      const waiting = await readArrivals(reader, parking, items, wake, cache)
      // What was left beyond the rate stays as it was decided.
      const withheld = wrong.length > 0 ? [] : withheldOf(items, reader.lookup)
      if (withheld.length > 0) throw new DecidedWrongly(withheld)
      const { outcomes, outcomeOf, left } = await decide(
        decideArrivals(transaction, reader, parking, randomPick(context.random)),
        items,
        waiting,
      )
      const refusal = allOrNone ? batchRefusal(outcomes) : undefined
      if (refusal) throw refusal
      const isDecided = (hash: Hash) => reader.lookup.entry(hash) !== undefined
      const { writes, parked } = await parking.park(left, isDecided, now)
      const { ledger } = transaction
      // The schema that a refused item claims becomes known in memory too, since its number has to be kept.
      const hasWritten = ledger.accepted.length + ledger.decided.length + ledger.newSchemas.size + writes.length > 0
      const { materialised, reduced } = hasWritten ? await reduce(transaction, histories, maySplit) : NOTHING_CHANGED
      if (hasWritten) {
        await writeLedger(transaction, materialised, now, writes)
        await keepViews(transaction, materialised)
      }
      if (again.entries > 0) await afterTakingBack(transaction, again, isDecided)
      await endLost(transaction)
      return {
        transaction,
        materialised,
        reduced,
        hasWritten,
        outcomeOf,
        hasMore: parking.hasMore,
        outcomes: withParked(outcomes, items, parked).slice(0, arrived.length),
      }
    })
  const clearCaches = (): void => {
    cache.clear()
    histories.clear()
  }
  const done = await write([])
    .catch((error: unknown) => {
      if (!(error instanceof DecidedWrongly)) throw error
      clearCaches()
      return write(error.hashes).finally(() => {
        // Some of its documents may be no more.
        if (again.entries > 0) context.onTakenBack(new Set(again.told.documents.values()))
      })
    })
    .catch((error: unknown) => {
      clearCaches()
      throw error
    })
  const { materialised, reduced, hasWritten, outcomes, outcomeOf, hasMore } = done
  const { ledger, marks } = done.transaction
  context.takeBacks.add(again.entries)
  if (hasWritten) {
    cache.committed(marks, ledger)
    histories.committed(marks, ledger, reduced)
  }
  if (listeners.areThere && materialised.length > 0) {
    listeners.tell({
      number: ledger.counters.number,
      changes: materialised.map((one) => documentChange(one, again.told)),
    })
  }
  if (ledger.lost.documents.size > 0) await context.onBack(ledger.lost.documents, ledger.staleDocuments)
  const decided = ledger.decided.map(({ hash }) => hash)
  const forks = newForks(ledger.forks, again.told)
  return { outcomes, outcomeOf, forks, hasWritten, decided, hasMore }
}

async function readArrivals(
  reader: ArrivalReader,
  parking: Parking,
  items: readonly Arrival[],
  wake: Wake,
  cache: WriteCache,
): Promise<readonly Parked[]> {
  const woken = await wake(parking)
  await reader.readFirst(items, woken, cache)
  return woken
}

/** One of up to 2^32, by chance. */
function randomPick(random: IngestContext['random']): Pick {
  return (hashes) => {
    if (hashes.length < 2) return hashes[0]
    const bytes = random(4)
    return hashes[new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % hashes.length]
  }
}

async function decide(
  arrivals: Arrivals,
  items: readonly Arrival[],
  woken: readonly Parked[],
): Promise<{ outcomes: readonly Outcome[]; outcomeOf: Ingested['outcomeOf']; left: readonly Parked[] }> {
  arrivals.wait(woken)
  await arrivals.run(items, items.length === 0 ? woken : [])
  return { outcomes: arrivals.outcomes, outcomeOf: arrivals.outcomeOf, left: arrivals.left() }
}

async function reduce(
  transaction: WriteTransaction,
  histories: HistoryCache,
  maySplit: boolean,
): Promise<Materialising> {
  const made = await materialise(transaction, histories, { maySplit })
  await findCompletedSchemas(transaction)
  return made
}

const NOTHING_CHANGED: Materialising = { materialised: [], reduced: new Map() }

function withParked(
  outcomes: readonly Outcome[],
  items: readonly Arrival[],
  parked: ReadonlySet<Hash>,
): readonly Outcome[] {
  return outcomes.map((outcome, index) => {
    const isParked = outcome.status === 'waiting' && parked.has((items[index] as Arrival).entryHash)
    return isParked ? { ...outcome, parked: true } : outcome
  })
}

function documentChange(
  { document, viewId, follow, keys, edited, deleted, fields }: Materialised,
  told: ToldBefore,
): DocumentChange {
  const { id, schema } = document
  const isNew = document.isNew && told.documents.get(id) !== schema.schema.id
  const { owner, signer } = keys
  return { id, schemaId: schema.schema.id, isNew, viewId, follow, owner, signer, edited, deleted, fields }
}
