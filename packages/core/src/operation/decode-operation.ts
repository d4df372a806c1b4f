import { compareUtf8 } from '../bytes/utf8.js'
import { CborReader, type CborTolerance, MAJOR } from '../cbor/cbor-reader.js'
import { checkDocumentViewId, parseDocumentViewId } from '../document/document-view-id.js'
import { payloadTooLarge } from '../entry/encode-entry.js'
import { MAX_PAYLOAD_BYTES } from '../entry/entry-layout.js'
import { HASH_BYTES, hashFromBytes } from '../hash/hash.js'
import type { DocumentViewId, OperationId, SchemaId } from '../ids.js'
import { MAX_SCHEMA_FIELDS } from '../schema/schema-rules.js'
import { knownSchemaId } from './known-schema-id.js'
import type { OperationAction, PlainOperation, PlainValue } from './operation.js'
import { invalidFormat } from './operation-format.js'
import { OPERATION_ACTIONS, OPERATION_VERSION } from './operation-layout.js'
import { invalidOperation, readUnsigned, skipTags, unexpected } from './read-item.js'
import { readValue } from './read-value.js'

/** Beyond RFC 8949 the reference reads these too. */
const TOLERANCE: CborTolerance = { nestedChunks: true, longSimpleValues: true }

/**
 * Reads an operation without its schema; fields keep their order.
 *
 * Strict are: the members of each action and no more, ascending unique field names and `previous`, the kinds of values,
 * integers within 64 bits, UTF-8. Lenient, since logs may hold it, are:
 *
 * - heads and floats longer than needed, and indefinite lengths, with nested chunks,
 * - tags before the operation, version, action, fields, field names and ids in `previous`,
 * - bignums for integers, `previous` as text, or its ids as arrays of numbers,
 * - a hash's length byte, whatever follows the operation, and the missing end of an array of indefinite length.
 *
 * More fields than a schema may have are refused at once: no schema would take them, and each is an object in memory.
 * What is lenient here is never written. Throws INVALID_CBOR, INVALID_OPERATION, INVALID_OPERATION_FORMAT (members
 * missing or too many), INVALID_SCHEMA_ID, INVALID_DOCUMENT_VIEW_ID, INVALID_HASH, PAYLOAD_TOO_LARGE.
 */
export function decodeOperation(bytes: Uint8Array): PlainOperation {
  if (!(bytes instanceof Uint8Array)) throw invalidOperation('operation', 'a Uint8Array', typeof bytes)
  if (bytes.length > MAX_PAYLOAD_BYTES) throw payloadTooLarge(bytes.length)
  const reader = new CborReader(bytes, TOLERANCE)
  const members = readMembers(reader)

  members.expect('version')
  readVersion(reader)
  members.expect('action')
  const action = readAction(reader)
  members.expect('schemaId')
  const schemaId = readSchemaId(reader)
  const hasPrevious = action !== 'create'
  if (hasPrevious) members.expect('previous')
  const previous = hasPrevious ? readPrevious(reader) : undefined
  const hasFields = action !== 'delete'
  if (hasFields) members.expect('fields')
  const fields = hasFields ? readFields(reader) : undefined
  members.expectNoMore(action)

  return {
    version: OPERATION_VERSION,
    action,
    schemaId,
    ...(previous !== undefined && { previous }),
    ...(fields !== undefined && { fields }),
  }
}

interface Members {
  expect(member: string): void
  expectNoMore(action: OperationAction): void
}

/** The head of the operation's array, and how many of its members are still to come. */
function readMembers(reader: CborReader): Members {
  skipTags(reader)
  if (reader.major !== MAJOR.array) throw unexpected(reader, 'operation', 'array')
  const isIndefinite = reader.isIndefinite
  let left = reader.argument
  return {
    expect(member) {
      if (isIndefinite ? reader.takeBreak() : left === 0) throw invalidFormat(member, member, 'the end of the array')
      left -= 1
    },
    expectNoMore(action) {
      if (isIndefinite || left === 0) return
      throw invalidFormat('operation', `no more members in ${action.toUpperCase()}`, `${left} more`)
    },
  }
}

function readVersion(reader: CborReader): void {
  const version = readUnsigned(reader, 'version')
  if (version !== BigInt(OPERATION_VERSION)) throw invalidOperation('version', `${OPERATION_VERSION}`, `${version}`)
}

function readAction(reader: CborReader): OperationAction {
  const number = readUnsigned(reader, 'action')
  const action = OPERATION_ACTIONS[Number(number)]
  if (action === undefined) throw invalidOperation('action', '0, 1 or 2', `${number}`)
  return action
}

function readSchemaId(reader: CborReader): SchemaId {
  if (reader.readHead() !== MAJOR.text) throw unexpected(reader, 'schemaId', 'text')
  return knownSchemaId(reader.textValue())
}

function readPrevious(reader: CborReader): DocumentViewId {
  const major = reader.readHead()
  if (major === MAJOR.text) return parseDocumentViewId(reader.textValue(), 'previous')
  if (major !== MAJOR.array) throw unexpected(reader, 'previous', 'array or text')
  const ids: OperationId[] = []
  reader.forEachElement(() => ids.push(readPreviousId(reader)))
  return checkDocumentViewId(ids, 'previous')
}

function readPreviousId(reader: CborReader): OperationId {
  skipTags(reader)
  if (reader.major === MAJOR.bytes) return hashFromBytes(reader.bytesValue(), 'previous') as OperationId
  if (reader.major === MAJOR.array) return hashFromBytes(readByteArray(reader), 'previous') as OperationId
  throw unexpected(reader, 'previous', 'bytes')
}

/** Bytes written as an array of numbers. */
function readByteArray(reader: CborReader): Uint8Array {
  const bytes: number[] = []
  reader.forEachElement(() => {
    const byte = readUnsigned(reader, 'previous')
    if (byte > 255n) throw invalidOperation('previous', 'bytes', `${byte}`)
    bytes.push(Number(byte))
    if (bytes.length > HASH_BYTES) throw invalidOperation('previous', `${HASH_BYTES} bytes`, `${bytes.length}`)
  })
  return Uint8Array.from(bytes)
}

function readFields(reader: CborReader): Map<string, PlainValue> {
  skipTags(reader)
  if (reader.major !== MAJOR.map) throw unexpected(reader, 'fields', 'map')
  const fields = new Map<string, PlainValue>()
  let before: string | undefined
  reader.forEachElement(() => {
    skipTags(reader)
    if (reader.major !== MAJOR.text) throw unexpected(reader, 'fields', 'a field name')
    const name = reader.textValue()
    if (before !== undefined) checkOrder(before, name)
    if (fields.size === MAX_SCHEMA_FIELDS) {
      throw invalidOperation('fields', `at most ${MAX_SCHEMA_FIELDS} fields`, `${fields.size + 1}`)
    }
    before = name
    fields.set(name, readValue(reader, name))
  })
  return fields
}

function checkOrder(before: string, name: string): void {
  const order = compareUtf8(before, name)
  if (order === 0) throw invalidOperation('fields', 'each field name once', `'${name}' twice`)
  if (order > 0) throw invalidOperation('fields', 'ascending field names', `'${name}' after '${before}'`)
}
