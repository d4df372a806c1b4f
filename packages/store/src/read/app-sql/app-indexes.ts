import type { KnownSchema } from '../../schemas/schema-registry.js'
import { type Sql, sql } from '../../sql/sql.js'
import { shownHex } from '../../tables/field-types.js'
import type { Names } from '../../tables/names.js'

/**
 * Statements that make indexes for an app's own SQL. They are over the very expressions that the views have for ids and
 * relations, so that comparisons and joins use them. An app that never calls `sql` has none. Only PostgreSQL's ANALYZE
 * knows how an expression's values are spread.
 */
export function appIndexes(names: Names, schemas: readonly KnownSchema[]): Sql[] {
  return schemas
    .filter(({ hasTable }) => hasTable)
    .flatMap(({ views }) => {
      const relations = [...views.columns.values()].filter(({ type }) => type.type === 'relation')
      const keys = [{ group: 0, column: 'id', sql: sql`id` }, ...relations]
      const indexes = keys.map(({ group, column, sql: key }) => {
        const name = sql.id(`${views.alias(group)}_app_${column}`)
        return sql`CREATE INDEX IF NOT EXISTS ${name} ON ${views.name(names, group)} ((${shownHex(key)}));`
      })
      const tables = new Set(keys.map(({ group }) => views.name(names, group)))
      return [...indexes, ...[...tables].map((table) => sql`ANALYZE ${table};`)]
    })
}
