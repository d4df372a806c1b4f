import { type Sql, sql } from '../sql/sql.js'
import type { Names } from './names.js'

/**
 * Hashes of a schema's documents by buckets, see core's state-hash.ts. A bucket whose hash is NULL is out of date.
 */

/** As core's stateBucketOf: the first byte of the hash behind `0020`. */
export function bucketSql(id: Sql): Sql {
  return sql`get_byte(${id}, 2)::smallint`
}

/** Marks the buckets of documents that are about to be removed. No entry that arrives will tell of that. */
export function markBucketsSql(names: Names, documents: readonly bigint[]): Sql {
  return sql`INSERT INTO ${names.table('state_buckets')} (schema, bucket)
    SELECT DISTINCT d.schema, ${bucketSql(sql`d.id`)} FROM ${names.table('documents')} AS d WHERE d.number = ANY(${documents}::bigint[])
    ON CONFLICT (schema, bucket) DO UPDATE SET hash = NULL`
}
