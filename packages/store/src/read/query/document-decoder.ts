import type { DocumentId, DocumentViewId, OperationValue } from '@rakko/core'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { decodeHex, decodeViewId } from '../../sql/decode-id.js'
import { type Sql, sql } from '../../sql/sql.js'
import type { Document, DocumentPage } from '../../store.js'
import { type Cells, fieldsDecoder } from './fields-decoder.js'
import type { LargeKey } from './large-documents.js'
import type { Reading } from './reading.js'

/** Reads something of a row. */
export type Decode<Row, Result> = (row: Row, reading: Reading) => Result

/** Reads an included relation of the row that its document is read of. */
export interface RelationDecoder {
  readonly field: string
  decoder<Row>(cells: Cells<Row>): Decode<Row, DocumentPage>
}

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

export const META_CELLS = Object.keys(metaCells(sql.empty))

export interface DecoderOptions {
  /** A pinned view has its fields though its document is deleted. */
  readonly isPinned?: boolean
  /** Its schema rests: a row has no fields. */
  readonly rests?: boolean
  readonly relations?: readonly RelationDecoder[]
  /** The cell that a row has instead of its fields, where these are large: the key by which they are read. */
  readonly largeCell?: string
}

/** Reads rows of a schema's documents: the cells of `metaCells`, and those of the fields by their columns. */
export function documentDecoder<Row>(
  known: KnownSchema,
  cells: Cells<Row>,
  { isPinned = false, rests = false, relations = [], largeCell }: DecoderOptions = {},
): Decode<Row, Document> {
  const { schema } = known
  const [id, view, follow, owner] = [cells('id'), cells('view_id'), cells('follow'), cells('owner')]
  const [signer, edited, deleted] = [cells('signer'), cells('edited'), cells('deleted')]
  const decodeFields = fieldsDecoder(known, cells)
  const large = largeCell === undefined ? () => null : cells(largeCell)
  const related = relations.map(({ field, decoder }) => ({ field, decode: decoder(cells) }))
  // One object for each reading: a document that is named many times is made once.
  const self = {}
  return (row, reading) => {
    const documentId = decodeHex(id(row)) as DocumentId
    const viewId = decodeUnlessNull(view(row)) ?? (documentId as string as DocumentViewId)
    const made = reading.made(self)
    const before = made.get(viewId)
    if (before) return before
    const ownedBy = reading.keyOf(owner(row) as number)
    const isDeleted = deleted(row) === true
    const key = large(row)
    const values =
      key !== null
        ? reading.large.fields({ known, isPinned, key: key as LargeKey, viewId })
        : !rests && (isPinned || !isDeleted)
          ? decodeFields(row)
          : NO_FIELDS
    const signedBy = signer(row)
    const document: Document = {
      id: documentId,
      viewId,
      follow: decodeUnlessNull(follow(row)) ?? viewId,
      schemaId: schema.id,
      owner: ownedBy,
      signer: signedBy === null ? ownedBy : reading.keyOf(signedBy as number),
      edited: edited(row) === true,
      deleted: isDeleted,
      fields: values,
    }
    made.set(viewId, document)
    if (related.length === 0) return document
    const pages = new Map<string, DocumentPage>()
    for (const { field, decode } of related) pages.set(field, decode(row, reading))
    return Object.assign(document, { related: pages })
  }
}

const NO_FIELDS: ReadonlyMap<string, OperationValue> = new Map()

function decodeUnlessNull(stored: unknown): DocumentViewId | undefined {
  return stored === null ? undefined : decodeViewId(stored)
}
