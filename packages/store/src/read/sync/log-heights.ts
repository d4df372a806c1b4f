import { type Hash, hexToBytes, type PublicKey, type SchemaId } from '@rakko/core'
import { decodeHex } from '../../sql/decode-id.js'
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
  schemas: readonly SchemaId[] | undefined,
  after: LogHeightOptions['after'],
  items: number,
): Promise<LogHeight[]> {
  const { names } = database
  const parameters: unknown[] = [items]
  const conditions: string[] = []
  if (schemas !== undefined) {
    parameters.push(schemas)
    conditions.push(`s.schema_id = ANY($${parameters.length}::text[])`)
  }
  if (after !== undefined) {
    parameters.push(hexToBytes(after.publicKey), String(after.logId))
    conditions.push(
      `(a.public_key, h.log_id) > ($${parameters.length - 1}::bytea, $${parameters.length}::text::numeric)`,
    )
  }
  const { rows } = await database.query<HeightRow>(
    `SELECT a.public_key, h.log_id::text AS log_id, h.seq_num::text AS seq_num, h.hash, h.forked, s.schema_id
     FROM ${names.table('heads')} AS h JOIN ${names.table('authors')} AS a ON a.number = h.author
       JOIN ${names.table('documents')} AS d ON d.number = h.document
       JOIN ${names.table('schemas')} AS s ON s.number = d.schema
     ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
     ORDER BY a.public_key, h.log_id LIMIT $1::bigint`,
    parameters,
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
