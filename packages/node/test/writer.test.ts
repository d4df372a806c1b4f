import { type DocumentId, RakkoError, type SchemaId, type Signer } from '@rakko/core'
import type { Store } from '@rakko/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nativeSigner } from '../src/nodejs/native-key.js'
import { addSchemas } from '../src/schema-lock.js'
import type { Intent, IntentOutcome } from '../src/sign/intent.js'
import type { WriterStore } from '../src/sign/signing-round.js'
import { MAX_OF_PORTS } from '../src/sign/write-queue.js'
import { Writer } from '../src/sign/writer.js'
import { lockOf, memoryStore, pause, random } from './support/memory-store.js'

let store: Store
let venue: SchemaId

beforeAll(async () => {
  store = await memoryStore()
  const lock = await lockOf()
  await addSchemas(store, lock)
  venue = lock.venue
})

afterAll(() => store?.close())

const create = (name: string, more: Partial<Intent> = {}): Intent =>
  ({ action: 'create', schemaId: venue, fields: { name, capacity: 1 }, ...more }) as Intent

const update = (documentId: string, capacity: number): Intent => ({
  action: 'update',
  schemaId: venue,
  documentId,
  fields: { capacity },
})

function idOf(outcome: IntentOutcome | undefined): DocumentId {
  if (outcome?.status === 'published') return outcome.documentId
  throw outcome?.error ?? new Error('no outcome')
}

/** The store, counting what it is asked; `over` replaces calls. */
function counted(over: Partial<WriterStore> = {}) {
  const calls = { publish: 0, writeArgs: 0, documents: 0, idempotent: 0 }
  const seen: WriterStore = {
    publishBatch: (items) => store.publishBatch(items),
    schema: (id) => store.schema(id),
    documents(ids) {
      calls.documents += 1
      return store.documents(ids)
    },
    writeArgs(publicKey, targets) {
      calls.writeArgs += 1
      return store.writeArgs(publicKey, targets)
    },
    publish(items) {
      calls.publish += 1
      return store.publish(items)
    },
    idempotent(ids) {
      calls.idempotent += 1
      return store.idempotent(ids)
    },
    ...over,
  }
  return { calls, store: seen }
}

const newWriter = (writerStore: WriterStore = store, signer: Signer = nativeSigner(random(32))) =>
  new Writer({ store: writerStore, signer, pause })

describe('a writer', () => {
  test('signs what is in flight together in one round: one question, one transaction', async () => {
    const { calls, store: seen } = counted()
    const writer = newWriter(seen)
    const outcomes = await Promise.all(Array.from({ length: 100 }, (_, index) => writer.write([create(`n${index}`)])))
    expect(new Set(outcomes.map(([outcome]) => idOf(outcome))).size).toBe(100)
    expect(calls).toEqual({ publish: 1, writeArgs: 1, documents: 0, idempotent: 0 })
  })

  test('hands a large batch over in growing chunks, and returns in order', async () => {
    const { calls, store: seen } = counted()
    const intents = Array.from({ length: 2_500 }, (_, index) => create(`batch ${index}`))
    const ids = (await newWriter(seen).write(intents)).map(idOf)
    expect(calls).toMatchObject({ publish: 4, writeArgs: 1 })
    const [first, last] = await store.documents([ids[0] as DocumentId, ids[2_499] as DocumentId])
    expect([first, last].map((row) => row?.fields.get('name')?.value)).toEqual(['batch 0', 'batch 2499'])
  })

  test('lets its own write go before those of ports, which take turns in rounds of some thousand', async () => {
    const { calls, store: seen } = counted()
    const writer = newWriter(seen)
    const order: string[] = []
    const call = (name: string, count: number, port?: number): Promise<unknown> =>
      writer
        .write(
          Array.from({ length: count }, (_, index) => create(`${name} ${index}`)),
          { port },
        )
        .then(() => order.push(name))
    await Promise.all([
      call('long at one', 2 * MAX_OF_PORTS - 100, 1),
      call('short at two', 1, 2),
      call('own', 1),
      call('short at one', 1, 1),
      writer.writeBatch({ writes: [create('batch') as never] }, { port: 2 }).then(() => order.push('batch at two')),
    ])
    expect(order).toEqual(['own', 'short at two', 'batch at two', 'long at one', 'short at one'])
    expect(calls.writeArgs).toBe(5)
  })

  test('takes fewer writes of ports in a round the larger they are, and what holds itself is refused alone', async () => {
    const { calls, store: seen } = counted()
    const writer = newWriter(seen)
    const large = Array.from({ length: 5 }, () => create('a'.repeat(1024 * 1024 - 1000)))
    const endless: unknown[] = []
    endless.push(endless)
    const outcomes = await writer.write([...large, create(endless as never)], { port: 1 })
    expect(outcomes.map((one) => (one.status === 'refused' ? one.error.code : one.status))).toEqual([
      ...large.map(() => 'published'),
      'INVALID_FIELD',
    ])
    expect(calls.writeArgs).toBe(2)
  })

  test('puts changes of one document one after the other, in their order', async () => {
    const writer = newWriter()
    const id = idOf((await writer.write([create('Often changed')]))[0])
    const outcomes = await writer.write([1, 2, 3, 4].map((capacity) => update(id, capacity)))
    const views = outcomes.map((outcome) => (outcome.status === 'published' ? outcome.viewId : outcome.error.code))
    const [document] = await store.documents([id])
    expect(new Set(views).size).toBe(4)
    expect(document).toMatchObject({ viewId: views[3] })
    expect(document?.fields.get('capacity')?.value).toBe(4n)
  })

  test('never forks a log that another writer with the same key writes as well', async () => {
    const signer = nativeSigner(random(32))
    const writers = [newWriter(store, signer), newWriter(store, signer)]
    const id = idOf((await (writers[0] as Writer).write([create('Two hands')]))[0])
    const calls = Array.from({ length: 30 }, (_, n) =>
      (writers[n % 2] as Writer).write([update(id, n), create(`two ${n}`)]),
    )
    const outcomes = (await Promise.all(calls)).flat()
    expect(outcomes.filter(({ status }) => status === 'refused')).toEqual([])
    const [document] = await store.documents([id])
    expect(await store.nextArgs(signer.publicKey, document?.viewId)).toMatchObject({ seqNum: 32n })
  })

  /** Which of two branches is sorted last is up to their hashes, so documents are made until one is of this kind. */
  test('writes what is read afterwards, also where the operation sorted last is no tip of the document', async () => {
    const hands = [newWriter(), newWriter(), newWriter()]
    const seen = new Set<string>()
    const write = async (hand: number, intent: Intent): Promise<string> => {
      const [outcome] = await (hands[hand] as Writer).write([intent])
      if (outcome?.status !== 'published') throw outcome?.error ?? new Error('no outcome')
      const [operationId = ''] = outcome.viewId.split('_').filter((id) => !seen.has(id))
      seen.add(operationId)
      return operationId
    }
    const change = (documentId: string, capacity: number, ...previous: string[]): Intent =>
      ({ ...update(documentId, capacity), previous: previous.sort().join('_') }) as Intent
    for (let attempt = 0; ; attempt++) {
      expect(attempt, 'attempts').toBeLessThan(500)
      const a = await write(0, create(`Braided ${attempt}`))
      const b = await write(1, change(a, 1, a))
      const e = await write(2, change(a, 2, a))
      const c = await write(1, change(a, 3, b))
      const d = await write(2, change(a, 4, b, e))
      const f = await write(0, change(a, 5, c, d))
      const [before] = await store.documents([a as DocumentId])
      expect(before).toMatchObject({ viewId: f })
      if (before?.follow === before?.viewId) continue
      expect(before).toMatchObject({ follow: [e, f].sort().join('_') })
      const last = await write(0, update(a, 600))
      const [after] = await store.documents([a as DocumentId])
      expect(after).toMatchObject({ viewId: last, follow: last })
      expect(after?.fields.get('capacity')?.value).toBe(600n)
      return
    }
  })

  test('takes an entry that is stored already for published: its reply was lost', async () => {
    const twice = counted({
      async publish(items) {
        await store.publish(items)
        return store.publish(items)
      },
    })
    const writer = newWriter(twice.store)
    const id = idOf((await writer.write([create('Answer lost')]))[0])
    const [changed] = await writer.write([update(id, 9)])
    const [document] = await store.documents([id])
    expect(changed).toEqual({ status: 'published', documentId: id, viewId: document?.viewId })
    expect(document?.fields.get('capacity')?.value).toBe(9n)
  })

  test('refuses one by one what cannot be, and publishes the rest', async () => {
    const writer = newWriter()
    const outcomes = await writer.write([
      create('Good'),
      create('Bad', { fields: { name: 5, capacity: 1 } }),
      update(`0020${'0'.repeat(64)}`, 1),
      update('cafe', 1),
      create('Unknown', { schemaId: `venue_0020${'1'.repeat(64)}` as SchemaId }),
      create('Good as well'),
    ])
    const codes = outcomes.map((outcome) => (outcome.status === 'refused' ? outcome.error.code : outcome.status))
    expect(codes).toEqual([
      'published',
      'INVALID_FIELD',
      'DOCUMENT_NOT_FOUND',
      'INVALID_HASH',
      'SCHEMA_NOT_FOUND',
      'published',
    ])
  })

  test('refuses what is no intent, publishes what stands beside it, and goes on', async () => {
    const writer = newWriter()
    const holes = [
      create('Before'),
      'hole',
      null,
      'text',
      { action: 'update', documentId: Object.create(null) },
      create('After'),
    ]
    Reflect.deleteProperty(holes, 1)
    const outcomes = await writer.write(holes as Intent[])
    const codes = outcomes.map((outcome) => (outcome.status === 'refused' ? outcome.error.code : outcome.status))
    expect(codes).toEqual(['published', 'INTERNAL', 'INTERNAL', 'INTERNAL', 'INTERNAL', 'published'])
    expect(await writer.write([create('Later')])).toMatchObject([{ status: 'published' }])
    await writer.close()
  })

  test('that cannot begin a round refuses all that waits for it, and goes on with the next', async () => {
    let isBroken = true
    const signer = nativeSigner(random(32))
    const writer = new Writer({
      store,
      signer,
      async pause() {
        if (isBroken) throw new Error('no event loop')
      },
    })
    const outcomes = await Promise.all([writer.write([create('One')]), writer.write([create('Two'), create('Three')])])
    expect(outcomes.flat().map((one) => one.status === 'refused' && one.error.code)).toEqual(
      new Array(3).fill('INTERNAL'),
    )
    isBroken = false
    expect(await writer.write([create('Four')])).toMatchObject([{ status: 'published' }])
    await writer.close()
  })

  test('signs nothing for a caller that no longer waits', async () => {
    const { calls, store: seen } = counted()
    const [outcome] = await newWriter(seen).write([create('Aborted')], { signal: { aborted: true } })
    expect(outcome).toMatchObject({ status: 'refused', error: { code: 'ABORTED' } })
    expect(calls.publish).toBe(0)
  })

  test('tells all of a round what the store threw, and goes on with the next', async () => {
    let isBroken = true
    const broken = counted({
      async publish(items) {
        if (isBroken) throw new RakkoError('STORAGE_FAILED', 'disk full')
        return store.publish(items)
      },
    })
    const writer = newWriter(broken.store)
    const outcomes = await writer.write([create('One'), create('Two')])
    expect(outcomes).toMatchObject([{ error: { code: 'STORAGE_FAILED' } }, { error: { code: 'STORAGE_FAILED' } }])
    isBroken = false
    expect(await writer.write([create('Three')])).toMatchObject([{ status: 'published' }])
  })

  test('refuses what its signer cannot sign', async () => {
    const { publicKey } = nativeSigner(random(32))
    const signer: Signer = {
      publicKey,
      sign: () => Promise.reject(new RakkoError('KEY_STORE_FAILED', 'the key is gone')),
    }
    expect(await newWriter(store, signer).write([create('Unsigned')])).toMatchObject([
      { error: { code: 'KEY_STORE_FAILED' } },
    ])
  })

  test('makes one document for an idempotency id, whoever comes with it and when', async () => {
    const writer = newWriter()
    const intent = create('Once', { idempotencyId: 'once' })
    const [together] = await Promise.all([writer.write([intent, intent]), writer.write([intent])])
    const later = await newWriter().write([intent])
    const ids = [...together, ...later].map(idOf)
    expect(new Set(ids).size).toBe(1)
  })

  test('returns the first document where another key used the idempotency id meanwhile', async () => {
    const first = idOf((await newWriter().write([create('First', { idempotencyId: 'raced' })]))[0])
    // As a writer sees it that asked just before the first one was stored.
    const late = counted({ idempotent: async (ids) => ids.map(() => undefined) })
    expect(await newWriter(late.store).write([create('Second', { idempotencyId: 'raced' })])).toEqual([
      { status: 'published', documentId: first, viewId: first },
    ])
  })

  test('takes nothing more once it closes, and ends what it took', async () => {
    const writer = newWriter()
    const begun = writer.write([create('Begun')])
    const closed = writer.close()
    await expect(writer.write([create('Late')])).rejects.toMatchObject({ code: 'NODE_CLOSED' })
    await closed
    expect(await begun).toMatchObject([{ status: 'published' }])
  })
})
