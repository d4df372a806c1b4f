import type { SchemaId } from '../ids.js'
import { refusal } from '../refusal.js'
import type { SchemaDefinition, SchemaDefinitions } from './definition.js'

/** One signed operation of a schema's history, as `schema.lock` keeps it; all hexadecimal. */
export interface Commit {
  readonly entry_hash: string
  readonly entry: string
  readonly operation: string
}

/** A definition with the id that its commits gave it. */
export interface BoundSchema<
  Definition extends SchemaDefinition = SchemaDefinition,
  Definitions extends SchemaDefinitions = SchemaDefinitions,
> {
  readonly id: SchemaId
  readonly name: string
  readonly description: string
  readonly fields: Definition['fields']
  /** Those that the definition declares. */
  readonly indexes?: readonly (readonly string[])[] | undefined
  readonly search?: SchemaDefinition['search']
  /** All schemas that were bound with it: where its relations lead. Not enumerable. */
  readonly schemas?: { readonly [Name in keyof Definitions]: BoundSchema<Definitions[Name], Definitions> }
}

/** What a schema was before its definition changed or was left out. Its documents are still there. */
export interface SchemaVersion extends SchemaDefinition {
  readonly id: string
}

/** By schema name, the oldest first. */
export type SchemaVersions = Readonly<Record<string, readonly SchemaVersion[]>>

export type BoundSchemas<
  Definitions extends SchemaDefinitions = SchemaDefinitions,
  Versions extends SchemaVersions = SchemaVersions,
> = {
  readonly [Name in keyof Definitions]: BoundSchema<Definitions[Name], Definitions>
} & {
  /** Published, in this order, before the first document of these schemas. */
  readonly $lock: readonly Commit[]
  /**
   * Earlier versions, to read their documents and copy what is wanted: `node.collection(schemas.$versions.venue[0])`.
   */
  readonly $versions: { readonly [Name in keyof Versions]: BoundVersions<Versions[Name]> }
}

type BoundVersions<Earlier extends readonly SchemaVersion[]> = {
  readonly [Index in keyof Earlier]: BoundSchema<Earlier[Index]>
}

/**
 * Joins definitions with their ids and commits in `schema.lock`. The generated module calls it. It looks nothing up and
 * hashes nothing, so that it costs a page nothing. Throws INVALID_SCHEMA_LOCK where an id is missing.
 */
export function bindSchemas<
  const Definitions extends SchemaDefinitions,
  const Versions extends SchemaVersions = Readonly<Record<never, never>>,
>(
  definitions: Definitions,
  ids: Readonly<Record<keyof Definitions & string, string>>,
  commits: readonly Commit[],
  versions?: Versions,
): BoundSchemas<Definitions, Versions> {
  const known: Readonly<Record<string, string>> = ids
  const schemas: Record<string, BoundSchema> = {}
  for (const [name, { description, fields, indexes, search }] of Object.entries<SchemaDefinition>(definitions)) {
    const id = known[name]
    if (id === undefined) {
      const about = `The schema '${name}' has no id (write schema.lock and its module again)`
      throw refusal('INVALID_SCHEMA_LOCK', { field: name, expected: 'a schema id', got: 'none', about })
    }
    const schema = {
      id: id as SchemaId,
      name,
      description,
      fields,
      ...(indexes && { indexes }),
      ...(search && { search }),
    }
    // Configurable: of a property that is not, a reactive proxy would have to give the very object that it wraps.
    schemas[name] = Object.defineProperty(schema, 'schemas', { value: schemas, configurable: true })
  }
  const $versions: Record<string, BoundSchema[]> = {}
  for (const [name, earlier] of Object.entries<readonly SchemaVersion[]>(versions ?? {})) {
    $versions[name] = earlier.map((version) => ({ ...version, id: version.id as SchemaId, name }))
  }
  return { ...schemas, $lock: commits, $versions } as BoundSchemas<Definitions, Versions>
}
