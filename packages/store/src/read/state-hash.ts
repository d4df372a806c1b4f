import {
  type DocumentId,
  type DocumentState,
  STATE_BUCKETS,
  stateBucketHash,
  stateBucketOf,
  stateHashOfBuckets,
} from '@rakko/core'
import { Bulk } from '../sql/bulk.js'
import { byteaColumn, integerColumn, smallintColumn } from '../sql/column.js'
import { decodeHex, decodeViewId } from '../sql/decode-id.js'
import { sql } from '../sql/sql.js'
import { bucketSql } from '../tables/state-buckets.js'
import type { Database, WriteTransaction } from '../transaction/database.js'

/** Buckets whose documents are read in one statement, so that an eighth of a schema at most is in memory. */
const BUCKETS_AT_ONCE = STATE_BUCKETS / 8

/**
 * The state hash of a schema. What arrived since the last one, in whatever schema, is a range of the primary key of
 * `entries`. It says which buckets are out of date, so storing an entry costs nothing for this. Only those buckets of
 * the schema are read and hashed again.
 */
export async function readStateHash(database: Database, schema: number): Promise<string> {
  return database.write(async (transaction) => {
    await markChanged(transaction)
    while (await hashSome(transaction, schema)) {
      // Each round hashes what it has read.
    }
    const { rows } = await transaction.query<{ bucket: number; hash: Uint8Array }>(
      sql`SELECT bucket, hash FROM ${transaction.names.table('state_buckets')} WHERE schema = ${schema}::integer`,
    )
    return stateHashOfBuckets(new Map(rows.map(({ bucket, hash }) => [bucket, hash])))
  })
}

/** Marks the buckets of the documents that changed since it was called last. */
async function markChanged(transaction: WriteTransaction): Promise<void> {
  const { names, ledger } = transaction
  const { number } = ledger.counters
  const { rows } = await transaction.query<{ hashed: bigint }>(sql`SELECT hashed FROM ${names.table('meta')}`)
  const [last] = rows
  if (!last || number <= last.hashed) return
  await transaction.query(
    sql`WITH marked AS (UPDATE ${names.table('meta')} SET hashed = ${number}::bigint)
     INSERT INTO ${names.table('state_buckets')} (schema, bucket)
     SELECT DISTINCT d.schema, ${bucketSql(sql`d.id`)} FROM ${names.table('entries')} AS e
       JOIN ${names.table('documents')} AS d ON d.number = e.document
     WHERE e.number > ${last.hashed}::bigint
     ON CONFLICT (schema, bucket) DO UPDATE SET hash = NULL`,
  )
}

interface StateRow {
  bucket: number
  /** NULL where the bucket has no documents any more. */
  id: Uint8Array | null
  view_id: Uint8Array
  deleted: boolean
}

interface BucketRow {
  readonly schema: number
  readonly bucket: number
  readonly hash: Uint8Array
}

const BUCKETS = new Bulk<BucketRow>(
  {
    schema: integerColumn(({ schema }) => schema),
    bucket: smallintColumn(({ bucket }) => bucket),
    hash: byteaColumn(({ hash }) => hash),
  },
  { onConflict: sql`ON CONFLICT (schema, bucket) DO UPDATE SET hash = excluded.hash` },
)

/** Returns whether more may be left. */
async function hashSome(transaction: WriteTransaction, schema: number): Promise<boolean> {
  const { names } = transaction
  const buckets = names.table('state_buckets')
  const { rows } = await transaction.query<StateRow>(
    sql`SELECT b.bucket, d.id, d.view_id, d.deleted
     FROM (SELECT bucket FROM ${buckets} WHERE schema = ${schema}::integer AND hash IS NULL
         ORDER BY bucket LIMIT ${BUCKETS_AT_ONCE}::bigint) AS b
       LEFT JOIN ${names.table('documents')} AS d ON d.schema = ${schema}::integer
         AND d.id >= '\\x0020'::bytea || set_byte('\\x00', 0, b.bucket)
         AND d.id < CASE WHEN b.bucket = ${sql.integer(STATE_BUCKETS - 1)} THEN '\\x0021'::bytea
           ELSE '\\x0020'::bytea || set_byte('\\x00', 0, b.bucket + 1) END`,
  )
  if (rows.length === 0) return false
  const states = new Map<number, DocumentState[]>()
  for (const { bucket, id, view_id, deleted } of rows) {
    const found = states.get(bucket) ?? []
    states.set(bucket, found)
    if (id === null) continue
    const state = { id: decodeHex(id) as DocumentId, viewId: decodeViewId(view_id), deleted }
    if (stateBucketOf(state.id) !== bucket) throw new Error('a document lies in another bucket')
    found.push(state)
  }
  const hashed = [...states]
    .filter(([, found]) => found.length > 0)
    .map(([bucket, found]) => ({ schema, bucket, hash: stateBucketHash(found) }))
  await transaction.run(BUCKETS.insert(buckets, hashed))
  const emptied = [...states].filter(([, found]) => found.length === 0).map(([bucket]) => bucket)
  if (emptied.length > 0) {
    await transaction.query(
      sql`DELETE FROM ${buckets} WHERE schema = ${schema}::integer AND bucket = ANY(${emptied}::smallint[])`,
    )
  }
  return states.size === BUCKETS_AT_ONCE
}
