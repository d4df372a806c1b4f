import {
  BLOB_PIECE,
  type DocumentId,
  type DocumentViewId,
  encodeOperation,
  hash,
  type NextArgs,
  type OperationId,
  type PublicKey,
  RakkoError,
  SCHEMA_FIELD_DEFINITION,
  type SyncSigner,
  signEntry,
} from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { assembleNode } from '../src/assemble-node.js'
import type { KeyStore } from '../src/key-store.js'
import { createNode, type Node } from '../src/node.js'
import type { NodeEvent } from '../src/node-event.js'
import { nativeSigner, nativeVerifier } from '../src/nodejs/native-key.js'
import { openStorage } from '../src/nodejs/open-storage.js'
import { OwnKey } from '../src/own-key.js'
import { lockOf, memoryStore, pause, random } from './support/memory-store.js'

const fields = { name: 'title', type: 'str' }

let seed: Uint8Array
let node: Node
let events: NodeEvent[]
let renewed: number
let isRenewing: Promise<void>
let tellRenewing: () => void
let other: Promise<SyncSigner>

const store = await memoryStore()
afterAll(() => store.close())

const options = () => ({ store, storage: async () => ({ kind: 'memory', key: 'memory' }) as const, pause })
const create = { action: 'create', schemaId: SCHEMA_FIELD_DEFINITION, fields } as const

const ownedBy = (publicKey: PublicKey): Promise<number> =>
  node.count(SCHEMA_FIELD_DEFINITION, { where: { $owner: { eq: publicKey } } })

beforeEach(() => {
  seed = random(32)
  renewed = 0
  isRenewing = new Promise((resolve) => {
    tellRenewing = resolve
  })
  other = Promise.resolve(nativeSigner(random(32)))
  node = createNode({
    ...options(),
    signer: nativeSigner(seed),
    renewKey: () => {
      renewed += 1
      tellRenewing()
      return other
    },
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

const ownKey = (isDecided: boolean): OwnKey =>
  new OwnKey({ signer: nativeSigner(seed), renew: () => other, replace: () => {}, isDecided: async () => isDecided })

describe('a node that takes entries from elsewhere', () => {
  test('holds them, and goes on signing', async () => {
    const item = sign(nativeSigner(random(32)), 'theirs', { logId: 0n, seqNum: 1n })
    expect(await node.ingest([item])).toEqual([{ status: 'held', operationId: item.id, documentId: item.id }])
    expect(await node.ingest([item])).toEqual([{ status: 'decided', decision: 'held' }])
    expect(await node.write([create])).toMatchObject([{ status: 'published' }])
    expect(events).toEqual([])
  })

  test('tells of a log that was forked', async () => {
    const stranger = nativeSigner(random(32))
    const [left, right] = [1, 2].map((value) => {
      const data = { type: 'bytes', value: new Uint8Array([value]) } as const
      const operation = encodeOperation({ action: 'create', schemaId: BLOB_PIECE, fields: new Map([['data', data]]) })
      return { operation, entry: signEntry({ logId: 0n, seqNum: 1n }, operation, stranger) }
    })
    await node.ingest([left, right].flatMap((item) => item ?? []))
    const documentId = hash(right?.entry ?? new Uint8Array())
    expect(events).toEqual([{ type: 'log-forked', publicKey: stranger.publicKey, logId: 0n, documentId }])
  })

  test('tells nothing where definitions of schemas fork a log: two branches of an app have', async () => {
    const developer = nativeSigner(random(32))
    const [left, right] = ['left', 'right'].map((name) => sign(developer, name, { logId: 0n, seqNum: 1n }))
    const outcomes = await node.ingest([left, right].flatMap((item) => item ?? []))
    expect(outcomes).toMatchObject([{ status: 'held' }, { status: 'held' }])
    expect(events).toEqual([])
  })

  test('signs with a new key once an entry of its own comes that it has not written, and tells so once', async () => {
    await node.write([create])
    const { publicKey } = node
    const clone = nativeSigner(seed)
    const foreign = sign(clone, 'elsewhere', { logId: 7n, seqNum: 1n })
    const waiting = sign(clone, 'waits', { logId: 8n, seqNum: 2n, backlink: foreign.id })
    await node.ingest([waiting])
    const newPublicKey = (await other).publicKey
    expect(events).toEqual([{ type: 'key-cloned', publicKey, operationId: waiting.id, newPublicKey }])
    expect(node.publicKey).toBe(newPublicKey)
    await node.ingest([foreign])
    expect([events.length, renewed]).toEqual([1, 1])
    expect(await node.write([create])).toMatchObject([{ status: 'published' }])
    expect([await ownedBy(publicKey), await ownedBy(newPublicKey)]).toEqual([2, 1])
  })

  test('does so too where such an entry is published, taken or not', async () => {
    const clone = nativeSigner(seed)
    const { entry, operation, id } = sign(clone, 'elsewhere', { logId: 7n, seqNum: 1n })
    await node.publish(entry, operation)
    expect(events).toMatchObject([{ type: 'key-cloned', operationId: id }])
    const second = nativeSigner(random(32))
    const renewing = createNode({ ...options(), signer: second, renewKey: async () => nativeSigner(random(32)) })
    const told: NodeEvent[] = []
    renewing.onEvent((event) => told.push(event))
    const ahead = sign(second, 'ahead', { logId: 0n, seqNum: 2n, backlink: id })
    await expect(renewing.publish(ahead.entry, ahead.operation)).rejects.toMatchObject({ code: 'UNEXPECTED_SEQ_NUM' })
    expect(told).toMatchObject([{ type: 'key-cloned', operationId: ahead.id }])
  })

  test.each(['ingest', 'publish'] as const)('does so where one builds on what was forgotten here: %s', async (way) => {
    const { lock, expected, venue } = await lockOf()
    await node.addSchemas({ lock, expected })
    const [written] = await node.write([{ action: 'create', schemaId: venue, fields: { name: 'a', capacity: 1 } }])
    const id = (written as { documentId: DocumentId }).documentId
    const viewId = id as string as DocumentViewId
    const args = await node.nextArgs(node.publicKey, viewId)
    await node.forget({ document: id })
    const values = new Map([['name', { type: 'str', value: 'b' } as const]])
    const operation = encodeOperation({ action: 'update', schemaId: venue, previous: viewId, fields: values })
    const entry = signEntry(args, operation, nativeSigner(seed))
    if (way === 'ingest') await node.ingest([{ entry, operation }])
    else await expect(node.publish(entry, operation)).rejects.toMatchObject({ code: 'FORGOTTEN' })
    expect(events).toMatchObject([{ type: 'key-cloned', operationId: hash(entry) }])
  })

  test('does so where one is of a schema that is not allowed, unless it was written before that', async () => {
    const refused = new RakkoError('SCHEMA_NOT_ALLOWED', 'not on the list')
    const { entry, id } = sign(nativeSigner(seed), 'elsewhere', { logId: 9n, seqNum: 1n })
    const told: unknown[] = []
    for (const isDecided of [true, false]) {
      told.push(await ownKey(isDecided).check([{ entry }], [{ status: 'refused', error: refused, final: false }]))
    }
    expect(told).toMatchObject([undefined, { type: 'key-cloned', operationId: id }])
  })

  test.each([
    ['LOG_FORKED', true],
    ['UNEXPECTED_SEQ_NUM', true],
    // Neither is said of an entry whose signature was found to be good, and that is not stored.
    ['INVALID_SIGNATURE', false],
    ['ALREADY_PUBLISHED', false],
  ] as const)('does so where one is refused for now, and new for sure: %s, %s', async (code, isTold) => {
    const error = new RakkoError(code, 'refused')
    const { entry, id } = sign(nativeSigner(seed), 'elsewhere', { logId: 9n, seqNum: 1n })
    for (const outcome of [
      { status: 'refused', error },
      { status: 'refused', error, final: false },
    ] as const) {
      const told = await ownKey(false).check([{ entry }], [outcome])
      expect(told).toEqual(isTold ? expect.objectContaining({ type: 'key-cloned', operationId: id }) : undefined)
    }
  })

  test('keeps its key where what it has written comes again', async () => {
    const args = await node.nextArgs(node.publicKey)
    const item = sign(nativeSigner(seed), 'own', args)
    await store.publish([item])
    await expect(node.publish(item.entry, item.operation)).rejects.toMatchObject({ code: 'ALREADY_PUBLISHED' })
    expect(await node.ingest([item])).toEqual([{ status: 'decided', decision: 'held' }])
    expect(events).toEqual([])
  })

  test('signs what was asked for meanwhile with the new key', async () => {
    let resolve = (_: SyncSigner): void => {}
    other = new Promise((done) => {
      resolve = done
    })
    const ingested = node.ingest([sign(nativeSigner(seed), 'elsewhere', { logId: 7n, seqNum: 1n })])
    await isRenewing
    const written = node.write([create])
    const next = nativeSigner(random(32))
    resolve(next)
    expect(await written).toMatchObject([{ status: 'published' }])
    await ingested
    expect([await ownedBy(nativeSigner(seed).publicKey), await ownedBy(next.publicKey)]).toEqual([1, 1])
  })

  test('signs no more where no new key can be made', async () => {
    other = Promise.reject(new RakkoError('KEY_STORE_FAILED', 'the disk is full'))
    other.catch(() => undefined)
    await node.ingest([sign(nativeSigner(seed), 'elsewhere', { logId: 7n, seqNum: 1n })])
    expect(events).toMatchObject([{ type: 'key-cloned', error: { code: 'KEY_STORE_FAILED' } }])
    expect(await node.write([create])).toMatchObject([{ status: 'refused', error: { code: 'KEY_CLONED' } }])
  })

  test('is not stopped by bytes that name its key and are not signed with it', async () => {
    const { entry, operation } = sign(nativeSigner(seed), 'forged', { logId: 7n, seqNum: 1n })
    const forged = entry.slice()
    forged[forged.length - 1] = (forged.at(-1) as number) ^ 1
    expect(await node.ingest([{ entry: forged, operation }])).toMatchObject([{ status: 'refused', final: false }])
    expect(events).toEqual([])
  })

  test('that is opened where such an entry waits takes a new key: it ended before it had put the old one aside', async () => {
    const { driver } = await openStorage({ kind: 'memory' })
    const signers = [nativeSigner(random(32)), nativeSigner(seed), nativeSigner(random(32))]
    const keys: KeyStore = {
      open: async () => ({
        signer: signers[0] as SyncSigner,
        protection: 'memory',
        retire: async () => void signers.shift(),
      }),
    }
    const open = () => assembleNode({ ...options(), driver, keys, verifier: nativeVerifier(), now: Date.now, random })
    const before = await open()
    const args = { logId: 8n, seqNum: 2n, backlink: sign(nativeSigner(seed), 'missing', { logId: 8n, seqNum: 1n }).id }
    await before.ingest([sign(nativeSigner(seed), 'waits', args)])
    expect(before.publicKey).toBe(signers[0]?.publicKey)
    signers.shift()
    const after = await open()
    expect(after.publicKey).not.toBe(nativeSigner(seed).publicKey)
    expect([after.publicKey, signers.length]).toEqual([signers[0]?.publicKey, 1])
    const { publicKey } = nativeSigner(seed)
    const operationId = sign(nativeSigner(seed), 'waits', args).id
    for (let listener = 0; listener < 2; listener += 1) {
      const told: NodeEvent[] = []
      after.onEvent((event) => told.push(event))
      expect(told).toEqual([{ type: 'key-cloned', publicKey, operationId, newPublicKey: after.publicKey }])
    }
    await after.close()
  })
})
