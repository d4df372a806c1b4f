import {
  parseQuery,
  type Query,
  type QueryInput,
  refusal,
  relatedSchemas,
  type Schema,
  type SchemaId,
} from '@rakko/core'
import type { DocumentPage, Store } from '@rakko/store'

/** A store's page with its query, which cursors are made of. */
export interface DocumentsPage extends DocumentPage {
  readonly query: Query
}

type QueriedStore = Pick<Store, 'schema' | 'query' | 'count'>

/** Queries as apps write them, checked by the schemas that the store knows. */
export class Queries {
  readonly #store: QueriedStore

  constructor(store: QueriedStore) {
    this.#store = store
  }

  /** Throws SCHEMA_NOT_FOUND and INVALID_QUERY. */
  async parse(schemaId: SchemaId, input: QueryInput): Promise<Query> {
    const schema = await this.schema(schemaId)
    const related = await relatedSchemas(input, schema, (id) => this.#store.schema(id))
    return parseQuery(input, schema, (id) => related.get(id))
  }

  /** Throws as `parse` does. */
  async page(schemaId: SchemaId, input: QueryInput): Promise<DocumentsPage> {
    const query = await this.parse(schemaId, input)
    return { ...(await this.#store.query(query)), query }
  }

  /** Throws as `parse` does. */
  async count(schemaId: SchemaId, input: QueryInput): Promise<number> {
    return this.#store.count(await this.parse(schemaId, input))
  }

  /** Throws SCHEMA_NOT_FOUND. */
  async schema(id: SchemaId): Promise<Schema> {
    const schema = await this.#store.schema(id)
    if (schema !== undefined) return schema
    throw refusal('SCHEMA_NOT_FOUND', { field: 'schemaId', expected: 'a known schema', got: id })
  }
}
