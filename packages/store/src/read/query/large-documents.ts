import { type DocumentViewId, type FieldTypeName, isListType, type OperationValue } from '@rakko/core'
import { answerTooLarge } from '../../driver/answer-too-large.js'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { decodeViewId } from '../../sql/decode-id.js'
import { type Sql, sql } from '../../sql/sql.js'
import { STORED_TYPES } from '../../tables/field-types.js'
import type { Queries } from '../../tables/queries.js'
import { groupAlias } from '../../tables/views-table.js'
import { MAX_READ_BYTES } from '../read-limits.js'
import { fieldsDecoder, namedCells, OPERATION } from './fields-decoder.js'

/** Fields of more bytes do not stand in a page once for each relation that leads to them. */
export const LARGE_BYTES = 2048

/** Number of a document, or key of a pinned view. */
export type LargeKey = bigint | Uint8Array

/** An included document whose fields are read by themselves. */
export interface LargeDocument {
  readonly known: KnownSchema
  readonly isPinned: boolean
  readonly key: LargeKey
  readonly viewId: DocumentViewId
}

type Fields = ReadonlyMap<string, OperationValue>

/**
 * Fields of the large documents that a page includes. A page may lead to one document from many places. There it has
 * only the document's key, and the fields are read once.
 */
export class LargeDocuments {
  readonly #fields = new Map<string, Fields>()
  readonly #missing = new Map<string, LargeDocument>()
  #bytes = 0

  /** Those that were read, or none: then `read` is to be called, and the page to be made again. */
  fields(document: LargeDocument): Fields {
    const name = nameOf(document)
    const known = this.#fields.get(name)
    if (known) return known
    this.#missing.set(name, document)
    return NOT_READ_YET
  }

  get areMissing(): boolean {
    return this.#missing.size > 0
  }

  /** Returns false where one of them has changed since its page was read. */
  async read(queries: Queries): Promise<boolean> {
    const byTable = new Map<string, LargeDocument[]>()
    for (const document of this.#missing.values()) {
      const table = `${document.known.number} ${document.isPinned}`
      const ofTable = byTable.get(table)
      if (ofTable) ofTable.push(document)
      else byTable.set(table, [document])
    }
    for (const ofTable of byTable.values()) await this.#readTable(queries, ofTable)
    const areWhole = [...this.#missing.keys()].every((name) => this.#fields.has(name))
    this.#missing.clear()
    return areWhole
  }

  /** Documents of one schema, all of them pinned views or none. */
  async #readTable(queries: Queries, documents: readonly LargeDocument[]): Promise<void> {
    const [first] = documents
    if (!first) return
    const { known, isPinned } = first
    const keys = documents.map(({ key }) => key)
    const left = MAX_READ_BYTES - this.#bytes
    if (left <= 0) throw answerTooLarge(MAX_READ_BYTES, this.#bytes)
    const { rows, bytes } = await queries.query<FieldsRow>(selectFields(queries, known, isPinned, keys), left)
    this.#bytes += bytes
    const decode = fieldsDecoder(known, namedCells)
    for (const row of rows)
      this.#fields.set(nameOf({ known, isPinned, viewId: decodeViewId(row.view_id) }), decode(row))
  }
}

const NOT_READ_YET: Fields = new Map()

type FieldsRow = Readonly<Record<string, unknown>>

function nameOf({ known, isPinned, viewId }: Omit<LargeDocument, 'key'>): string {
  return `${known.number} ${isPinned} ${viewId}`
}

/** In SQL, whether the fields of a row are large. */
export function areLarge({ views }: KnownSchema, reference: (column: Sql) => Sql): Sql {
  const sizes = [...views.columns.values()].flatMap(
    ({ type, sql: column }) => sizeOf(type.type, reference(column)) ?? [],
  )
  if (views.payloadField !== undefined) sizes.push(sql`octet_length(payload.${sql.id(OPERATION)})`)
  return sizes.length === 0 ? sql`false` : sql`${sumOf(sizes)} > ${sql.integer(LARGE_BYTES)}`
}

/** In SQL, bytes of a field's value, or undefined where all of the type are small. Nothing is decompressed for it. */
export function sizeOf(type: FieldTypeName, value: Sql): Sql | undefined {
  const { comparedAs } = STORED_TYPES[type]
  if (isListType(type)) return sql`pg_column_size(${value})`
  return comparedAs === 'text' || comparedAs === 'bytea' ? sql`octet_length(${value})` : undefined
}

/** Nested as little as can be: PostgreSQL goes down into each sum, and a schema has up to 1 024 fields. */
export function sumOf(sizes: readonly Sql[]): Sql {
  const [only] = sizes
  if (only && sizes.length === 1) return only
  const half = Math.ceil(sizes.length / 2)
  return sql`(${sumOf(sizes.slice(0, half))} + ${sumOf(sizes.slice(half))})`
}

function selectFields({ names }: Queries, { views }: KnownSchema, isPinned: boolean, keys: LargeKey[]): Sql {
  const [key, type] = isPinned ? [sql`view`, sql`bytea[]`] : [sql`document`, sql`bigint[]`]
  const joins = views.groups.map((_, group) => {
    const alias = groupAlias(group)
    const table = isPinned ? views.pinnedName(names, group) : views.name(names, group)
    return sql`JOIN ${table} AS ${alias} ON ${alias}.${key} = page.key`
  })
  joins.push(
    isPinned
      ? sql`JOIN ${names.table('pinned_views')} AS d ON d.view = page.key`
      : sql`JOIN ${names.table('documents')} AS d ON d.number = page.key`,
  )
  const columns = [sql`d.view_id`, ...[...views.columns.values()].map(({ cell }) => cell)]
  if (views.payloadField !== undefined) {
    columns.push(sql`payload.${sql.id(OPERATION)}`)
    joins.push(sql`LEFT JOIN ${names.table('entries')} AS payload ON payload.number = v0.payload`)
  }
  return sql`SELECT ${sql.join(columns)} FROM unnest(${keys}::${type}) AS page (key) ${sql.join(joins, ' ')}`
}
