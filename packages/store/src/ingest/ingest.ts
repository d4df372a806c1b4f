import type { DocumentId, Hash, SchemaId } from '@rakko/core'
import type { Pick } from '../decide/admit.js'
import type { Arrival, Arrivals, Outcome } from '../decide/arrivals.js'
import { batchRefusal } from '../decide/batch-refusal.js'
import type { Parked } from '../decide/parked.js'
import { isReadable } from '../decide/receive-from-peer.js'
import { isPayloadLess } from '../decide/received-item.js'
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
import { afterDeciding } from './decided-again.js'
import { loadAgain, noteWithheld } from './take-back.js'

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
  /** Whether decisions are to be taken back: payloads came that tell of something else. */
  readonly takesBack: boolean
}

export const NOTHING_INGESTED: Ingested = {
  outcomes: [],
  outcomeOf: new Map(),
  forks: [],
  hasWritten: false,
  decided: [],
  hasMore: false,
  takesBack: false,
}

/** Reads the parked entries that a transaction looks at, beside the items that have arrived. */
export type Wake = (parking: Parking, transaction: WriteTransaction) => Promise<readonly Parked[]>

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
 * first refused item. With `maySplit` it rejects with `TooMuchAtOnce` where it would reduce too much, or
 * decide too much that waits for DELETEs.
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
  return ingestWith(context, [], (parking) => parking.wokenByDecided(decided))
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

/** As `ingest`. With nothing that has arrived it looks at all that `wake` returns. */
export async function ingestWith(
  context: IngestContext,
  arrived: readonly Arrival[],
  wake: Wake,
  { allOrNone = false, maySplit = false }: { readonly allOrNone?: boolean; readonly maySplit?: boolean } = {},
): Promise<Ingested> {
  const { database, cache, histories, listeners } = context
  const now = context.now()
  const written = await database
    .write(async (transaction) => {
      const { ledger } = transaction
      const counted = { ...ledger.counters }
      await loadAgain(transaction)
      const reader = new ArrivalReader(transaction, now)
      const parking = new Parking(transaction)
      const woken = await wake(parking, transaction)
      const items = [...arrived, ...parking.invalid]
      await reader.readFirst(items, woken, cache)
      const withheld = withheldOf(arrived, reader.lookup)
      const noted = withheld.length > 0 ? await noteWithheld(transaction, withheld, now) : undefined
      const { outcomes, outcomeOf, left } = await decide(
        decideArrivals(transaction, reader, parking, { pick: randomPick(context.random), maySplit }),
        items,
        woken,
        arrived.length === 0 ? woken : [],
      )
      const refusal = allOrNone ? batchRefusal(outcomes) : undefined
      if (refusal) throw refusal
      const isDecided = (hash: Hash) => reader.lookup.entry(hash) !== undefined
      const { writes, parked } = await parking.park(left, isDecided, now)
      // The schema that a refused item claims becomes known in memory too, since its number has to be kept.
      const hasWritten =
        ledger.accepted.length + ledger.decided.length + ledger.newSchemas.size + writes.length > 0 ||
        ledger.counters.again !== counted.again ||
        ledger.counters.takenBack !== counted.takenBack
      const { materialised, reduced } = hasWritten ? await reduce(transaction, histories, maySplit) : NOTHING_CHANGED
      if (hasWritten) {
        await writeLedger(transaction, materialised, now, writes)
        await keepViews(transaction, materialised)
      }
      if (ledger.again.size > 0) await afterDeciding(transaction)
      await endLost(transaction)
      return {
        transaction,
        materialised,
        reduced,
        hasWritten,
        // What becomes of these is not known yet.
        outcomeOf: new Map([...outcomeOf].filter(([hash]) => !noted?.has(hash))),
        hasMore: parking.hasMore,
        takesBack: noted !== undefined,
        outcomes: arrived.map((item, index) => {
          return asArrived(outcomes[index] as Outcome, item, { parking, parked, noted })
        }),
      }
    })
    .catch((error: unknown) => {
      cache.clear()
      histories.clear()
      throw error
    })
  const { materialised, reduced, hasWritten, outcomes, outcomeOf, hasMore, takesBack } = written
  const { ledger, marks } = written.transaction
  if (ledger.again.size > 0) {
    cache.clear()
    histories.clear()
  } else if (hasWritten) {
    cache.committed(marks, ledger)
    histories.committed(marks, ledger, reduced)
  }
  if (listeners.areThere && materialised.length > 0) {
    listeners.tell({
      number: ledger.counters.number,
      changes: materialised.map((one) => documentChange(one, ledger.again)),
    })
  }
  if (ledger.lost.documents.size > 0) await context.onBack(ledger.lost.documents, ledger.staleDocuments)
  const decided = ledger.decided.map(({ hash }) => hash)
  return { outcomes, outcomeOf, forks: ledger.forks, hasWritten, decided, hasMore, takesBack }
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
  again: readonly Parked[],
): Promise<{ outcomes: readonly Outcome[]; outcomeOf: Ingested['outcomeOf']; left: readonly Parked[] }> {
  arrivals.wait(woken)
  await arrivals.run(items, again)
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

interface ArrivedAt {
  readonly parking: Parking
  /** Entries that wait where entries wait. */
  readonly parked: ReadonlySet<Hash>
  /** Entries whose payloads came, and tell of something else than was decided without them. */
  readonly noted: ReadonlySet<Hash> | undefined
}

/** What its sender is told. */
function asArrived(outcome: Outcome, item: Arrival, { parking, parked, noted }: ArrivedAt): Outcome {
  const { entryHash: id } = item
  if (noted?.has(id)) return { status: 'waiting', for: [{ kind: 'payload', id }], parked: true }
  // It was held before, and is kept.
  if (outcome.status !== 'refused' && parking.wasHeld(item))
    return { status: 'decided', decision: isReadable(item) && isPayloadLess(item) ? 'purged' : 'held' }
  return outcome.status === 'waiting' && parked.has(id) ? { ...outcome, parked: true } : outcome
}

function documentChange(
  { document, viewId, follow, keys, edited, deleted, fields }: Materialised,
  again: WriteTransaction['ledger']['again'],
): DocumentChange {
  const { id, schema } = document
  // A document that is decided again stood before.
  const isNew = document.isNew && again.get(id)?.schema !== schema.number
  const { owner, signer } = keys
  return { id, schemaId: schema.schema.id, isNew, viewId, follow, owner, signer, edited, deleted, fields }
}
