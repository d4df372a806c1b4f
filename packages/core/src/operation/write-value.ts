import { MAJOR } from '../cbor/cbor-reader.js'
import type { CborWriter } from '../cbor/cbor-writer.js'
import { operationIdsOf, parseDocumentViewId } from '../document/document-view-id.js'
import { hashToBytes, parseHash } from '../hash/hash.js'
import type { OperationId } from '../ids.js'
import { RakkoError } from '../rakko-error.js'
import type { OperationValue, PlainValue } from './operation.js'
import { MAX_INT, MIN_INT } from './operation-layout.js'

/** The value of one field. Throws INVALID_ARGUMENT, INVALID_HASH and INVALID_DOCUMENT_VIEW_ID with the field's name. */
export function writeValue(writer: CborWriter, field: string, value: PlainValue | OperationValue): void {
  if ('kind' in value) writePlainValue(writer, field, value)
  else writeTypedValue(writer, field, value)
}

/** Hashes as an array of byte strings, in the order given. */
export function writeHashes(writer: CborWriter, field: string, hashes: readonly string[]): void {
  if (!Array.isArray(hashes)) throw invalidValue(field, 'an array of hashes', hashes)
  writer.head(MAJOR.array, hashes.length)
  for (const hash of hashes) writer.byteString(hashToBytes(parseHash(hash, field)))
}

function writePlainValue(writer: CborWriter, field: string, plain: PlainValue): void {
  switch (plain.kind) {
    case 'bool':
      return writeBool(writer, field, plain.value)
    case 'int':
      return writeInt(writer, field, plain.value)
    case 'float':
      return writeFloat(writer, field, plain.value)
    case 'str':
      return writeText(writer, field, plain.value)
    case 'bytes':
      return writeBytes(writer, field, plain.value)
    case 'hash[]':
      return writeHashes(writer, field, plain.value)
    case 'hash[][]':
      return writeLists(writer, field, plain.value)
    default:
      throw invalidValue(field, 'a kind of value', plain)
  }
}

function writeTypedValue(writer: CborWriter, field: string, typed: OperationValue): void {
  switch (typed.type) {
    case 'bool':
      return writeBool(writer, field, typed.value)
    case 'int':
      return writeInt(writer, field, typed.value)
    case 'float':
      return writeFloat(writer, field, typed.value)
    case 'str':
      return writeText(writer, field, typed.value)
    case 'bytes':
      return writeBytes(writer, field, typed.value)
    case 'relation':
      return writer.byteString(hashToBytes(parseHash(typed.value, field)))
    case 'relation_list':
      return writeHashes(writer, field, typed.value)
    case 'pinned_relation':
      return writeHashes(writer, field, operationIdsOf(parseDocumentViewId(typed.value, field)))
    case 'pinned_relation_list':
      if (!Array.isArray(typed.value)) throw invalidValue(field, 'an array of document view ids', typed.value)
      return writeLists(
        writer,
        field,
        typed.value.map((viewId) => operationIdsOf(parseDocumentViewId(viewId, field))),
      )
    default:
      throw invalidValue(field, 'a type of value', typed)
  }
}

function writeBool(writer: CborWriter, field: string, value: boolean): void {
  if (typeof value !== 'boolean') throw invalidValue(field, 'a boolean', value)
  writer.bool(value)
}

function writeInt(writer: CborWriter, field: string, value: bigint): void {
  if (typeof value !== 'bigint' || value < MIN_INT || value > MAX_INT) {
    throw invalidValue(field, 'a bigint from −2^63 to 2^63−1', value)
  }
  writer.int(value)
}

function writeFloat(writer: CborWriter, field: string, value: number): void {
  if (typeof value !== 'number') throw invalidValue(field, 'a number', value)
  writer.float(value)
}

function writeText(writer: CborWriter, field: string, value: string): void {
  if (typeof value !== 'string') throw invalidValue(field, 'a string', value)
  writer.text(value, field)
}

function writeBytes(writer: CborWriter, field: string, value: Uint8Array): void {
  if (!(value instanceof Uint8Array)) throw invalidValue(field, 'a Uint8Array', value)
  writer.byteString(value)
}

function writeLists(writer: CborWriter, field: string, lists: readonly (readonly OperationId[])[]): void {
  if (!Array.isArray(lists)) throw invalidValue(field, 'an array of arrays of hashes', lists)
  writer.head(MAJOR.array, lists.length)
  for (const hashes of lists) writeHashes(writer, field, hashes)
}

function invalidValue(field: string, expected: string, value: unknown): RakkoError {
  const got = typeof value === 'bigint' || typeof value === 'number' ? `${typeof value} ${value}` : typeof value
  const message = `Invalid value of field '${field}': expected ${expected}, got ${got}`
  return new RakkoError('INVALID_ARGUMENT', message, { field, expected, got })
}
