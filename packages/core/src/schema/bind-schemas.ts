import type { SchemaId } from '../ids.js'
import { RakkoError } from '../rakko-error.js'
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
  readonly indexes?: readonly (readonly string[])[]
  readonly search?: SchemaDefinition['search']
  /** All that were bound with it: where its relations lead. Not enumerable. */
  readonly schemas?: { readonly [Name in keyof Definitions]: BoundSchema<Definitions[Name], Definitions> }
}

export type BoundSchemas<Definitions extends SchemaDefinitions = SchemaDefinitions> = {
  readonly [Name in keyof Definitions]: BoundSchema<Definitions[Name], Definitions>
} & {
  /** Published, in this order, before the first document of these schemas. */
  readonly $lock: readonly Commit[]
}

/**
 * Joins definitions and what `schema.lock` says of them. Called by the generated module; looks nothing up and hashes
 * nothing, so that it costs a page nothing. Throws INVALID_SCHEMA_LOCK where an id is missing.
 */
export function bindSchemas<const Definitions extends SchemaDefinitions>(
  definitions: Definitions,
  ids: Readonly<Record<keyof Definitions & string, string>>,
  commits: readonly Commit[],
): BoundSchemas<Definitions> {
  const known: Readonly<Record<string, string>> = ids
  const schemas: Record<string, BoundSchema> = {}
  for (const [name, { description, fields, indexes, search }] of Object.entries<SchemaDefinition>(definitions)) {
    const id = known[name]
    if (id === undefined) {
      throw new RakkoError('INVALID_SCHEMA_LOCK', `schema '${name}' has no id: write schema.lock and its module anew`, {
        field: name,
        expected: 'a schema id',
        got: 'none',
      })
    }
    const schema = {
      id: id as SchemaId,
      name,
      description,
      fields,
      ...(indexes && { indexes }),
      ...(search && { search }),
    }
    schemas[name] = Object.defineProperty(schema, 'schemas', { value: schemas })
  }
  return { ...schemas, $lock: commits } as BoundSchemas<Definitions>
}
