import { compareUtf8 } from '../bytes/utf8.js'
import { MAJOR } from '../cbor/cbor-reader.js'
import { CborWriter } from '../cbor/cbor-writer.js'
import { operationIdsOf, parseDocumentViewId } from '../document/document-view-id.js'
import { payloadTooLarge } from '../entry/encode-entry.js'
import { MAX_PAYLOAD_BYTES } from '../entry/entry-layout.js'
import { FIELD_RULES } from '../field/field-rules.js'
import { isFieldTypeName } from '../field/field-types.js'
import { invalidValue, type WriteValue, writeHashes, writeLists } from '../field/write-value.js'
import type { SchemaId } from '../ids.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import { knownSchemaId } from './known-schema-id.js'
import type { OperationAction, OperationValue, PlainValue } from './operation.js'
import { validateOperationFormat } from './operation-format.js'
import { OPERATION_ACTIONS, OPERATION_VERSION } from './operation-layout.js'

/** A `PlainOperation` or an `Operation`: on the wire they are one. */
export interface EncodableOperation {
  readonly action: OperationAction
  readonly schemaId: SchemaId
  /** Operation ids, ascending, joined by `_`. */
  readonly previous?: string | undefined
  /** In any order. */
  readonly fields?: ReadonlyMap<string, PlainValue | OperationValue> | undefined
}

const writer = new CborWriter()

/**
 * Canonical bytes of an operation (EN1, EN2), as laid out in operation-layout.ts. Whether the fields are those of the
 * schema is not asked here. Throws INVALID_ARGUMENT (a value out of its range, a lone surrogate),
 * INVALID_OPERATION_FORMAT, INVALID_SCHEMA_ID, INVALID_HASH, INVALID_DOCUMENT_VIEW_ID and PAYLOAD_TOO_LARGE.
 */
export function encodeOperation(operation: EncodableOperation): Uint8Array {
  const action = OPERATION_ACTIONS.indexOf(operation.action)
  if (action === -1) throw invalidArgument('action', OPERATION_ACTIONS.join(', '), String(operation.action))
  validateOperationFormat(operation)
  const { previous, fields } = operation
  writer.reset()
  writer.head(MAJOR.array, 3 + (previous === undefined ? 0 : 1) + (fields === undefined ? 0 : 1))
  writer.head(MAJOR.unsigned, OPERATION_VERSION)
  writer.head(MAJOR.unsigned, action)
  writer.text(knownSchemaId(operation.schemaId), 'schemaId')
  if (previous !== undefined) {
    writeHashes(writer, 'previous', operationIdsOf(parseDocumentViewId(previous, 'previous')))
  }
  if (fields !== undefined) writeFields(fields)
  const bytes = writer.finish()
  if (bytes.length > MAX_PAYLOAD_BYTES) throw payloadTooLarge(bytes.length)
  return bytes
}

type Fields = ReadonlyMap<string, PlainValue | OperationValue>

function writeFields(fields: Fields): void {
  if (!(fields instanceof Map)) throw invalidArgument('fields', 'a Map of values by field name', typeof fields)
  writer.head(MAJOR.map, fields.size)
  for (const [name, value] of ascending(fields)) {
    writer.text(name, 'fields')
    writerOf(name, value)(writer, name, value.value)
  }
}

/** The two kinds that only the wire has: a schema says what they are. */
const PLAIN_LISTS: ReadonlyMap<string, WriteValue> = new Map([
  ['hash[]', writeHashes],
  ['hash[][]', writeLists],
])

function writerOf(field: string, value: PlainValue | OperationValue): WriteValue {
  const type = 'kind' in value ? value.kind : value.type
  if (isFieldTypeName(type)) return FIELD_RULES[type].write
  const write = PLAIN_LISTS.get(type)
  if (write === undefined) throw invalidValue(field, 'a value of a known type', type)
  return write
}

/** Fields that come from a schema are in order already. */
function ascending(fields: Fields): Iterable<readonly [string, PlainValue | OperationValue]> {
  let before: string | undefined
  for (const name of fields.keys()) {
    if (before !== undefined && compareUtf8(before, name) > 0) {
      return [...fields].sort(([a], [b]) => compareUtf8(a, b))
    }
    before = name
  }
  return fields
}

function invalidArgument(field: string, expected: string, got: string): RakkoError {
  return refusal('INVALID_ARGUMENT', { field, expected, got, about: `Invalid operation, ${field}` })
}
