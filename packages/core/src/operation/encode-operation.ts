import { compareUtf8 } from '../bytes/utf8.js'
import { MAJOR } from '../cbor/cbor-reader.js'
import { CborWriter } from '../cbor/cbor-writer.js'
import { operationIdsOf, parseDocumentViewId } from '../document/document-view-id.js'
import { payloadTooLarge } from '../entry/encode-entry.js'
import { MAX_PAYLOAD_BYTES } from '../entry/entry-layout.js'
import { hashToBytes, parseHash } from '../hash/hash.js'
import type { SchemaId } from '../ids.js'
import { RakkoError } from '../rakko-error.js'
import type { OperationAction, OperationValue, PlainValue } from './operation.js'
import { validateOperationFormat } from './operation-format.js'
import { MAX_INT, MIN_INT, OPERATION_ACTIONS, OPERATION_VERSION } from './operation-layout.js'

/** A `PlainOperation` or an `Operation`: on the wire they are one. */
export interface EncodableOperation {
  readonly action: OperationAction
  readonly schemaId: SchemaId
  /** Operation ids, ascending, joined by `_`. */
  readonly previous?: string
  /** In any order. */
  readonly fields?: ReadonlyMap<string, PlainValue | OperationValue>
}

/**
 * Canonical bytes of an operation, as laid out in operation-layout.ts. Whether the fields are those of the schema is not
 * asked here. Throws INVALID_ARGUMENT (a value out of its range, a lone surrogate), INVALID_OPERATION_FORMAT,
 * INVALID_HASH, INVALID_DOCUMENT_VIEW_ID and PAYLOAD_TOO_LARGE.
 */
export function encodeOperation(operation: EncodableOperation): Uint8Array {
  const action = OPERATION_ACTIONS.indexOf(operation.action)
  if (action === -1) throw invalidArgument('action', OPERATION_ACTIONS.join(', '), String(operation.action))
  validateOperationFormat(operation)
  const { previous, fields } = operation
  const writer = new CborWriter()
  writer.head(MAJOR.array, 3 + (previous === undefined ? 0 : 1) + (fields === undefined ? 0 : 1))
  writer.head(MAJOR.unsigned, OPERATION_VERSION)
  writer.head(MAJOR.unsigned, action)
  writer.text(operation.schemaId)
  if (previous !== undefined) writeHashes(writer, 'previous', operationIdsOf(parseDocumentViewId(previous)))
  if (fields !== undefined) writeFields(writer, fields)
  const bytes = writer.finish()
  if (bytes.length > MAX_PAYLOAD_BYTES) throw payloadTooLarge(bytes.length)
  return bytes
}

function writeFields(writer: CborWriter, fields: ReadonlyMap<string, PlainValue | OperationValue>): void {
  writer.head(MAJOR.map, fields.size)
  for (const name of [...fields.keys()].sort(compareUtf8)) {
    writer.text(name)
    writeValue(writer, name, fields.get(name) as PlainValue | OperationValue)
  }
}

function writeValue(writer: CborWriter, field: string, value: PlainValue | OperationValue): void {
  if ('kind' in value) writePlainValue(writer, field, value)
  else writeTypedValue(writer, field, value)
}

function writePlainValue(writer: CborWriter, field: string, plain: PlainValue): void {
  switch (plain.kind) {
    case 'bool':
      return writer.bool(plain.value)
    case 'int':
      return writeInt(writer, field, plain.value)
    case 'float':
      return writer.float(plain.value)
    case 'str':
      return writer.text(plain.value)
    case 'bytes':
      return writer.byteString(plain.value)
    case 'hash[]':
      return writeHashes(writer, field, plain.value)
    case 'hash[][]':
      return writeHashLists(writer, field, plain.value)
  }
}

function writeTypedValue(writer: CborWriter, field: string, typed: OperationValue): void {
  switch (typed.type) {
    case 'bool':
      return writer.bool(typed.value)
    case 'int':
      return writeInt(writer, field, typed.value)
    case 'float':
      return writer.float(typed.value)
    case 'str':
      return writer.text(typed.value)
    case 'bytes':
      return writer.byteString(typed.value)
    case 'relation':
      return writer.byteString(hashToBytes(parseHash(typed.value, field)))
    case 'relation_list':
      return writeHashes(writer, field, typed.value)
    case 'pinned_relation':
      return writeHashes(writer, field, operationIdsOf(parseDocumentViewId(typed.value)))
    case 'pinned_relation_list':
      return writeHashLists(
        writer,
        field,
        typed.value.map((viewId) => operationIdsOf(parseDocumentViewId(viewId))),
      )
  }
}

function writeInt(writer: CborWriter, field: string, value: bigint): void {
  if (typeof value !== 'bigint' || value < MIN_INT || value > MAX_INT) {
    throw invalidArgument(field, 'a bigint from −2^63 to 2^63−1', typeof value === 'bigint' ? `${value}` : typeof value)
  }
  writer.int(value)
}

function writeHashes(writer: CborWriter, field: string, hashes: readonly string[]): void {
  writer.head(MAJOR.array, hashes.length)
  for (const hash of hashes) writer.byteString(hashToBytes(parseHash(hash, field)))
}

function writeHashLists(writer: CborWriter, field: string, lists: readonly (readonly string[])[]): void {
  writer.head(MAJOR.array, lists.length)
  for (const hashes of lists) writeHashes(writer, field, hashes)
}

function invalidArgument(field: string, expected: string, got: string): RakkoError {
  return new RakkoError('INVALID_ARGUMENT', `Invalid ${field}: expected ${expected}, got ${got}`, {
    field,
    expected,
    got,
  })
}
