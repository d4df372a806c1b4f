import { META_FIELDS, type MetaField, type QueryFieldType, queryFieldType, RakkoError } from '@rakko/core'
import { type RawBuilder, sql } from 'kysely'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { Names } from '../sql/names.js'

/** A piece of SQL with its bound values. */
export type Fragment = RawBuilder<unknown>

/** A field or meta field in SQL, and the type that its values have in a query. */
export interface FieldReference {
  readonly sql: Fragment
  readonly type: QueryFieldType
  /** A deleted document has no fields: there the reference is NULL. */
  readonly isNullable: boolean
}

/**
 * The tables that a filter and an order read; each is joined only when something refers to it.
 *
 * Living documents are found in the views table, which has the id that ends every order. `documents` leads where the
 * order is by id, for its index has it, and where deleted documents are asked for, since only they are not in the
 * views table.
 */
export class QuerySource {
  readonly #names: Names
  readonly #schema: KnownSchema
  readonly #isLedByDocuments: boolean
  readonly #includesDeleted: boolean
  readonly #groups = new Set<number>()
  readonly #metaTables = new Set<'documents' | 'owner' | 'signer'>()

  constructor(names: Names, schema: KnownSchema, options: { isOrderedById: boolean; includesDeleted: boolean }) {
    this.#names = names
    this.#schema = schema
    this.#includesDeleted = options.includesDeleted
    this.#isLedByDocuments = options.isOrderedById || options.includesDeleted
  }

  /** Throws INVALID_QUERY on a field that has no column. */
  reference(field: string): FieldReference {
    const type = queryFieldType(this.#schema.schema, field, field)
    if (isMetaField(field)) return { sql: this.#meta(field), type, isNullable: false }
    const column = this.#schema.views.columns.get(field)
    if (!column) throw unsearchable(field)
    this.#groups.add(column.group)
    return { sql: sql.raw(`v${column.group}.${column.column}`), type, isNullable: this.#includesDeleted }
  }

  /** `FROM … JOIN …` for all that was referred to, and the number of the document. */
  from(): { from: Fragment; number: Fragment; where: Fragment[] } {
    const join = this.#includesDeleted ? 'LEFT JOIN' : 'JOIN'
    const where: Fragment[] = []
    const parts: string[] = []
    const number = this.#isLedByDocuments ? 'd.number' : 'v0.document'
    const groups = new Set(this.#groups)
    if (this.#isLedByDocuments) {
      parts.push(`${this.#names.table('documents')} AS d`)
      where.push(sql`d.schema = ${this.#schema.number}`)
      if (!this.#includesDeleted) where.push(sql`NOT d.deleted`)
    } else {
      parts.push(`${this.#views(0)} AS v0`)
      groups.delete(0)
      if (this.#metaTables.size > 0) parts.push(`JOIN ${this.#names.table('documents')} AS d ON d.number = v0.document`)
    }
    for (const group of groups)
      parts.push(`${join} ${this.#views(group)} AS v${group} ON v${group}.document = ${number}`)
    for (const author of ['owner', 'signer'] as const) {
      if (!this.#metaTables.has(author)) continue
      parts.push(`JOIN ${this.#names.table('authors')} AS ${author} ON ${author}.number = d.${author}`)
    }
    return { from: sql.raw(parts.join(' ')), number: sql.raw(number), where }
  }

  #views(group: number): string {
    return this.#schema.views.name(this.#names, group)
  }

  #meta(field: MetaField): Fragment {
    if (field === '$id') return sql.raw(this.#isLedByDocuments ? 'd.id' : 'v0.id')
    this.#metaTables.add('documents')
    switch (field) {
      case '$viewId':
        return sql.raw('d.view_id')
      case '$edited':
        return sql.raw('d.edited')
      case '$deleted':
        return sql.raw('d.deleted')
      case '$owner':
      case '$signer': {
        const author = field === '$owner' ? 'owner' : 'signer'
        this.#metaTables.add(author)
        return sql.raw(`${author}.public_key`)
      }
    }
  }
}

function isMetaField(field: string): field is MetaField {
  return META_FIELDS.some((name) => name === field)
}

/** The data of blob pieces is read from their payloads. */
function unsearchable(field: string): RakkoError {
  return new RakkoError('INVALID_QUERY', `query, ${field}: the data of blob pieces cannot be searched or sorted`, {
    field,
    expected: 'another field',
    got: field,
  })
}
