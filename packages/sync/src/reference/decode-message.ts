import { bytesToHex, type PublicKey, RakkoError, type SchemaId } from '@rakko/core'
import { invalidFrame } from '../invalid-frame.js'
import { MAX_SCHEMA_ID_BYTES } from '../wire/limits.js'
import type { AuthorLogs, ReferenceMessage } from './message.js'
import { type Items, MessageReader } from './message-reader.js'
import { compareSchemaIds, knownSchemaId } from './schema-id-set.js'

/** Each schema id costs an allow list a look-up. */
export const MAX_REFERENCE_SCHEMA_IDS = 10_000
/** Authors and logs of one Have. A log is one document of one author: that of a hundred thousand documents passes. */
export const MAX_HAVE_LOGS = 300_000

const KEY_BYTES = 32

/**
 * Reads one message. Byte strings of the result are views of `bytes`, where they came in one piece. Work and memory are
 * bounded by their length, which the caller has bounded. Throws INVALID_FRAME.
 */
export function decodeReferenceMessage(bytes: Uint8Array): ReferenceMessage {
  try {
    const reader = new MessageReader(bytes)
    const items = reader.array('message')
    const message = new Members(reader, items).read()
    reader.end()
    return message
  } catch (error) {
    if (!(error instanceof RakkoError) || error.code !== 'INVALID_CBOR') throw error
    throw invalidFrame('message', 'CBOR', error.message, error)
  }
}

/** The members of one message, each of which has to be there, and none besides. */
class Members {
  readonly #reader: MessageReader
  readonly #items: Items

  constructor(reader: MessageReader, items: Items) {
    this.#reader = reader
    this.#items = items
  }

  read(): ReferenceMessage {
    const message = this.#readMembers()
    if (this.#items.more()) throw invalidFrame('message', `no more items of ${message.type}`, 'one more')
    return message
  }

  #readMembers(): ReferenceMessage {
    const reader = this.#reader
    const type = this.#next('type', (field) => reader.number(field))
    const session = () => this.#next('session', (field) => reader.u64(field))
    switch (type) {
      case 0:
        return {
          type: 'announce',
          version: this.#next('version', (field) => reader.number(field)),
          timestamp: this.#next('timestamp', (field) => reader.number(field)),
          schemaIds: this.#next('schemaIds', (field) => readSchemaIds(reader, field)),
        }
      case 1: {
        const request = {
          type: 'sync-request' as const,
          session: session(),
          mode: this.#next('mode', (field) => reader.number(field)),
          schemaIds: this.#next('schemaIds', (field) => readSchemaIds(reader, field)),
        }
        if (request.schemaIds.length === 0) throw invalidFrame('schemaIds', 'a schema id at least', 'none')
        return request
      }
      case 2:
        return {
          type: 'entry',
          session: session(),
          entry: this.#next('entry', (field) => reader.bytes(field)),
          operation: this.#next('operation', (field) => reader.bytes(field)),
        }
      case 3:
        return {
          type: 'sync-done',
          session: session(),
          liveMode: this.#next('liveMode', (field) => reader.bool(field)),
        }
      case 10:
        return { type: 'have', session: session(), authors: this.#next('authors', () => readAuthors(reader)) }
      default:
        throw invalidFrame('type', 'a known type', `${type}`)
    }
  }

  #next<Member>(field: string, read: (field: string) => Member): Member {
    if (!this.#items.more()) throw invalidFrame(field, 'a member', 'nothing')
    return read(field)
  }
}

function readSchemaIds(reader: MessageReader, field: string): SchemaId[] {
  let before: SchemaId | undefined
  return reader.list(field, MAX_REFERENCE_SCHEMA_IDS, () => {
    const text = reader.text(field, MAX_SCHEMA_ID_BYTES)
    const schemaId = knownSchemaId(text)
    if (schemaId === undefined) throw invalidFrame(field, 'a schema id', text.slice(0, 256))
    if (before !== undefined && compareSchemaIds(before, schemaId) >= 0) {
      throw invalidFrame(field, 'schema ids in their order, each once', `${text.slice(0, 256)} too late`)
    }
    before = schemaId
    return schemaId
  })
}

function readAuthors(reader: MessageReader): AuthorLogs[] {
  let left = MAX_HAVE_LOGS
  return reader.list('authors', MAX_HAVE_LOGS, () => {
    const pair = reader.array('authors')
    expect(pair, 'authors.publicKey')
    const key = reader.bytes('authors.publicKey')
    if (key.length !== KEY_BYTES) throw invalidFrame('authors.publicKey', `${KEY_BYTES} bytes`, `${key.length} bytes`)
    expect(pair, 'authors.logs')
    const logs = reader.list('authors.logs', left, () => readLog(reader))
    left -= logs.length
    expectEnd(pair, 'authors')
    return { publicKey: bytesToHex(key) as PublicKey, logs }
  })
}

function readLog(reader: MessageReader) {
  const pair = reader.array('authors.logs')
  expect(pair, 'authors.logs.logId')
  const logId = reader.u64OrText('authors.logs.logId')
  expect(pair, 'authors.logs.seqNum')
  const seqNum = reader.u64OrText('authors.logs.seqNum')
  if (seqNum === 0n) throw invalidFrame('authors.logs.seqNum', 'at least 1', '0')
  expectEnd(pair, 'authors.logs')
  return { logId, seqNum }
}

function expect(items: Items, field: string): void {
  if (!items.more()) throw invalidFrame(field, 'a member', 'nothing')
}

function expectEnd(items: Items, field: string): void {
  if (items.more()) throw invalidFrame(field, 'two members', 'more')
}
