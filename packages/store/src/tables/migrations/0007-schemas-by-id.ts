import type { Migration } from './migration.js'

/**
 * Not all known schemas are kept in memory: they are found by their ids. With many tips an id is longer than a btree
 * key may be, so the index is one of hashes.
 */
export const schemasById: Migration = { format: 7, sql }

function sql(schema: string): string {
  return `CREATE INDEX schemas_id ON ${schema}.schemas USING hash (schema_id);`
}
