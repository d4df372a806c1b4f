import {
  type DocumentId,
  type DocumentViewId,
  type FieldType,
  hexToBytes,
  type OperationValue,
  type PublicKey,
  RakkoError,
} from '@rakko/core'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { Document } from '../store.js'
import { decodeText } from '../values/text-code.js'
import { decodePayload } from './select-documents.js'

/**
 * A document within another one's row is a JSON array of its cells. JSON's own numbers would round ints and lose NaN,
 * so no value becomes one:
 *
 * | stored                   | cell                                   |
 * | ------------------------ | -------------------------------------- |
 * | boolean                  | true, false                            |
 * | bigint, double precision | text: `9007199254740993`, `-0`, `NaN`  |
 * | text                     | text, escaped as it is stored          |
 * | bytea                    | text: `\x` and the digits              |
 * | bytea[]                  | array of these                         |
 *
 * First come those of META_COLUMNS and the place in the list, then the fields, what is included and, where the order has
 * it, the relevance as text.
 */
export type Cells = readonly unknown[]

/** Of `d`, as a nested page selects them; `owner` and `signer` are numbers of authors. */
export const META_COLUMNS = ['d.id', 'd.view_id', 'd.follow', 'd.owner', 'd.signer', 'd.edited', 'd.deleted']

/**
 * The same as cells of `page`, the authors joined, and the place in the list. NULL stands for the id as the view id and for
 * the owner as the signer: so most documents are, and what is not written need not be read.
 */
export const META_CELLS = [
  'page.id',
  'NULLIF(page.view_id, page.id)',
  'page.follow',
  'owner.public_key',
  'NULLIF(signer.public_key, owner.public_key)',
  'page.edited',
  'page.deleted',
  'page.position::text',
]

export function fieldCell({ type }: FieldType, reference: string): string {
  return type === 'int' || type === 'float' ? `${reference}::text` : reference
}

export interface NestedRow {
  readonly document: Document
  readonly position: bigint
  /** JSON of what is included, in order of the includes, and what stands behind it. */
  readonly related: Cells
}

/** A pinned view has its fields, whether its document is deleted or not. */
export function decodeNestedRow({ schema, views }: KnownSchema, cells: Cells, isPinned: boolean): NestedRow {
  const deleted = cells[6] === true
  const hasFields = isPinned || !deleted
  const fields = new Map<string, OperationValue>()
  let next = META_CELLS.length
  for (const [field, { type }] of schema.fields) {
    if (field === views.payloadField) continue
    const cell = cells[next++]
    if (hasFields) fields.set(field, decodeCell(type, cell))
  }
  if (views.payloadField !== undefined) {
    const operation = cells[next++]
    const field = views.payloadField
    if (hasFields)
      fields.set(field, decodePayload(field, operation === null ? undefined : hexToBytes(digits(operation))))
  }
  const id = digits(cells[0]) as DocumentId
  const owner = digits(cells[3]) as PublicKey
  const currentView = cells[1] === null ? (id as string as DocumentViewId) : viewId(cells[1])
  const document: Document = {
    id,
    viewId: currentView,
    follow: cells[2] === null ? currentView : viewId(cells[2]),
    schemaId: schema.id,
    owner,
    signer: cells[4] === null ? owner : (digits(cells[4]) as PublicKey),
    edited: cells[5] === true,
    deleted,
    fields,
  }
  return { document, position: BigInt(text(cells[7])), related: cells.slice(next) }
}

function decodeCell(type: FieldType['type'], cell: unknown): OperationValue {
  switch (type) {
    case 'bool':
      if (typeof cell === 'boolean') return { type, value: cell }
      throw unexpected('a boolean', cell)
    case 'int':
      return { type, value: BigInt(text(cell)) }
    case 'float':
      return { type, value: Number(text(cell)) }
    case 'str':
      return { type, value: decodeText(text(cell)) }
    case 'bytes':
      return { type, value: hexToBytes(digits(cell)) }
    case 'relation':
      return { type, value: digits(cell) as DocumentId }
    case 'pinned_relation':
      return { type, value: viewId(cell) }
    case 'relation_list':
      return { type, value: list(cell).map((id) => digits(id) as DocumentId) }
    case 'pinned_relation_list':
      return { type, value: list(cell).map(viewId) }
  }
}

const HASH_DIGITS = 68

function viewId(cell: unknown): DocumentViewId {
  const hex = digits(cell)
  const ids: string[] = []
  for (let start = 0; start < hex.length; start += HASH_DIGITS) ids.push(hex.slice(start, start + HASH_DIGITS))
  return ids.join('_') as DocumentViewId
}

/** Behind PostgreSQL's `\x`. */
function digits(cell: unknown): string {
  return text(cell).slice(2)
}

function text(cell: unknown): string {
  if (typeof cell === 'string') return cell
  throw unexpected('text', cell)
}

function list(cell: unknown): readonly unknown[] {
  if (Array.isArray(cell)) return cell
  throw unexpected('a list', cell)
}

function unexpected(expected: string, cell: unknown): RakkoError {
  return new RakkoError('INTERNAL', `a nested row holds ${typeof cell} where ${expected} was selected`, {
    expected,
    got: typeof cell,
  })
}
