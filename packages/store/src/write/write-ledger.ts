import { viewIndexes } from '../schemas/view-indexes.js'
import { joinWrites } from '../sql/join-writes.js'
import { type Sql, sql } from '../sql/sql.js'
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
  PURGED_DOCUMENT_CHANGES,
  PURGED_DOCUMENTS,
  SCHEMA_FIELDS,
  SCHEMAS,
  schemaFieldRows,
} from './rows.js'
import { writeViews } from './write-views.js'
import { writtenTables } from './written-tables.js'

/** Writes all that a transaction has found out, and what else belongs to it. */
export async function writeLedger(
  transaction: WriteTransaction,
  materialised: readonly Materialised[],
  now: number,
  others: readonly Sql[] = [],
): Promise<void> {
  const { names, ledger } = transaction
  const schemas = materialised.map(({ document }) => document.schema)
  const tables = await writtenTables(transaction, schemas)
  await makeTables(transaction)
  const views = writeViews(names, materialised, tables)
  const writes = [...ledgerWrites(names, ledger, materialised, now), ...views, ...others]
  if (materialised.length >= MANY && materialised.some(({ document }) => !document.isNew)) await findByKey(transaction)
  await transaction.run(joinWrites(writes))
}

/** From so many documents on, one statement more costs less than it saves. */
const MANY = 100

/**
 * Has PostgreSQL find the rows of an update by their keys. It thinks a look into an index three times as dear as it is
 * here. So it would read a table of ten thousand rows from end to end for a thousand of them.
 */
function findByKey(transaction: WriteTransaction): Promise<void> {
  return transaction.exec(sql`SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off`)
}

/** A schema gets its tables with its first document, where there is room. */
async function makeTables(transaction: WriteTransaction): Promise<void> {
  const { names, ledger } = transaction
  for (const { schema } of ledger.newTables.values()) {
    const indexes = [...viewIndexes(names, schema.views, schema).values()]
    await transaction.exec(sql.join([schema.views.createSql(names), ...indexes], '\n'))
  }
}

/** Writes of the fixed tables: a statement for each table and each kind of write. No two touch the same row. */
function ledgerWrites(names: Names, ledger: Ledger, materialised: readonly Materialised[], now: number): Sql[] {
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
    ...AUTHORS.insert(names.table('authors'), newAuthors),
    ...AUTHORS.update(names.table('authors'), changedAuthors),
    ...SCHEMAS.insert(names.table('schemas'), schemas),
    ...flagTables(names, ledger),
    ...SCHEMA_FIELDS.insert(names.table('schema_fields'), schemas.flatMap(schemaFieldRows)),
    ...ENTRIES.insert(names.table('entries'), ledger.accepted),
    ...DECIDED.insert(names.table('entries'), ledger.decided),
    ...HEADS.insert(names.table('heads'), unforked(newLogs)),
    ...HEADS.update(names.table('heads'), unforked(changedLogs)),
    ...FORKED_HEADS.insert(names.table('heads'), forked(newLogs)),
    ...FORKED_HEADS.update(names.table('heads'), forked(changedLogs)),
    ...DOCUMENTS.insert(names.table('documents'), whole(newDocuments)),
    ...DOCUMENT_CHANGES.update(names.table('documents'), whole(changedDocuments)),
    ...PURGED_DOCUMENTS.insert(names.table('documents'), purged(newDocuments)),
    ...PURGED_DOCUMENT_CHANGES.update(names.table('documents'), purged(changedDocuments)),
    ...DELETIONS.insert(names.table('deletions'), deletionRows(materialised, now)),
    ...IDEMPOTENCY.insert(names.table('idempotency'), idempotencyRows(ledger, now)),
  ]
}

function deletionRows(materialised: readonly Materialised[], time: number): DeletionRow[] {
  return materialised.filter(({ deleted }) => deleted).map(({ document: { number: document } }) => ({ document, time }))
}

function idempotencyRows(ledger: Ledger, time: number): IdempotencyRow[] {
  return ledger.accepted.flatMap(({ item: { idempotencyId: id }, document }) =>
    id === undefined ? [] : [{ id, document: document.number, time }],
  )
}

function writeCounters(names: Names, counters: Counters): Sql {
  const { number, author, schema, parked, parkedBytes, again, takenBack } = counters
  return sql`UPDATE ${names.table('arrival')} SET number = ${number}::bigint, author = ${author}::integer,
    schema = ${schema}::integer, parked = ${parked}::integer, parked_bytes = ${parkedBytes}::bigint,
    again = ${again}::integer, taken_back = ${takenBack}::integer`
}

/** Schemas that were known before and have tables now. */
function flagTables(names: Names, ledger: Ledger): Sql[] {
  const added = new Set([...ledger.newSchemas.values()].map(({ number }) => number))
  const made = [...ledger.newTables].filter(([number]) => !added.has(number))
  if (made.length === 0) return []
  const numbers = made.map(([number]) => number)
  const authors = made.map(([, { author }]) => author.number)
  return [
    sql`UPDATE ${names.table('schemas')} AS s SET has_table = true, made_by = u.made_by
      FROM unnest(${numbers}::integer[], ${authors}::integer[]) AS u(number, made_by) WHERE s.number = u.number`,
  ]
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
