import { type FieldType, parseFieldType, type Schema, type SchemaId } from '@rakko/core'
import type { Session } from '../driver/driver.js'
import type { Names } from '../sql/names.js'
import { decodeText } from '../values/text-code.js'
import type { AllowedSchemas } from './allowed-schemas.js'
import type { DeclaredSearch } from './search-index.js'
import { ViewsTable } from './views-table.js'

/** A schema that this database knows. */
export interface KnownSchema {
  /** Names its tables. */
  readonly number: number
  readonly schema: Schema
  readonly views: ViewsTable
  /** Whether the tables were made: at the first document. */
  readonly hasTable: boolean
  /** Number of the author for whose document they were made; undefined also where they were there from the beginning. */
  readonly madeBy?: number | undefined
  /** Whether the tables of pinned views were made: at the first one. */
  readonly hasPinned: boolean
  /** Lists of fields that the app declared to be indexed. */
  readonly indexes: readonly (readonly string[])[]
  /** What the app declared to be searched. */
  readonly search?: DeclaredSearch | undefined
}

/** Every known schema in memory, as the database has it; what a transaction adds joins when it has committed. */
export class SchemaRegistry {
  #byId = new Map<SchemaId, KnownSchema>()
  #byNumber = new Map<number, KnownSchema>()
  /** Schemas that a pinned relation of a known schema leads to. */
  readonly #pinned = new Set<SchemaId>()
  readonly allowed: AllowedSchemas

  constructor(allowed: AllowedSchemas) {
    this.allowed = allowed
  }

  get size(): number {
    return this.#byId.size
  }

  get(id: SchemaId): KnownSchema | undefined {
    return this.#byId.get(id)
  }

  at(number: number): KnownSchema | undefined {
    return this.#byNumber.get(number)
  }

  all(): KnownSchema[] {
    return [...this.#byNumber.values()].sort((a, b) => a.number - b.number)
  }

  /** Tables that are counted against an author, see ingest/table-limit.ts. */
  tablesMadeBy(author: number): number {
    let tables = 0
    for (const { schema, views, madeBy } of this.#byNumber.values()) {
      if (madeBy === author && !this.allowed.isListed(schema.id)) tables += views.groups.length
    }
    return tables
  }

  /** Whether views of its documents may be pinned. */
  isPinned(id: SchemaId): boolean {
    return this.#pinned.has(id)
  }

  set(known: KnownSchema): void {
    for (const { type } of known.views.pinning) if ('schemaId' in type) this.#pinned.add(type.schemaId)
    this.#byId.set(known.schema.id, known)
    this.#byNumber.set(known.number, known)
  }

  async load(session: Session, names: Names): Promise<void> {
    const { rows: schemas } = await session.query<SchemaRow>(
      `SELECT number, schema_id, name, description, has_table, has_pinned, made_by FROM ${names.table('schemas')} ORDER BY number`,
    )
    const { rows: fields } = await session.query<FieldRow>(
      `SELECT schema, name, type FROM ${names.table('schema_fields')} ORDER BY schema, position`,
    )
    const fieldsOf = new Map<number, Map<string, FieldType>>(schemas.map(({ number }) => [number, new Map()]))
    for (const { schema, name, type } of fields) fieldsOf.get(schema)?.set(name, parseFieldType(type))
    for (const { number, schema_id, name, description, has_table, has_pinned, made_by } of schemas) {
      const id = schema_id as SchemaId
      const schema = { id, name, description: decodeText(description), fields: fieldsOf.get(number) ?? new Map() }
      // What an app declares is not stored: the catalog has the indexes that were made.
      const { indexes = [], search } = this.#byNumber.get(number) ?? {}
      this.set({
        ...knownSchema(number, schema, has_table),
        hasPinned: has_pinned,
        madeBy: made_by ?? undefined,
        indexes,
        search,
      })
    }
  }
}

export function knownSchema(number: number, schema: Schema, hasTable = false): KnownSchema {
  return { number, schema, views: new ViewsTable(number, schema), hasTable, hasPinned: false, indexes: [] }
}

interface SchemaRow {
  number: number
  schema_id: string
  name: string
  description: string
  has_table: boolean
  has_pinned: boolean
  made_by: number | null
}

interface FieldRow {
  schema: number
  name: string
  type: string
}
