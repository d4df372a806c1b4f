import { type RakkoError, refusal, type SchemaId, SYSTEM_SCHEMAS } from '@rakko/core'

/** Schemas whose operations a store takes, beside the protocol's own and those that its app ships. */
export type AllowSchemas = 'all' | readonly SchemaId[]

/** Which schemas are stored: the allow list, and those whose tables count against their author. */
export class AllowedSchemas {
  readonly #isOpen: boolean
  readonly #listed: Set<SchemaId>

  constructor(allow: AllowSchemas = 'all') {
    this.#isOpen = allow === 'all'
    this.#listed = new Set([...SYSTEM_SCHEMAS.keys(), ...(allow === 'all' ? [] : allow)])
  }

  /** Schemas that the app ships. */
  add(ids: readonly SchemaId[]): void {
    for (const id of ids) this.#listed.add(id)
  }

  /** Whether it was asked for by name. Then its tables count against no author. */
  isListed(id: SchemaId): boolean {
    return this.#listed.has(id)
  }

  /** Returns SCHEMA_NOT_ALLOWED where operations of a schema are refused. */
  refusal(id: SchemaId): RakkoError | undefined {
    if (this.#isOpen || this.#listed.has(id)) return undefined
    const expected = 'a schema of the app, or of its allow list'
    return refusal('SCHEMA_NOT_ALLOWED', { field: 'schemaId', expected, got: id, about: 'The schema is not allowed' })
  }
}
