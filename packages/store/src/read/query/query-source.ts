import {
  MAX_SEARCH_FIELDS,
  META_FIELDS,
  type MetaField,
  type QueryFieldType,
  queryFieldType,
  type RakkoError,
  refusal,
  type Schema,
  type SearchFilter,
  type SearchLanguage,
} from '@rakko/core'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { searchedColumn } from '../../schemas/search-index.js'
import { type Sql, sql } from '../../sql/sql.js'
import { STORED_TYPES } from '../../tables/field-types.js'
import type { Names } from '../../tables/names.js'
import { groupAlias } from '../../tables/views-table.js'
import { sizeOf } from './large-documents.js'

/** Place of an element in a relation list. */
export const LIST_POSITION_SQL: Sql = sql`list.position`

/** Documents that a relation names, instead of all of their schema. */
export interface NamedDocuments {
  /** FROM item `list (id, position)`: document ids or, where pinned, document view ids. */
  readonly list: Sql
  readonly isPinned: boolean
}

/** A field or meta field in SQL, and the type that its values have in a query. */
export interface FieldReference {
  readonly sql: Sql
  readonly type: QueryFieldType
  /** A deleted document has no fields: there the reference is NULL. */
  readonly isNullable: boolean
  /** What an index holds of the field itself, or of a value, where it holds only the beginning. */
  readonly prefix?: (whole: Sql) => Sql
}

/** The columns that a search looks at, in SQL. */
export interface Searched {
  readonly names: Names
  readonly references: readonly Sql[]
  readonly language: SearchLanguage
  /** See FieldReference. */
  readonly isNullable: boolean
}

/**
 * The tables that a filter and an order read. Each is joined only when something refers to it.
 *
 * - Living documents are found in the views table. It has the id that ends every order.
 * - `documents` leads where the order is by id, since its index has it. It also leads where deleted documents are asked
 *   for, since only they are not in the views table.
 * - Where a relation names the documents, the relation leads.
 * - Where it pins views, the views lead as if each was a document, with values in tables of their own. A pinned view
 *   can be read though its document is deleted.
 */
export class QuerySource {
  readonly #names: Names
  readonly #schema: KnownSchema
  readonly #isLedByDocuments: boolean
  readonly #includesDeleted: boolean
  readonly #named: NamedDocuments | undefined
  readonly #groups = new Set<number>()
  readonly #metaTables = new Set<'documents' | 'owner' | 'signer'>()

  constructor(
    names: Names,
    schema: KnownSchema,
    options: { isOrderedById: boolean; includesDeleted: boolean; named?: NamedDocuments | undefined },
  ) {
    this.#names = names
    this.#schema = schema
    this.#includesDeleted = options.includesDeleted
    this.#named = options.named
    this.#isLedByDocuments = options.isOrderedById || options.includesDeleted || options.named !== undefined
  }

  /** Throws INVALID_QUERY on a field that has no column. */
  reference(field: string): FieldReference {
    const type = queryFieldType(this.#schema.schema, field, field)
    if (isMetaField(field)) return { sql: this.#meta(field), type, isNullable: false }
    const column = this.#schema.views.columns.get(field)
    if (!column) throw unsearchable(field)
    this.#groups.add(column.group)
    const isSearched = !this.#includesDeleted && !this.#named
    const isIndexed = isSearched && this.#schema.indexes.some((fields) => fields.includes(field))
    const prefix = isIndexed ? STORED_TYPES[column.type.type].prefix : undefined
    return {
      sql: column.cell,
      type,
      isNullable: this.#includesDeleted && !this.#named?.isPinned,
      ...(prefix && { prefix }),
    }
  }

  /** Bytes of each of these fields that may be large. */
  sizes(fields: readonly string[]): Sql[] {
    const sizes = [...new Set(fields)].map((field) => {
      if (field === '$viewId') return sql`octet_length(${this.#meta(field)})`
      const column = this.#schema.views.columns.get(field)
      return column && sizeOf(column.type.type, column.cell)
    })
    return sizes.filter((size) => size !== undefined)
  }

  /** Throws INVALID_QUERY where the fields to search are not named and not declared. */
  searched({ fields, language }: SearchFilter): Searched {
    const { search, schema, views } = this.#schema
    const isDeclared = fields === undefined || isSameSet(fields, search?.fields ?? [])
    const named = isDeclared && search ? search.fields : (fields ?? textFields(schema))
    const references = named.map((field) => {
      const { group, cell } = searchedColumn(views, field)
      this.#groups.add(group)
      return cell
    })
    const config = language ?? search?.language ?? 'simple'
    return { names: this.#names, references, language: config, isNullable: this.#includesDeleted }
  }

  /** Columns of all fields, which are then joined whatever filter and order refer to. */
  allColumns(): Sql[] {
    for (const group of this.#schema.views.groups.keys()) this.#groups.add(group)
    const { columns, payloadField } = this.#schema.views
    const fields = [...columns.values()].map(({ cell }) => cell)
    return payloadField === undefined ? fields : [...fields, sql`v0.payload`]
  }

  /** The number of the document, or the key of the pinned view. */
  get number(): Sql {
    if (this.#named?.isPinned) return sql`d.view`
    return this.#isLedByDocuments ? sql`d.number` : sql`v0.document`
  }

  /** `FROM … JOIN …` for all that was referred to. */
  from(): { from: Sql; where: Sql[] } {
    const isPinned = this.#named?.isPinned === true
    const join = this.#includesDeleted && !isPinned ? sql`LEFT JOIN` : sql`JOIN`
    const where: Sql[] = []
    const parts: Sql[] = []
    const key = isPinned ? sql`view` : sql`document`
    const { number } = this
    const groups = new Set(this.#groups)
    if (this.#named) {
      parts.push(this.#namedDocuments(this.#named))
      if (!this.#includesDeleted && !isPinned) where.push(sql`NOT d.deleted`)
    } else if (this.#isLedByDocuments) {
      parts.push(sql`${this.#names.table('documents')} AS d`)
      where.push(sql`d.schema = ${this.#schema.number}`)
      if (!this.#includesDeleted) where.push(sql`NOT d.deleted`)
    } else {
      parts.push(sql`${this.#views(0)} AS v0`)
      groups.delete(0)
      if (this.#metaTables.size > 0) {
        parts.push(sql`JOIN ${this.#names.table('documents')} AS d ON d.number = v0.document`)
      }
    }
    for (const group of groups) {
      const alias = groupAlias(group)
      parts.push(sql`${join} ${this.#views(group)} AS ${alias} ON ${alias}.${key} = ${number}`)
    }
    for (const author of ['owner', 'signer'] as const) {
      if (!this.#metaTables.has(author)) continue
      const alias = sql.id(author)
      parts.push(sql`JOIN ${this.#names.table('authors')} AS ${alias} ON ${alias}.number = d.${alias}`)
    }
    return { from: sql.join(parts, ' '), where }
  }

  /** Each named document, as `d`, where it is stored and of the schema; or each pinned view, where it was made. */
  #namedDocuments({ list, isPinned }: NamedDocuments): Sql {
    const documents = this.#names.table('documents')
    const { number } = this.#schema
    // The limit changes no row and keeps each look-up on the index of ids. A young database has no statistics, and
    // PostgreSQL takes its documents for few. A plain join would then read all documents of a schema for every list.
    if (!isPinned) {
      return sql`${list} CROSS JOIN LATERAL (
        SELECT * FROM ${documents} WHERE schema = ${number} AND id = list.id LIMIT 1) AS d`
    }
    return sql`${list} CROSS JOIN LATERAL (
        SELECT pinned.view, pinned.view_id, pinned.signer, pinned.edited, pinned.follow, kept.id, kept.owner, kept.deleted
        FROM ${this.#names.table('pinned_views')} AS pinned JOIN ${documents} AS kept ON kept.number = pinned.document
        WHERE pinned.view = sha256(list.id) AND pinned.schema = ${number} LIMIT 1) AS d`
  }

  #views(group: number): Sql {
    const { views } = this.#schema
    return this.#named?.isPinned ? views.pinnedName(this.#names, group) : views.name(this.#names, group)
  }

  #meta(field: MetaField): Sql {
    if (field === '$id') return this.#isLedByDocuments ? sql`d.id` : sql`v0.id`
    this.#metaTables.add('documents')
    switch (field) {
      case '$viewId':
        return sql`d.view_id`
      case '$edited':
        return sql`d.edited`
      case '$deleted':
        return sql`d.deleted`
      case '$owner':
      case '$signer': {
        const author = field === '$owner' ? 'owner' : 'signer'
        this.#metaTables.add(author)
        return sql`${sql.id(author)}.public_key`
      }
    }
  }
}

function textFields({ name, fields }: Schema): string[] {
  const texts = [...fields].filter(([, { type }]) => type === 'str').map(([field]) => field)
  if (texts.length > 0 && texts.length <= MAX_SEARCH_FIELDS) return texts
  const expected = `the fields to search named: ${name} has ${texts.length} of text, and a search takes up to ${MAX_SEARCH_FIELDS}`
  const field = 'where.$search.fields'
  throw refusal('INVALID_QUERY', { field, expected, got: 'none', about: `Invalid query, ${field}` })
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one))
}

function isMetaField(field: string): field is MetaField {
  return META_FIELDS.some((name) => name === field)
}

/** The data of blob pieces is read from their payloads. */
function unsearchable(field: string): RakkoError {
  const about = `Invalid query, ${field}: the data of blob pieces cannot be searched or sorted`
  return refusal('INVALID_QUERY', { field, expected: 'another field', got: field, about })
}
