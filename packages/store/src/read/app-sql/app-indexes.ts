import type { KnownSchema } from '../../schemas/schema-registry.js'
import { shownHex } from '../../tables/field-types.js'
import type { Names } from '../../tables/names.js'

/**
 * Statements that make indexes for an app's own SQL. They are over the very expressions that the views have for ids and
 * relations, so that comparisons and joins use them. An app that never calls `sql` has none. Only PostgreSQL's ANALYZE
 * knows how an expression's values are spread.
 */
export function appIndexes(names: Names, schemas: readonly KnownSchema[]): string[] {
  return schemas
    .filter(({ hasTable }) => hasTable)
    .flatMap(({ views }) => {
      const relations = [...views.columns.values()].filter(({ type }) => type.type === 'relation')
      const keys = [{ group: 0, column: 'id' }, ...relations]
      const indexes = keys.map(({ group, column }) => {
        const name = `${views.alias(group)}_app_${column}`
        return `CREATE INDEX IF NOT EXISTS ${name} ON ${views.name(names, group)} ((${shownHex(column)}));`
      })
      const tables = new Set(keys.map(({ group }) => views.name(names, group)))
      return [...indexes, ...[...tables].map((table) => `ANALYZE ${table};`)]
    })
}
