import { MAJOR } from '../cbor/cbor-reader.js'
import type { CborWriter } from '../cbor/cbor-writer.js'
import { operationIdsOf, parseDocumentViewId } from '../document/document-view-id.js'
import { parseHash } from '../hash/hash.js'
import { MAX_INT, MIN_INT } from '../operation/operation-layout.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'

/** Writes one value. Throws where it has another type or is out of range. */
export type WriteValue = (writer: CborWriter, field: string, value: unknown) => void

/** Hashes as an array of byte strings, in the order given. */
export function writeHashes(writer: CborWriter, field: string, hashes: unknown): void {
  if (!Array.isArray(hashes)) throw invalidValue(field, 'an array of hashes', hashes)
  writer.head(MAJOR.array, hashes.length)
  for (const hash of hashes) writeHash(writer, field, hash)
}

export function writeHash(writer: CborWriter, field: string, hash: unknown): void {
  writer.hexString(parseHash(hash as string, field))
}

export function writeLists(writer: CborWriter, field: string, lists: unknown): void {
  if (!Array.isArray(lists)) throw invalidValue(field, 'an array of arrays of hashes', lists)
  writer.head(MAJOR.array, lists.length)
  for (const hashes of lists) writeHashes(writer, field, hashes)
}

export function writeViewId(writer: CborWriter, field: string, viewId: unknown): void {
  writeHashes(writer, field, operationIdsOf(parseDocumentViewId(viewId as string, field)))
}

export function writeViewIds(writer: CborWriter, field: string, viewIds: unknown): void {
  if (!Array.isArray(viewIds)) throw invalidValue(field, 'an array of document view ids', viewIds)
  writer.head(MAJOR.array, viewIds.length)
  for (const viewId of viewIds) writeViewId(writer, field, viewId)
}

export function writeBool(writer: CborWriter, field: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalidValue(field, 'a boolean', value)
  writer.bool(value)
}

export function writeInt(writer: CborWriter, field: string, value: unknown): void {
  if (typeof value !== 'bigint' || value < MIN_INT || value > MAX_INT) {
    throw invalidValue(field, 'a bigint from −2^63 to 2^63−1', value)
  }
  writer.int(value)
}

export function writeFloat(writer: CborWriter, field: string, value: unknown): void {
  if (typeof value !== 'number') throw invalidValue(field, 'a number', value)
  writer.float(value)
}

export function writeText(writer: CborWriter, field: string, value: unknown): void {
  if (typeof value !== 'string') throw invalidValue(field, 'a string', value)
  writer.text(value, field)
}

export function writeBytes(writer: CborWriter, field: string, value: unknown): void {
  if (!(value instanceof Uint8Array)) throw invalidValue(field, 'a Uint8Array', value)
  writer.byteString(value)
}

export function invalidValue(field: string, expected: string, value: unknown): RakkoError {
  const got = typeof value === 'bigint' || typeof value === 'number' ? `${typeof value} ${value}` : typeof value
  return refusal('INVALID_ARGUMENT', { field, expected, got, about: `Invalid value of field '${field}'` })
}
