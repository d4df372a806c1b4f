import {
  type DocumentId,
  type DocumentState,
  STATE_BUCKETS,
  stateBucketHash,
  stateBucketOf,
  stateHashOfBuckets,
} from '@rakko/core'
import type { Driver, Session } from '../driver/driver.js'
import { bulkInsert, type Columns } from '../sql/bulk.js'
import { byteaColumn, integerColumn, smallintColumn } from '../sql/column.js'
import type { Names } from '../sql/names.js'
import { decodeHex, decodeViewId } from '../values/decode-column.js'

/** Buckets whose documents are read in one statement: an eighth of a schema at most is in memory. */
const BUCKETS_AT_ONCE = STATE_BUCKETS / 8

/**
 * The state hash of a schema. What arrived since the last one, of whatever schema, is a range of the primary key of
 * `entries`: it says which buckets are out of date, so that storing an entry costs nothing for this. Of the schema that is
 * asked for these buckets are read and hashed again, and nothing else.
 */
export async function readStateHash(driver: Driver, names: Names, schema: number): Promise<string> {
  return driver.transaction(async (session) => {
    await markChanged(session, names)
    while (await hashSome(session, names, schema)) {
      // Each round hashes what it has read.
    }
    const { rows } = await session.query<{ bucket: number; hash: Uint8Array }>(
      `SELECT bucket, hash FROM ${names.table('state_buckets')} WHERE schema = $1::integer`,
      [schema],
    )
    return stateHashOfBuckets(new Map(rows.map(({ bucket, hash }) => [bucket, hash])))
  })
}

/** Marks the buckets of the documents that changed since it was called last. */
async function markChanged(session: Session, names: Names): Promise<void> {
  // Nothing may arrive between these statements: the lock that every ingest takes first.
  const { rows } = await session.query<{ number: bigint; hashed: bigint }>(
    `SELECT number, (SELECT hashed FROM ${names.table('meta')}) AS hashed FROM ${names.table('arrival')} FOR UPDATE`,
  )
  const [last] = rows
  if (!last || last.number <= last.hashed) return
  await session.query(
    `WITH marked AS (UPDATE ${names.table('meta')} SET hashed = $2::bigint)
     INSERT INTO ${names.table('state_buckets')} (schema, bucket)
     SELECT DISTINCT d.schema, ${bucketSql('d.id')} FROM ${names.table('entries')} AS e
       JOIN ${names.table('documents')} AS d ON d.number = e.document
     WHERE e.number > $1::bigint
     ON CONFLICT (schema, bucket) DO UPDATE SET hash = NULL`,
    [last.hashed, last.number],
  )
}

/** Marks the buckets of documents that are about to be removed: no entry that arrives will tell of that. */
export function markBucketsSql(names: Names, documents: string): string {
  return `INSERT INTO ${names.table('state_buckets')} (schema, bucket)
    SELECT DISTINCT d.schema, ${bucketSql('d.id')} FROM ${names.table('documents')} AS d WHERE d.number = ANY(${documents})
    ON CONFLICT (schema, bucket) DO UPDATE SET hash = NULL`
}

/** As core's stateBucketOf: the first byte of the hash behind `0020`. */
function bucketSql(id: string): string {
  return `get_byte(${id}, 2)::smallint`
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

const BUCKETS: Columns<BucketRow> = {
  schema: integerColumn(({ schema }) => schema),
  bucket: smallintColumn(({ bucket }) => bucket),
  hash: byteaColumn(({ hash }) => hash),
}

/** Answers whether more may be left. */
async function hashSome(session: Session, names: Names, schema: number): Promise<boolean> {
  const buckets = names.table('state_buckets')
  const { rows } = await session.query<StateRow>(
    `SELECT b.bucket, d.id, d.view_id, d.deleted
     FROM (SELECT bucket FROM ${buckets} WHERE schema = $1::integer AND hash IS NULL ORDER BY bucket LIMIT $2::bigint) AS b
       LEFT JOIN ${names.table('documents')} AS d ON d.schema = $1::integer
         AND d.id >= '\\x0020'::bytea || set_byte('\\x00', 0, b.bucket)
         AND d.id < CASE WHEN b.bucket = ${STATE_BUCKETS - 1} THEN '\\x0021'::bytea
           ELSE '\\x0020'::bytea || set_byte('\\x00', 0, b.bucket + 1) END`,
    [schema, BUCKETS_AT_ONCE],
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
  const conflict = 'ON CONFLICT (schema, bucket) DO UPDATE SET hash = excluded.hash'
  for (const { text, parameters } of bulkInsert(buckets, BUCKETS, hashed, conflict)) {
    await session.query(text, parameters)
  }
  const emptied = [...states].filter(([, found]) => found.length === 0).map(([bucket]) => bucket)
  if (emptied.length > 0) {
    await session.query(`DELETE FROM ${buckets} WHERE schema = $1::integer AND bucket = ANY($2::smallint[])`, [
      schema,
      emptied,
    ])
  }
  return states.size === BUCKETS_AT_ONCE
}
