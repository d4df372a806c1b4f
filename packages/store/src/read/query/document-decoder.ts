import { type DocumentId, type DocumentViewId, decodeOperation, type OperationValue, RakkoError } from '@rakko/core'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { decodeHex, decodeViewId } from '../../sql/decode-id.js'
import { type Sql, sql } from '../../sql/sql.js'
import type { Document, DocumentPage } from '../../store.js'
import { valueDecoder } from '../../tables/field-types.js'
import type { KeyOf } from '../../transaction/author-keys.js'

/** Finds the cell of this name in rows. The name is looked up once for all rows. */
export type Cells<Row> = (name: string) => (row: Row) => unknown

/** Of rows as a driver gives them. */
export const namedCells: Cells<Readonly<Record<string, unknown>>> = (name) => (row) => row[name]

/** Of rows that stand within another's cell. */
export function listedCells(names: readonly string[]): Cells<readonly unknown[]> {
  return (name) => {
    const index = names.indexOf(name)
    return (row) => row[index]
  }
}

/** Reads something of a row that names authors by number. */
export type Decode<Row, Result> = (row: Row, keyOf: KeyOf) => Result

/** Reads an included relation of the row that its document is read of. */
export interface RelationDecoder {
  readonly field: string
  decoder<Row>(cells: Cells<Row>): Decode<Row, DocumentPage>
}

/** The cell that holds the encoded operation of a blob piece. */
export const OPERATION = 'operation'

/**
 * In SQL, what a `documentDecoder` reads beside the fields, from `alias` that has the columns of `documents`.
 *
 * Mostly the view id is the id, and the signer the owner. There NULL stands: what is not written need not be read.
 * Authors are numbers, see AuthorKeys, since a look-up of every row's keys takes a large part of a query.
 */
export function metaCells(alias: Sql): Readonly<Record<string, Sql>> {
  return {
    id: sql`${alias}.id`,
    view_id: sql`NULLIF(${alias}.view_id, ${alias}.id)`,
    follow: sql`${alias}.follow`,
    owner: sql`${alias}.owner`,
    signer: sql`NULLIF(${alias}.signer, ${alias}.owner)`,
    edited: sql`${alias}.edited`,
    deleted: sql`${alias}.deleted`,
  }
}

export interface DecoderOptions {
  /** A pinned view has its fields though its document is deleted. */
  readonly isPinned?: boolean
  readonly relations?: readonly RelationDecoder[]
}

/** Reads rows of a schema's documents: the cells of `metaCells`, and those of the fields by their columns. */
export function documentDecoder<Row>(
  { schema, views }: KnownSchema,
  cells: Cells<Row>,
  { isPinned = false, relations = [] }: DecoderOptions = {},
): Decode<Row, Document> {
  const [id, view, follow, owner] = [cells('id'), cells('view_id'), cells('follow'), cells('owner')]
  const [signer, edited, deleted] = [cells('signer'), cells('edited'), cells('deleted')]
  const fields = [...schema.fields].map(([field, type]) => {
    const column = views.columns.get(field)?.column
    const cell = cells(column ?? OPERATION)
    return {
      field,
      cell,
      decode: column === undefined ? payloadDecoder(field) : valueDecoder(type),
    }
  })
  const related = relations.map(({ field, decoder }) => ({ field, decode: decoder(cells) }))
  return (row, keyOf) => {
    const documentId = decodeHex(id(row)) as DocumentId
    const viewId = decodeUnlessNull(view(row)) ?? (documentId as string as DocumentViewId)
    const ownedBy = keyOf(owner(row) as number)
    const isDeleted = deleted(row) === true
    const values = new Map<string, OperationValue>()
    if (isPinned || !isDeleted) for (const { field, cell, decode } of fields) values.set(field, decode(cell(row)))
    const signedBy = signer(row)
    const document: Document = {
      id: documentId,
      viewId,
      follow: decodeUnlessNull(follow(row)) ?? viewId,
      schemaId: schema.id,
      owner: ownedBy,
      signer: signedBy === null ? ownedBy : keyOf(signedBy as number),
      edited: edited(row) === true,
      deleted: isDeleted,
      fields: values,
    }
    if (related.length === 0) return document
    const pages = new Map<string, DocumentPage>()
    for (const { field, decode } of related) pages.set(field, decode(row, keyOf))
    return Object.assign(document, { related: pages })
  }
}

function decodeUnlessNull(stored: unknown): DocumentViewId | undefined {
  return stored === null ? undefined : decodeViewId(stored)
}

function payloadDecoder(field: string): (operation: unknown) => OperationValue {
  return (operation) => {
    const value = operation instanceof Uint8Array ? decodeOperation(operation).fields?.get(field) : undefined
    if (value?.kind === 'bytes') return { type: 'bytes', value: value.value }
    throw new RakkoError('INTERNAL', `the payload that holds the field ${field} is missing`, { field })
  }
}
