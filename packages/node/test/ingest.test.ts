import {
  encodeOperation,
  hash,
  type NextArgs,
  type OperationId,
  SCHEMA_FIELD_DEFINITION,
  type SyncSigner,
  signEntry,
} from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createNode, type Node } from '../src/node.js'
import type { NodeEvent } from '../src/node-event.js'
import { nativeSigner } from '../src/nodejs/native-key.js'
import { memoryStore, pause, random } from './support/memory-store.js'

const TIMEOUT_MS = 60_000
const fields = { name: 'title', type: 'str' }

let seed: Uint8Array
let node: Node
let events: NodeEvent[]
let retired: number

const store = await memoryStore()
afterAll(() => store.close())

beforeEach(() => {
  seed = random(32)
  retired = 0
  node = createNode({
    store,
    signer: nativeSigner(seed),
    retireKey: async () => {
      retired += 1
    },
    storage: async () => ({ kind: 'memory', key: 'memory' }),
    pause,
  })
  const own: NodeEvent[] = []
  events = own
  node.onEvent((event) => own.push(event))
})

function sign(signer: SyncSigner, name: string, args: NextArgs) {
  const values = new Map(
    Object.entries({ ...fields, name }).map(([field, value]) => [field, { type: 'str', value } as const]),
  )
  const operation = encodeOperation({ action: 'create', schemaId: SCHEMA_FIELD_DEFINITION, fields: values })
  const entry = signEntry(args, operation, signer)
  return { entry, operation, id: hash(entry) as OperationId }
}

describe('a node that takes entries from elsewhere', { timeout: TIMEOUT_MS }, () => {
  test('holds them, and goes on signing', async () => {
    const item = sign(nativeSigner(random(32)), 'theirs', { logId: 0n, seqNum: 1n })
    expect(await node.ingest([item])).toEqual([{ status: 'held', operationId: item.id, documentId: item.id }])
    expect(await node.ingest([item])).toEqual([{ status: 'decided', decision: 'held' }])
    const [outcome] = await node.write([{ action: 'create', schemaId: SCHEMA_FIELD_DEFINITION, fields }])
    expect(outcome?.status).toBe('published')
    expect(events).toEqual([])
  })

  test('tells of a log that was forked', async () => {
    const stranger = nativeSigner(random(32))
    const [left, right] = ['left', 'right'].map((name) => sign(stranger, name, { logId: 0n, seqNum: 1n }))
    await node.ingest([left, right].flatMap((item) => item ?? []))
    expect(events).toEqual([{ type: 'log-forked', publicKey: stranger.publicKey, logId: 0n, documentId: right?.id }])
  })

  test('signs no more once an entry of its own key comes that it has not written, and tells so once', async () => {
    await node.write([{ action: 'create', schemaId: SCHEMA_FIELD_DEFINITION, fields }])
    const clone = nativeSigner(seed)
    const foreign = sign(clone, 'elsewhere', { logId: 7n, seqNum: 1n })
    const waiting = sign(clone, 'waits', { logId: 8n, seqNum: 2n, backlink: foreign.id })
    await node.ingest([waiting])
    expect(events).toEqual([{ type: 'key-cloned', publicKey: node.publicKey, operationId: waiting.id }])
    await node.ingest([foreign])
    expect([events.length, retired]).toEqual([1, 1])
    const [outcome] = await node.write([{ action: 'create', schemaId: SCHEMA_FIELD_DEFINITION, fields }])
    expect(outcome).toMatchObject({ status: 'refused', error: { code: 'KEY_CLONED' } })
    const mine = { where: { $owner: { eq: node.publicKey } } }
    expect((await node.page(SCHEMA_FIELD_DEFINITION, mine)).documents).toHaveLength(2)
  })

  test('is not stopped by bytes that name its key and are not signed with it', async () => {
    const { entry, operation } = sign(nativeSigner(seed), 'forged', { logId: 7n, seqNum: 1n })
    const forged = entry.slice()
    forged[forged.length - 1] = (forged.at(-1) as number) ^ 1
    expect(await node.ingest([{ entry: forged, operation }])).toMatchObject([{ status: 'refused', final: false }])
    expect(events).toEqual([])
  })
})
