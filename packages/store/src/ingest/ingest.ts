import type { Hash, SchemaId } from '@rakko/core'
import type { Driver, Session } from '../driver/driver.js'
import { refuseForgotten } from '../forget/refuse-forgotten.js'
import { keepViews } from '../pins/keep-views.js'
import type { SchemaRegistry } from '../schemas/schema-registry.js'
import type { Names } from '../sql/names.js'
import type { DocumentChange, ForkedLog, StoreCommit } from '../store.js'
import { admitPublished } from './admit.js'
import { type Arrival, Arrivals, isPublished, type Outcome } from './arrivals.js'
import { causalOrder } from './causal-order.js'
import { findClaimedSchema, findCompletedSchemas } from './find-schemas.js'
import { preloadIdempotent } from './idempotency.js'
import { type Counters, Ledger, NO_COUNTERS } from './ledger.js'
import type { Listeners } from './listeners.js'
import { type Materialised, materialise } from './materialise.js'
import type { Parked } from './parked.js'
import { Parking } from './parking.js'
import { PeerLookup } from './peer-lookup.js'
import { documentQuestions, preloadDocuments } from './preload-documents.js'
import { preloadLogs, skiplinkKeys } from './preload-logs.js'
import type { Marks, Recall } from './recall.js'
import { isReadable } from './receive-from-peer.js'
import type { BareItem, ReceivedItem } from './received-item.js'
import { writeLedger } from './write.js'

export interface IngestContext {
  readonly driver: Driver
  readonly names: Names
  readonly registry: SchemaRegistry
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly listeners: Listeners<StoreCommit>
  readonly recall: Recall
}

/** What one transaction did. */
export interface Ingested {
  /** In order of the items. */
  readonly outcomes: readonly Outcome[]
  /** Logs that it forked. */
  readonly forks: readonly ForkedLog[]
  readonly hasWritten: boolean
  /** Entries that are not kept. */
  readonly decided: readonly Hash[]
}

/**
 * Checks items in their order and stores what is accepted, in one transaction with the views that it leads to:
 *
 * 1. lock `arrival`: ingests of all nodes on this database come one after another,
 * 2. read what the rules will ask, unless it is remembered since the items were signed (recall.ts), a few statements however
 *    many the items; with what waits for one of them,
 * 3. check each item; a later one sees what an earlier one has added, and what waited for it is checked again,
 * 4. reduce what was changed, find schemas that became complete,
 * 5. write it all, as few statements as its bytes allow,
 * 6. keep the views that are pinned, where documents that pin have changed.
 *
 * Published items are held to the rules of publishing, those of peers to those of replication. What peers never sent and
 * nothing waits for costs a publishing transaction no statement.
 *
 * Rejects where the database fails; then nothing was stored.
 */
export function ingest(context: IngestContext, items: readonly Arrival[]): Promise<Ingested> {
  return ingestWith(context, items, (parking) => parking.wokenBy(items.map(({ entryHash }) => entryHash)))
}

/** Parked entries that one transaction looks at again. */
export const LOOK_AT_ONCE = 300

/**
 * Looks again at all that waits, after something was decided that did not arrive: what builds on what was forgotten goes. A
 * transaction for some of them, and one for what waits for those that were decided.
 */
export async function lookAgain(context: IngestContext): Promise<void> {
  let last: Hash | undefined
  for (;;) {
    let some: readonly Parked[] = []
    const { decided } = await ingestWith(context, [], async (parking) => {
      some = await parking.after(last, LOOK_AT_ONCE)
      return some
    })
    if (decided.length > 0) await ingestWith(context, [], (parking) => parking.wokenBy(decided))
    if (some.length < LOOK_AT_ONCE) return
    last = some.at(-1)?.item.entryHash
  }
}

async function ingestWith(
  context: IngestContext,
  items: readonly Arrival[],
  wake: (parking: Parking) => Promise<readonly Parked[]>,
): Promise<Ingested> {
  const { names, listeners, recall } = context
  const now = context.now()
  const { materialised, number, committed, ...ingested } = await inLedger(context, async (session, ledger, marks) => {
    const parking = new Parking(session, names, ledger.counters)
    const lookup = new PeerLookup(session, names, ledger)
    const read = async (arrived: readonly Arrival[], isRecalled = false) => {
      // Where nothing has arrived yet there is nothing to be found: a first start is the faster for it.
      if (ledger.counters.number === 0) return
      const readable = arrived.filter(isReadable)
      const peers = readable.filter(({ isFromPeer }) => isFromPeer)
      const ordered = peers.length > 0 ? causalOrder(readable) : readable
      if (!isRecalled) await preload(session, names, ledger, ordered)
      await preloadIdempotent(session, names, ledger, arrived.filter(isPublished), now)
      const hashes = arrived.filter((item) => !isReadable(item)).map(({ entryHash }) => entryHash)
      if (peers.length + hashes.length > 0) await lookup.preload(peers, hashes)
    }
    const readParked = async (parked: readonly Parked[]) => {
      if (parked.length === 0) return parked
      isRecalled = false
      await read(parked.map(({ item }) => item))
      return parked
    }
    const publish = (item: ReceivedItem) => {
      const admitted = admitPublished(ledger, item)
      return admitted.outcome.status === 'refused' ? refuseForgotten(session, names, ledger, item, admitted) : admitted
    }
    const arrivals = new Arrivals({
      decider: ledger,
      lookup,
      admitPublished: (item) => {
        const { schemaId } = item.plainOperation
        if (ledger.schema(schemaId)) return publish(item)
        return findClaimedSchema(session, names, ledger, schemaId).then(() => publish(item))
      },
      parking: {
        wokenBy: async (hashes) => readParked(await parking.wokenBy(hashes)),
        pastOf: async (hashes) => readParked(await parking.pastOf(hashes)),
        prepare: read,
      },
    })
    const woken = await wake(parking)
    let isRecalled =
      woken.length === 0 && items.every(isPublished) && recall.fill(ledger, marks.before, items.filter(isPublished))
    await read([...items, ...woken.map(({ item }) => item)], isRecalled)
    arrivals.wait(woken)
    await arrivals.run(items, items.length === 0 ? woken : [])

    const { writes, parked } = await parking.settle(arrivals.left(), (hash) => lookup.entry(hash) !== undefined, now)
    const outcomes = arrivals.outcomes.map((outcome, index) => {
      const isParked = outcome.status === 'waiting' && parked.has((items[index] as Arrival).entryHash)
      return isParked ? { ...outcome, parked: true } : outcome
    })
    // What a refused item has claimed is made known in memory too: it has to be where its number is kept.
    const hasWritten = ledger.accepted.length + ledger.decided.length + ledger.newSchemas.size + writes.length > 0
    let materialised: Materialised[] = []
    if (hasWritten) {
      materialised = await materialise(session, names, ledger)
      await findCompletedSchemas(session, names, ledger)
      await writeLedger(session, names, ledger, materialised, now, writes)
      await keepViews(session, names, ledger, materialised)
    }
    const committed = () => hasWritten && recall.committed(marks, ledger)
    const decided = ledger.decided.map(({ hash }) => hash)
    return {
      outcomes,
      forks: ledger.forks,
      hasWritten,
      decided,
      materialised,
      number: ledger.counters.number,
      committed,
    }
  }).catch((error: unknown) => {
    recall.forget()
    throw error
  })
  committed()
  if (listeners.areThere && materialised.length > 0) {
    listeners.tell({ number, changes: materialised.map(documentChange) })
  }
  return ingested
}

/**
 * Makes a schema known whose views can be built from what is held, though no document of it came and no definition has
 * such a view now. Only a schema that is found costs a transaction that writes. Throws INVALID_SCHEMA_ID.
 */
export async function learnSchema(context: IngestContext, id: SchemaId): Promise<void> {
  const { driver, names, registry } = context
  const reading = new Ledger(registry, NO_COUNTERS)
  await findClaimedSchema(driver, names, reading, id)
  if (reading.newSchemas.size === 0) return
  await inLedger(context, async (session, ledger) => {
    await findClaimedSchema(session, context.names, ledger, id)
    if (ledger.newSchemas.size > 0) await writeLedger(session, context.names, ledger, [], context.now())
  })
}

/** Runs a transaction that has locked `arrival`; what it makes known is the registry's once it has committed. */
async function inLedger<Result>(
  { driver, names, registry }: IngestContext,
  work: (session: Session, ledger: Ledger, marks: Marks) => Promise<Result>,
): Promise<Result> {
  const { result, ledger } = await driver.transaction(async (session) => {
    const { counters, marks } = await lockArrival(session, names)
    const ledger = new Ledger(registry, counters)
    if (registry.newest < counters.schema) await registry.load(session, names)
    return { result: await work(session, ledger, marks), ledger }
  })
  for (const schema of ledger.newSchemas.values()) registry.set(schema)
  for (const { schema, author } of ledger.newTables.values()) {
    registry.change(schema, { hasTable: true, madeBy: author.number })
  }
  for (const schema of ledger.newPinned.values()) registry.change(schema, { hasPinned: true })
  return result
}

interface ArrivalRow {
  number: bigint
  author: number
  schema: number
  parked: number
  parked_bytes: bigint
  awaited: boolean
  before: bigint
  own: bigint
}

function documentChange({ document, viewId, follow, keys, edited, deleted, fields }: Materialised): DocumentChange {
  const { id, isNew, schema } = document
  const { owner, signer } = keys
  return { id, schemaId: schema.schema.id, isNew, viewId, follow, owner, signer, edited, deleted, fields }
}

async function lockArrival(session: Session, names: Names): Promise<{ counters: Counters; marks: Marks }> {
  const { rows } = await session.query<ArrivalRow>(
    `SELECT number, author, schema, parked, parked_bytes, awaited, xmin::text::bigint AS before,
       pg_current_xact_id()::xid::text::bigint AS own
     FROM ${names.table('arrival')} FOR UPDATE`,
  )
  const [row] = rows
  if (!row) throw new Error('the database has lost its arrival counter')
  const { number, author, schema, parked, parked_bytes, awaited, before, own } = row
  const counters = { number: Number(number), author, schema, parked, parkedBytes: Number(parked_bytes), awaited }
  return { counters, marks: { before, own } }
}

async function preload(
  session: Session,
  names: Names,
  ledger: Ledger,
  items: readonly (ReceivedItem | BareItem)[],
): Promise<void> {
  const entries = items.map(({ entry }) => entry)
  await preloadLogs(session, names, ledger, new Set(entries.map(({ publicKey }) => publicKey)), {
    logs: entries,
    entries: entries.flatMap((entry) => skiplinkKeys(entry, entry.seqNum, entry.seqNum + 1n)),
    hashes: items.map(({ entryHash }) => entryHash),
  })
  const questions = documentQuestions(items)
  if (questions.length > 0) await preloadDocuments(session, names, ledger, questions)
}
