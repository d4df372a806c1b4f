import {
  type DocumentId,
  type DocumentViewId,
  type Hash,
  type OperationId,
  type PublicKey,
  SYSTEM_SCHEMAS,
} from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ReceivedItem } from '../src/decide/received-item.js'
import { AllowedSchemas } from '../src/schemas/allowed-schemas.js'
import { type KnownSchema, knownSchema, SchemaRegistry } from '../src/schemas/schema-registry.js'
import { NO_COUNTERS } from '../src/transaction/arrival.js'
import { Ledger } from '../src/transaction/ledger.js'
import { authorState, type DocumentState } from '../src/transaction/ledger-state.js'
import { Tips } from '../src/transaction/tips.js'
import { MAX_DOCUMENTS, WriteCache } from '../src/transaction/write-cache.js'

const MARK = 7n
const publicKey = 'a1'.repeat(32) as PublicKey
const [schema] = [...SYSTEM_SCHEMAS.values()].map((one, index) => knownSchema(index + 1, one)) as [KnownSchema]
const registry = new SchemaRegistry(new AllowedSchemas())
registry.set(schema)

let cache: WriteCache
let documents: number

beforeEach(() => {
  cache = new WriteCache()
  documents = 0
})

/** As of documents that their author has read for a write; returns their ids. */
function read(count: number, tips = 1): OperationId[] {
  const ledger = new Ledger(registry, NO_COUNTERS)
  ledger.authors.set(publicKey, authorState({ number: 1, publicKey, highestLogId: 4n, isForked: false, isNew: false }))
  for (let left = count; left > 0; left -= 1) {
    const document = unchanged(++documents, tips)
    ledger.documents.set(document.id as string as OperationId, document)
  }
  const ids = [...ledger.documents.keys()]
  cache.reading()(MARK, ledger, publicKey, ledger.documents.values())
  return ids
}

function unchanged(number: number, tips: number): DocumentState {
  const id = `0020${number.toString(16).padStart(64, '0')}` as DocumentId
  const others = Array.from({ length: tips - 1 }, (_, tip) => `0020${(tip + 1).toString(16).padStart(64, 'f')}`)
  const viewId = [id, ...others].join('_') as DocumentViewId
  const state = {
    number,
    id,
    schema,
    owner: publicKey,
    tips: new Tips(viewId),
    storedViewId: viewId,
    isDeleted: false,
    isPurged: false,
    added: [],
  }
  const signed = { owner: publicKey, signer: publicKey, deleted: false, edited: false }
  const view = { documentId: id, schemaId: schema.schema.id, viewId, follow: viewId, fields: new Map(), ...signed }
  return { ...state, isNew: false, isChanged: false, view }
}

/** Whether an update of the document, in a new log of its author, is published without reading. */
function isKept(id: OperationId | undefined): boolean {
  const previous = id as string as DocumentViewId
  const hash = id as string as Hash
  const none = new Uint8Array()
  const item: ReceivedItem = {
    entry: { publicKey, logId: 5n, seqNum: 1n, payloadSize: 0n, payloadHash: hash, signature: none },
    entryHash: hash,
    entryBytes: none,
    unchecked: { action: 'update', schemaId: schema.schema.id, previous, fields: new Map() },
    operationBytes: none,
    hasItsPayload: true,
    idempotencyId: undefined,
    isOwn: false,
    isFromPeer: false,
  }
  return cache.fill(new Ledger(registry, NO_COUNTERS), MARK, [item])
}

describe(`${MAX_DOCUMENTS} documents that somebody is about to change are kept`, () => {
  test('and not one more: what was read longest ago goes', () => {
    const [first, second] = read(MAX_DOCUMENTS)
    expect([first, second].map(isKept)).toEqual([true, true])
    const [third] = read(1)
    expect([first, second, third].map(isKept)).toEqual([false, true, true])
  })

  test('but none of many tips, whose number others decide', () => {
    const [few] = read(1, 14)
    const [many] = read(1, 15)
    expect([few, many].map(isKept)).toEqual([true, false])
  })

  test('of more the latest', () => {
    const [first, second] = read(MAX_DOCUMENTS + 1)
    expect([first, second].map(isKept)).toEqual([false, true])
  })
})
