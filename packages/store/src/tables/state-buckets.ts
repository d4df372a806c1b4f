import type { Names } from './names.js'

/**
 * Hashes of a schema's documents by buckets, see core's state-hash.ts. A bucket whose hash is NULL is out of date.
 */

/** As core's stateBucketOf: the first byte of the hash behind `0020`. */
export function bucketSql(id: string): string {
  return `get_byte(${id}, 2)::smallint`
}

/** Marks the buckets of documents that are about to be removed. No entry that arrives will tell of that. */
export function markBucketsSql(names: Names, documents: string): string {
  return `INSERT INTO ${names.table('state_buckets')} (schema, bucket)
    SELECT DISTINCT d.schema, ${bucketSql('d.id')} FROM ${names.table('documents')} AS d WHERE d.number = ANY(${documents})
    ON CONFLICT (schema, bucket) DO UPDATE SET hash = NULL`
}
