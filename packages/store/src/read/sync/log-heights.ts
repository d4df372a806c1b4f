import { type Hash, hexToBytes, type PublicKey, type SchemaId } from '@rakko/core'
import { decodeHex } from '../../sql/decode-id.js'
import { type Sql, sql } from '../../sql/sql.js'
import type { LogHeight, LogHeightOptions } from '../../sync-source.js'
import type { Database } from '../../transaction/database.js'

interface HeightRow {
  public_key: Uint8Array
  log_id: string
  seq_num: string
  hash: Uint8Array
  forked: boolean
  schema_id: string
}

/** Heads of logs whose document was forgotten are left out: nothing of them can be given. */
export async function readLogHeights(
  database: Database,
  { schemas, author, after }: Omit<LogHeightOptions, 'items'>,
  items: number,
): Promise<LogHeight[]> {
  const { names } = database
  const conditions: Sql[] = []
  if (schemas !== undefined) conditions.push(sql`s.schema_id = ANY(${schemas}::text[])`)
  if (author !== undefined) conditions.push(sql`a.public_key = ${hexToBytes(author)}::bytea`)
  if (after !== undefined) {
    const [key, logId] = [hexToBytes(after.publicKey), String(after.logId)]
    conditions.push(sql`(a.public_key, h.log_id) > (${key}::bytea, ${logId}::text::numeric)`)
  }
  const { rows } = await database.query<HeightRow>(
    sql`SELECT a.public_key, h.log_id::text AS log_id, h.seq_num::text AS seq_num, h.hash, h.forked, s.schema_id
     FROM ${names.table('heads')} AS h JOIN ${names.table('authors')} AS a ON a.number = h.author
       JOIN ${names.table('documents')} AS d ON d.number = h.document
       JOIN ${names.table('schemas')} AS s ON s.number = d.schema
     ${conditions.length === 0 ? sql.empty : sql`WHERE ${sql.join(conditions, ' AND ')}`}
     ORDER BY a.public_key, h.log_id LIMIT ${items}::bigint`,
  )
  return rows.map(({ public_key, log_id, seq_num, hash, forked, schema_id }) => ({
    publicKey: decodeHex(public_key) as PublicKey,
    logId: BigInt(log_id),
    seqNum: BigInt(seq_num),
    id: decodeHex(hash) as Hash,
    isForked: forked,
    schemaId: schema_id as SchemaId,
  }))
}
