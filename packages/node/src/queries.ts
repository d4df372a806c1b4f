import {
  parseQuery,
  type Query,
  type QueryInput,
  refusal,
  relatedSchemas,
  type Schema,
  type SchemaId,
} from '@rakko/core'
import type { Store } from '@rakko/store'

/** Queries as apps write them, checked by the schemas that the store knows. */
export class Queries {
  readonly #store: Pick<Store, 'schema'>

  constructor(store: Pick<Store, 'schema'>) {
    this.#store = store
  }

  /** Throws SCHEMA_NOT_FOUND and INVALID_QUERY. */
  async parse(schemaId: SchemaId, input: QueryInput): Promise<Query> {
    const schema = await this.schema(schemaId)
    const related = await relatedSchemas(input, schema, (id) => this.#store.schema(id))
    return parseQuery(input, schema, (id) => related.get(id))
  }

  /** Throws SCHEMA_NOT_FOUND. */
  async schema(id: SchemaId): Promise<Schema> {
    const schema = await this.#store.schema(id)
    if (schema !== undefined) return schema
    throw refusal('SCHEMA_NOT_FOUND', { field: 'schemaId', expected: 'a known schema', got: id })
  }
}
