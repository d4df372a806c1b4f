import {
  type DocumentId,
  type PublicKey,
  type RakkoError,
  refusal,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  type SchemaId,
} from '@rakko/core'
import { hexArray } from '../sql/column.js'
import { decodeHex } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import type { ForgetTarget } from '../store.js'
import { DECISION } from '../tables/codes.js'
import { waitingCountsSql } from '../tables/waiting-counts.js'
import type { Database, WriteTransaction } from '../transaction/database.js'
import { NOTHING_KEPT, removeDocuments, type TargetRow } from '../write/remove-documents.js'

/** Documents that one transaction forgets. */
const DOCUMENTS_AT_ONCE = 500

const DEFINITIONS: readonly SchemaId[] = [SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION]

/**
 * Removes documents here and for good: entries, payloads, views, pins and what idempotency ids led to.
 *
 * What stays is the decision about each entry, by its hash. So it does not come back and no peer's cursor breaks. What
 * builds on a forgotten entry is forgotten as it comes. The heads of logs and the authors' highest log ids stay too: no
 * place of a log is written twice.
 *
 * A transaction forgets some documents. One that fails leaves whole documents, and the call can be repeated.
 *
 * Returns the schemas whose documents were forgotten: drop-tables.ts looks at their tables next. Throws STILL_NEEDED on definitions, by which other documents are
 * read. Definitions of a forgotten author stay.
 */
export async function forget(database: Database, target: ForgetTarget): Promise<ReadonlySet<SchemaId>> {
  const targets = await findTargets(database, target)
  for (let start = 0; start < targets.length; start += DOCUMENTS_AT_ONCE) {
    const some = targets.slice(start, start + DOCUMENTS_AT_ONCE)
    await database.write((transaction) => forgetSome(transaction, some))
    if (database.lost.size > 0) await dropLost(database, some)
    await database.letOthersIn()
  }
  if ('author' in target) await forgetParked(database, target.author)
  return new Set(targets.flatMap(({ schema }) => database.registry.at(schema)?.schema.id ?? []))
}

async function findTargets(database: Database, target: ForgetTarget): Promise<TargetRow[]> {
  const { names, registry } = database
  const documents = names.table('documents')
  const numbers = DEFINITIONS.map((id) => registry.get(id)?.number ?? 0)
  if ('schema' in target) {
    if (DEFINITIONS.includes(target.schema)) throw stillNeeded('schema', target.schema)
    const [known] = await registry.reread(database, [target.schema])
    if (!known) return []
    const { rows } = await database.query<TargetRow>(
      sql`SELECT number, schema FROM ${documents} WHERE schema = ${known.number}::integer ORDER BY number`,
    )
    return rows
  }
  if ('author' in target) {
    const { rows } = await database.query<TargetRow>(
      sql`SELECT d.number, d.schema FROM ${documents} AS d JOIN ${names.table('authors')} AS a ON a.number = d.owner
       WHERE a.public_key = ANY(${hexArray([target.author])}::bytea[]) AND d.schema <> ALL(${numbers}::integer[])
       ORDER BY d.number`,
    )
    return rows
  }
  const { rows } = await database.query<TargetRow>(
    sql`SELECT d.number, d.schema FROM ${names.table('entries')} AS e JOIN ${documents} AS d ON d.number = e.number
     WHERE e.hash = ANY(${hexArray([target.document])}::bytea[])
     UNION SELECT number, schema FROM ${names.table('lost')}
     WHERE document = ANY(${hexArray([target.document])}::bytea[]) AND schema IS NOT NULL`,
  )
  if (rows.some(({ schema }) => numbers.includes(schema))) throw stillNeeded('document', target.document)
  return rows
}

/** What was forgotten is missed by nobody, and does not come back: of a CREATE that is lost the id is known. */
async function dropLost(database: Database, targets: readonly TargetRow[]): Promise<void> {
  const { names } = database
  const table = names.table('lost')
  const numbers = targets.map(({ number }) => number)
  const isTarget = sql`number = ANY(${numbers}::bigint[]) AND document IS NOT NULL`
  const { rows } = await database.query<{ document: Uint8Array }>(sql`SELECT document FROM ${table} WHERE ${isTarget}`)
  await database.write(async (transaction) => {
    await transaction.run([
      sql`INSERT INTO ${names.table('entries')} (number, hash, decision)
        SELECT number, document, ${sql.integer(DECISION.forgotten)} FROM ${table} WHERE ${isTarget} AND entry
        ON CONFLICT DO NOTHING`,
      sql`DELETE FROM ${table} WHERE ${isTarget}`,
      sql`UPDATE ${names.table('arrival')} SET lost = (SELECT count(*) FROM ${table})`,
    ])
  })
  for (const { document } of rows) database.lost.delete(decodeHex(document) as DocumentId)
}

async function forgetSome(transaction: WriteTransaction, targets: readonly TargetRow[]): Promise<void> {
  const { names } = transaction
  const entries = names.table('entries')
  await removeDocuments(transaction, targets)
  const chosen = sql`ANY(${targets.map(({ number }) => number)}::bigint[])`
  const empty = sql`decision = ${sql.integer(DECISION.forgotten)}, ${NOTHING_KEPT}`
  await transaction.query(
    sql`WITH ids AS (DELETE FROM ${names.table('idempotency')} WHERE document = ${chosen}),
       others AS (UPDATE ${entries} SET ${empty} WHERE document = ${chosen} AND document <> number)
     UPDATE ${entries} SET ${empty} WHERE number = ${chosen}`,
  )
}

/** Entries of an author that wait were never held, so nothing is kept of them. */
async function forgetParked(database: Database, author: PublicKey): Promise<void> {
  const { names } = database
  const [arrival, parked] = [names.table('arrival'), names.table('parked')]
  await database.write(async (transaction) => {
    const { affectedRows } = await transaction.query(
      sql`DELETE FROM ${parked} WHERE author = ANY(${hexArray([author])}::bytea[])`,
    )
    if (affectedRows === 0) return
    await transaction.query(
      sql`UPDATE ${arrival} AS a SET parked = c.parked, parked_bytes = c.parked_bytes, again = c.again
       FROM (${waitingCountsSql(names)}) AS c`,
    )
  })
}

function stillNeeded(field: string, got: string): RakkoError {
  const about = 'Documents are read with the definitions of their schemas, which cannot be forgotten'
  return refusal('STILL_NEEDED', { field, expected: 'no definition of a schema', got, about })
}
