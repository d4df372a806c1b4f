import { checkDocumentViewId } from '../document/document-view-id.js'
import { hashFromBytes } from '../hash/hash.js'
import type { DocumentId, DocumentViewId, OperationId } from '../ids.js'
import type { OperationValue, PlainValue } from '../operation/operation.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import type { FieldType } from './schema.js'

/**
 * What the wire's kinds may become:
 *
 * | schema says          | the wire has                                                             |
 * | -------------------- | ------------------------------------------------------------------------ |
 * | bool, int, float, str | the same kind; an int is never a float, nor a float an int               |
 * | bytes                | bytes                                                                    |
 * | relation             | bytes that are a hash                                                    |
 * | relation_list        | hash[]                                                                   |
 * | pinned_relation      | hash[] that is a document view id: ascending, unique, not empty          |
 * | pinned_relation_list | hash[][], each such an id; or any hash[], which stands for the EMPTY list |
 *
 * The last line is a quirk of the reference that must be kept. An empty list has one form on the wire and decodes as
 * hash[], so that has to pass; a hash[] with content passes there as well and loses its content, and a node that
 * refused it would lack an entry, and all that follow it in its log, that the others have. `encodeOperation` never
 * writes it.
 */
export function typedValue(field: string, plain: PlainValue, { type }: FieldType): OperationValue {
  switch (type) {
    case 'bool':
      if (plain.kind === 'bool') return { type, value: plain.value }
      break
    case 'int':
      if (plain.kind === 'int') return { type, value: plain.value }
      break
    case 'float':
      if (plain.kind === 'float') return { type, value: plain.value }
      break
    case 'str':
      if (plain.kind === 'str') return { type, value: plain.value }
      break
    case 'bytes':
      if (plain.kind === 'bytes') return { type, value: plain.value }
      break
    case 'relation':
      if (plain.kind === 'bytes') return { type, value: documentId(field, plain.value) }
      break
    case 'relation_list':
      if (plain.kind === 'hash[]') return { type, value: plain.value as readonly DocumentId[] }
      break
    case 'pinned_relation':
      if (plain.kind === 'hash[]') return { type, value: viewId(field, plain.value) }
      break
    case 'pinned_relation_list':
      if (plain.kind === 'hash[][]') return { type, value: plain.value.map((ids) => viewId(field, ids)) }
      if (plain.kind === 'hash[]') return { type, value: [] }
      break
  }
  throw invalidField(field, type, plain.kind)
}

function documentId(field: string, bytes: Uint8Array): DocumentId {
  try {
    return hashFromBytes(bytes, field) as DocumentId
  } catch (cause) {
    throw invalidField(field, 'relation (a document id of 34 bytes)', `${bytes.length} bytes that are no hash`, cause)
  }
}

function viewId(field: string, ids: readonly OperationId[]): DocumentViewId {
  try {
    return checkDocumentViewId(ids)
  } catch (cause) {
    const got = ids.length === 0 ? 'no operation id' : 'operation ids out of order'
    throw invalidField(field, 'a document view id, ascending and not empty', got, cause)
  }
}

function invalidField(field: string, expected: string, got: string, cause?: unknown): RakkoError {
  return refusal('INVALID_FIELD', { field, expected, got, about: `Invalid field '${field}'`, cause })
}
