import type { KnownSchema, SchemaRegistry } from '../schemas/schema-registry.js'
import type { AuthorState } from './ledger-state.js'

/** What a transaction knows of tables. */
interface MadeTables {
  /** By schema number, those that it makes. */
  readonly newTables: ReadonlyMap<number, { readonly schema: KnownSchema; readonly author: AuthorState }>
}

/** Tables that there were before it. */
type StoredTables = Pick<SchemaRegistry, 'strangers' | 'isStrangers' | 'tableLimits'>

/**
 * Whether the first document of a schema may have its tables made. Without them its documents are stored all the same,
 * and it rests until somebody asks for it, see maintain/fill-tables.ts.
 */
export function hasRoom(
  { newTables }: MadeTables,
  stored: StoredTables,
  schema: KnownSchema,
  author: AuthorState,
): boolean {
  if (!stored.isStrangers(schema)) return true
  const made = [...newTables.values()].filter((one) => stored.isStrangers(one.schema))
  const all = stored.strangers()
  const ofAuthor = [
    ...(author.isNew ? [] : all.filter(({ madeBy }) => madeBy === author.number)),
    ...made.flatMap((one) => (one.author === author ? [one.schema] : [])),
    schema,
  ]
  if (countTables(ofAuthor) > stored.tableLimits.ofAuthor) return false
  return countTables([...all, ...made.map((one) => one.schema), schema]) <= stored.tableLimits.ofStrangers
}

export function countTables(schemas: readonly KnownSchema[]): number {
  return schemas.reduce((tables, { views }) => tables + views.groups.length, 0)
}
