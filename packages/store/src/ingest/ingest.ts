import { RakkoError, validatePublish } from '@rakko/core'
import type { Driver, Session } from '../driver/driver.js'
import type { SchemaRegistry } from '../schemas/schema-registry.js'
import type { Names } from '../sql/names.js'
import type { DocumentChange, PublishOutcome } from '../store.js'
import type { CommitListeners } from './commit-listeners.js'
import { findClaimedSchema, findCompletedSchemas } from './find-schemas.js'
import { preloadIdempotent } from './idempotency.js'
import { type Counters, Ledger } from './ledger.js'
import { type Materialised, materialise } from './materialise.js'
import { documentQuestions, preloadDocuments } from './preload-documents.js'
import { preloadLogs, skiplinkKeys } from './preload-logs.js'
import type { ReceivedItem } from './received-item.js'
import { writeLedger } from './write.js'

export interface IngestContext {
  readonly driver: Driver
  readonly names: Names
  readonly registry: SchemaRegistry
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly listeners: CommitListeners
}

/**
 * Checks items in their order and stores what is accepted, in one transaction with the views that it leads to:
 *
 * 1. lock `arrival`: ingests of all nodes on this database come one after another,
 * 2. read what the publish rules will ask, a few statements however many the items,
 * 3. check each item; a later one sees what an earlier one has added,
 * 4. reduce what was changed, find schemas that became complete,
 * 5. write it all, as few statements as its bytes allow.
 *
 * Rejects where the database fails; then nothing was stored.
 */
export async function ingest(context: IngestContext, items: readonly ReceivedItem[]): Promise<PublishOutcome[]> {
  const { driver, names, registry, listeners } = context
  const now = context.now()
  const { outcomes, ledger, materialised } = await driver.transaction(async (session) => {
    const ledger = new Ledger(registry, await lockArrival(session, names))
    if (registry.size < ledger.counters.schema) await registry.load(session, names)
    // Where nothing has arrived yet there is nothing to be found: a first start is the faster for it.
    if (ledger.counters.number > 0) await preload(session, names, registry, ledger, items, now)
    const outcomes: PublishOutcome[] = []
    for (const item of items) outcomes.push(await admit(session, names, ledger, item))
    let materialised: Materialised[] = []
    if (ledger.accepted.length > 0) {
      materialised = await materialise(session, names, ledger)
      await findCompletedSchemas(session, names, ledger)
      await writeLedger(session, names, ledger, materialised, now)
    }
    return { outcomes, ledger, materialised }
  })
  // Only now: had the transaction failed, its schemas and tables would not be there.
  for (const schema of ledger.newSchemas.values()) registry.set(schema)
  for (const number of ledger.newTables) {
    const schema = registry.at(number)
    if (schema) registry.set({ ...schema, hasTable: true })
  }
  if (listeners.areThere && materialised.length > 0) {
    listeners.tell({ number: ledger.counters.number, changes: materialised.map(documentChange) })
  }
  return outcomes
}

function documentChange({ document, viewId, follow, keys, edited, deleted, fields }: Materialised): DocumentChange {
  const { id, isNew, schema } = document
  const { owner, signer } = keys
  return { id, schemaId: schema.schema.id, isNew, viewId, follow, owner, signer, edited, deleted, fields }
}

async function lockArrival(session: Session, names: Names): Promise<Counters> {
  const { rows } = await session.query<{ number: bigint; author: number; schema: number }>(
    `SELECT number, author, schema FROM ${names.table('arrival')} FOR UPDATE`,
  )
  const [row] = rows
  if (!row) throw new Error('the database has lost its arrival counter')
  return { number: Number(row.number), author: row.author, schema: row.schema }
}

async function preload(
  session: Session,
  names: Names,
  registry: SchemaRegistry,
  ledger: Ledger,
  items: readonly ReceivedItem[],
  now: number,
): Promise<void> {
  const entries = items.map(({ entry }) => entry)
  await preloadLogs(session, names, ledger, new Set(entries.map(({ publicKey }) => publicKey)), {
    logs: entries,
    entries: entries.flatMap((entry) => skiplinkKeys(entry, entry.seqNum, entry.seqNum + 1n)),
    hashes: items.map(({ entryHash }) => entryHash),
  })
  const questions = documentQuestions(items)
  if (questions.length > 0) await preloadDocuments(session, names, registry, ledger, questions)
  const ids = items.flatMap(({ idempotencyId }) => idempotencyId ?? [])
  if (ids.length > 0) await preloadIdempotent(session, names, ledger, ids, now)
}

async function admit(session: Session, names: Names, ledger: Ledger, item: ReceivedItem): Promise<PublishOutcome> {
  const { entry, entryHash, plainOperation, operationBytes, hasItsPayload, idempotencyId } = item
  if (!ledger.schema(plainOperation.schemaId)) {
    await findClaimedSchema(session, names, ledger, plainOperation.schemaId)
  }
  try {
    refuseRepeated(ledger, idempotencyId)
    const payload = hasItsPayload ? {} : { payload: operationBytes }
    const valid = validatePublish({ entry, entryHash, plainOperation, lookup: ledger, ...payload })
    const { operationId, documentId, next } = valid
    const { viewId } = ledger.accept(item, valid)
    return { status: 'published', operationId, documentId, viewId, next }
  } catch (error) {
    if (error instanceof RakkoError) return { status: 'refused', error }
    throw error
  }
}

function refuseRepeated(ledger: Ledger, idempotencyId: string | undefined): void {
  const documentId = idempotencyId === undefined ? undefined : ledger.idempotent.get(idempotencyId)
  if (documentId === undefined) return
  throw new RakkoError('ALREADY_PUBLISHED', `The idempotency id ${idempotencyId} was used for ${documentId}`, {
    field: 'idempotencyId',
    documentId,
    got: idempotencyId,
  })
}
