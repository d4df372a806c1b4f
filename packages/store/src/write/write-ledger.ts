import { viewIndexes } from '../schemas/view-indexes.js'
import { bulkInsert, bulkUpdate } from '../sql/bulk.js'
import { joinWrites, type Statement } from '../sql/statement.js'
import type { Names } from '../tables/names.js'
import type { Counters } from '../transaction/arrival.js'
import type { WriteTransaction } from '../transaction/database.js'
import type { Ledger } from '../transaction/ledger.js'
import type { LogState } from '../transaction/ledger-state.js'
import type { Materialised } from './materialise.js'
import {
  AUTHORS,
  DECIDED,
  DELETIONS,
  type DeletionRow,
  DOCUMENT_CHANGES,
  DOCUMENTS,
  ENTRIES,
  FORKED_HEADS,
  HEADS,
  IDEMPOTENCY,
  type IdempotencyRow,
  PURGED,
  SCHEMA_FIELDS,
  SCHEMAS,
  schemaFieldRows,
} from './rows.js'
import { writeViews } from './write-views.js'

/** Writes all that a transaction has found out, and what else belongs to it. */
export async function writeLedger(
  transaction: WriteTransaction,
  materialised: readonly Materialised[],
  now: number,
  others: readonly Statement[] = [],
): Promise<void> {
  const { names, ledger } = transaction
  await makeTables(transaction)
  const writes = [...ledgerWrites(names, ledger, materialised, now), ...writeViews(names, materialised), ...others]
  await transaction.run(joinWrites(writes))
}

/** A schema gets its tables with its first document. */
async function makeTables(transaction: WriteTransaction): Promise<void> {
  const { names, ledger } = transaction
  for (const { schema } of ledger.newTables.values()) {
    const indexes = [...viewIndexes(names, schema.views, schema).values()]
    await transaction.exec([schema.views.createSql(names), ...indexes].join('\n'))
  }
}

/** Writes of the fixed tables: a statement for each table and each kind of write. No two touch the same row. */
function ledgerWrites(names: Names, ledger: Ledger, materialised: readonly Materialised[], now: number): Statement[] {
  const authors = [...ledger.authors.values()]
  const logs = authors.flatMap((author) => [...author.logs.values()]).filter(({ isChanged }) => isChanged)
  const schemas = [...ledger.newSchemas.values()].map((schema) => ({
    ...schema,
    hasTable: ledger.newTables.has(schema.number),
    madeBy: ledger.newTables.get(schema.number)?.author.number,
  }))

  const [newAuthors, changedAuthors] = split(authors.filter(({ isChanged }) => isChanged))
  const [newLogs, changedLogs] = split(logs)
  const [newDocuments, changedDocuments] = [
    materialised.filter(({ document }) => document.isNew),
    materialised.filter(({ document }) => !document.isNew),
  ]
  return [
    writeCounters(names, ledger.counters),
    ...bulkInsert(names.table('authors'), AUTHORS, newAuthors),
    ...bulkUpdate(names.table('authors'), ['number'], AUTHORS, changedAuthors),
    ...bulkInsert(names.table('schemas'), SCHEMAS, schemas),
    ...flagTables(names, ledger),
    ...bulkInsert(names.table('schema_fields'), SCHEMA_FIELDS, schemas.flatMap(schemaFieldRows)),
    ...bulkInsert(names.table('entries'), ENTRIES, ledger.accepted),
    ...bulkInsert(names.table('entries'), DECIDED, ledger.decided),
    ...bulkInsert(names.table('heads'), HEADS, unforked(newLogs)),
    ...bulkUpdate(names.table('heads'), ['author', 'log_id'], HEADS, unforked(changedLogs)),
    ...bulkInsert(names.table('heads'), FORKED_HEADS, forked(newLogs)),
    ...bulkUpdate(names.table('heads'), ['author', 'log_id'], FORKED_HEADS, forked(changedLogs)),
    ...bulkInsert(names.table('documents'), DOCUMENTS, whole(newDocuments)),
    ...bulkUpdate(names.table('documents'), ['number'], DOCUMENT_CHANGES, whole(changedDocuments)),
    ...bulkInsert(names.table('documents'), { ...DOCUMENTS, ...PURGED }, purged(newDocuments)),
    ...bulkUpdate(names.table('documents'), ['number'], { ...DOCUMENT_CHANGES, ...PURGED }, purged(changedDocuments)),
    ...bulkInsert(names.table('deletions'), DELETIONS, deletionRows(materialised, now), IF_CHANGED),
    ...bulkInsert(names.table('idempotency'), IDEMPOTENCY, idempotencyRows(ledger, now), IF_EXPIRED),
  ]
}

/** A deleted document that changes gets a new grace period, also after its payloads were dropped. */
const IF_CHANGED = 'ON CONFLICT (document) DO UPDATE SET time = excluded.time'

function deletionRows(materialised: readonly Materialised[], time: number): DeletionRow[] {
  return materialised.filter(({ deleted }) => deleted).map(({ document: { number: document } }) => ({ document, time }))
}

/** An id is free again after a day, though its row may still be there. */
const IF_EXPIRED = 'ON CONFLICT (id) DO UPDATE SET document = excluded.document, time = excluded.time'

function idempotencyRows(ledger: Ledger, time: number): IdempotencyRow[] {
  return ledger.accepted.flatMap(({ item: { idempotencyId: id }, document }) =>
    id === undefined ? [] : [{ id, document: document.number, time }],
  )
}

function writeCounters(names: Names, { number, author, schema, parked, parkedBytes }: Counters): Statement {
  return {
    text: `UPDATE ${names.table('arrival')} SET number = $1::bigint, author = $2::integer, schema = $3::integer,
      parked = $4::integer, parked_bytes = $5::bigint`,
    parameters: [number, author, schema, parked, parkedBytes],
  }
}

/** Schemas that were known before and have tables now. */
function flagTables(names: Names, ledger: Ledger): Statement[] {
  const added = new Set([...ledger.newSchemas.values()].map(({ number }) => number))
  const made = [...ledger.newTables].filter(([number]) => !added.has(number))
  if (made.length === 0) return []
  const text = `UPDATE ${names.table('schemas')} AS s SET has_table = true, made_by = u.made_by
    FROM unnest($1::integer[], $2::integer[]) AS u(number, made_by) WHERE s.number = u.number`
  return [{ text, parameters: [made.map(([number]) => number), made.map(([, { author }]) => author.number)] }]
}

function purged(documents: readonly Materialised[]): Materialised[] {
  return documents.filter(({ document }) => document.isPurged)
}

function whole(documents: readonly Materialised[]): Materialised[] {
  return documents.filter(({ document }) => !document.isPurged)
}

function forked(logs: readonly LogState[]): LogState[] {
  return logs.filter(({ isForked }) => isForked)
}

function unforked(logs: readonly LogState[]): LogState[] {
  return logs.filter(({ isForked }) => !isForked)
}

function split<Row extends { readonly isNew: boolean }>(rows: readonly Row[]): [added: Row[], changed: Row[]] {
  return [rows.filter(({ isNew }) => isNew), rows.filter(({ isNew }) => !isNew)]
}
