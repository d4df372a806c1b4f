import type { Names } from '../names.js'
import type { Migration } from './migration.js'

/**
 * Not all known schemas are kept in memory: they are found by their ids. With many tips an id is longer than a btree key
 * may be, so the index is one of hashes.
 */
export const schemasById: Migration = { format: 7, sql }

function sql(names: Names): string {
  return `CREATE INDEX schemas_id ON ${names.table('schemas')} USING hash (schema_id);`
}
