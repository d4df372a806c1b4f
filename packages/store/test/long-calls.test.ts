import { decodeEntry, type Operation, SCHEMA_FIELD_DEFINITION, type SchemaId } from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { MAX_PARKED_AUTHOR_ENTRIES } from '../src/decide/park-bounds.js'
import {
  MAX_TRANSACTION_BYTES,
  MAX_TRANSACTION_IDS,
  MAX_TRANSACTION_OTHERS,
  MAX_TRANSACTION_SCHEMAS,
  TRANSACTION_MS,
} from '../src/ingest/share.js'
import { MemoryData } from '../src/memory/memory-data.js'
import { MemoryStore } from '../src/memory/memory-store.js'
import type { PublishItem, Store } from '../src/store.js'
import { Author, type SignedItem, verifier } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { codesOf, publishAll } from './support/outcomes.js'

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

let store: Store
let opened = 0
/** Stands still, so that no machine is too slow for what is expected. */
let clock: number

beforeEach(async () => {
  driver.failOn = () => false
  clock = Date.now()
  store = await openStore(driver, { schemaName: `long calls ${++opened}`, now: () => clock })
  driver.reset()
})

const field = (author: Author, name = 'a'): SignedItem =>
  author.create(SCHEMA_FIELD_DEFINITION, { name: str(name), type: str('str') })

const openMemoryStore = (): MemoryStore => new MemoryStore({ data: new MemoryData(''), verifier, now: () => clock })

/** By the number of their author. */
const chains = new Map<number, { author: Author; items: SignedItem[] }>()

/** One document of one author, each entry after the one before: the beginning of the longest that a test needs. */
function chain(number: number, length: number): SignedItem[] {
  const author = chains.get(number)?.author ?? new Author(number)
  const items = chains.get(number)?.items ?? [field(author)]
  chains.set(number, { author, items })
  const [{ documentId }] = items as [SignedItem]
  while (items.length < length) {
    const { viewId } = items.at(-1) as SignedItem
    items.push(author.update(documentId, SCHEMA_FIELD_DEFINITION, viewId, { name: str('b') }))
  }
  return items.slice(0, length)
}

/** A definition of a field, as a process hands over what it has signed itself. */
function ownField(author: Author): PublishItem {
  const item = field(author)
  const fields = new Map([
    ['name', str('a')],
    ['type', str('str')],
  ])
  const operation: Operation = { action: 'create', schemaId: SCHEMA_FIELD_DEFINITION, fields }
  return { ...item, trusted: { entry: decodeEntry(item.entry), operation } }
}

describe('a call that is too long for one transaction takes several', () => {
  test('by its items, and each gets its outcome in the order of the call', async () => {
    const items = chain(1, MAX_TRANSACTION_OTHERS + 1)
    const outcomes = await store.ingest(items)
    expect(outcomes).toEqual(items.map(({ id, documentId }) => ({ status: 'held', operationId: id, documentId })))
    expect(driver.transactions).toBe(2)
  })

  test('by its bytes', async () => {
    const panda = new Author(1)
    const { items, schemaId } = defineSchema(panda, 'long', { text: 'str' })
    await publishAll(store, items)
    driver.reset()
    const text = str('a'.repeat(MAX_TRANSACTION_BYTES / 8))
    const creates = Array.from({ length: 10 }, () => panda.create(schemaId, { text }))
    await publishAll(store, creates)
    expect(driver.transactions).toBe(2)
  })

  test('by the ids that it names', async () => {
    const panda = new Author(1)
    const document = field(panda)
    const count = 128
    const writers = Array.from({ length: count }, (_, index) => new Author(2 + index))
    const tips = writers.map((author) =>
      author.update(document.documentId, SCHEMA_FIELD_DEFINITION, document.viewId, { name: str('b') }),
    )
    await store.ingest([document, ...tips])
    driver.reset()
    const previous = tips
      .map(({ id }) => id)
      .sort()
      .join('_') as SignedItem['viewId']
    const merges = Array.from({ length: MAX_TRANSACTION_IDS / count + 1 }, () =>
      panda.update(document.documentId, SCHEMA_FIELD_DEFINITION, previous, { name: str('c') }),
    )
    expect(codesOf(await store.ingest(merges))).toEqual(merges.map(() => 'held'))
    expect(driver.transactions).toBe(2)
  })

  test('by the schemas that it claims and that have no tables yet', async () => {
    const panda = new Author(1)
    const claims = Array.from({ length: MAX_TRANSACTION_SCHEMAS + 1 }, (_, index) =>
      panda.create(`unknown${index}_${field(panda).id}` as SchemaId, { text: str('') }),
    )
    expect(codesOf(await store.ingest(claims))).toEqual(claims.map(() => 'waiting'))
    expect(driver.transactions).toBe(2)
  })

  test('but a batch takes one: it is stored whole or not at all', async () => {
    const items = chain(1, MAX_TRANSACTION_OTHERS + 1)
    await store.publishBatch(items)
    expect(driver.transactions).toBe(1)
  })

  test('and what waited in one of them is reported as the last of them left it', async () => {
    const items = chain(1, MAX_TRANSACTION_OTHERS + 10)
    const [first, ...rest] = items as [SignedItem, ...SignedItem[]]
    const last = rest.splice(5).concat(first)
    const outcomes = await store.ingest([...rest, ...last])
    expect(codesOf(outcomes)).toEqual(items.map(() => 'held'))
  })

  test('also where more waits than one author may let wait', async () => {
    const items = chain(1, 2 * MAX_PARKED_AUTHOR_ENTRIES + MAX_TRANSACTION_OTHERS).reverse()
    const verify = vi.spyOn(verifier, 'verify')
    expect(new Set(codesOf(await store.ingest(items)))).toEqual(new Set(['held']))
    // Whatever is tried again is checked again, in the transaction that takes it and nowhere else.
    const tried = items.length + (items.length - MAX_PARKED_AUTHOR_ENTRIES)
    expect(verify.mock.calls.length).toBeLessThanOrEqual(tried)
    verify.mockRestore()
  })

  test('by the time that the last one took, and no longer once one was quick', async () => {
    const items = chain(1, 4 * MAX_TRANSACTION_OTHERS)
    const began = clock
    driver.failOn = (sql) => {
      if (sql.includes('INSERT INTO')) clock = began + 2 * TRANSACTION_MS
      return false
    }
    await store.ingest(items)
    // All of the limits, then half of them, then all of them again.
    expect(driver.transactions).toBe(5)
  })

  test('by the time that one took which failed', async () => {
    const [first, second] = [chain(1, MAX_TRANSACTION_OTHERS), chain(2, MAX_TRANSACTION_OTHERS)]
    driver.failOn = (sql) => {
      if (!sql.includes('INSERT INTO')) return false
      clock += 4 * TRANSACTION_MS
      return true
    }
    await expect(store.ingest(first)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    driver.failOn = () => false
    driver.reset()
    await store.ingest(second)
    // A quarter of the limits, half of them, then what is left.
    expect(driver.transactions).toBe(3)
  })

  test('by the time that its signatures take', async () => {
    const items = chain(1, 3)
    const slow = await openStore(driver, { schemaName: `long calls ${++opened}`, now: () => (clock += TRANSACTION_MS) })
    driver.reset()
    await slow.ingest(items)
    expect(driver.transactions).toBe(3)
  })

  test('and where other threads check signatures, little is begun in one go, however many calls come', async () => {
    let begun = 0
    const pooled = await openStore(driver, {
      schemaName: `pooled ${opened}`,
      now: () => clock,
      verifier: { verify: async (...signed) => ++begun > 0 && verifier.verify(...signed) },
    })
    const panda = new Author(1)
    await publishAll(pooled, [field(panda)])
    begun = 0
    const items = Array.from({ length: 100 }, () => field(panda))
    const calls = items.map((item) => pooled.publish([item]))
    expect(begun).toBe(4)
    expect(codesOf((await Promise.all(calls)).flat())).toEqual(items.map(() => 'published'))
    begun = 0
    const again = pooled.ingest(items)
    expect(begun).toBe(64)
    expect(codesOf(await again)).toEqual(items.map(() => 'decided'))
    expect(begun).toBe(items.length)
  })

  test('and what this process has signed itself goes before what came from elsewhere', async () => {
    const order: string[] = []
    const call = (name: string, items: PublishItem[]) => store.publish(items).then(() => order.push(name))
    const panda = new Author(1)
    await Promise.all([call('others', chain(2, 2 * MAX_TRANSACTION_OTHERS)), call('own', [ownField(panda)])])
    expect(order).toEqual(['own', 'others'])
  })

  test('but others have every other transaction, however much this process writes', async () => {
    const order: string[] = []
    const panda = new Author(1)
    const own = ['first', 'second', 'third'].map((name) =>
      store.publishBatch([ownField(panda)]).then(() => order.push(name)),
    )
    await Promise.all([...own, store.ingest([field(new Author(2))]).then(() => order.push('others'))])
    expect(order).toEqual(['first', 'others', 'second', 'third'])
  })

  test.each([
    ['a publish', 'ingest', 'publish'],
    ['an ingest', 'publish', 'ingest'],
  ] as const)('and %s has its turn, however many calls to %s came before', async (_, many, one) => {
    const order: string[] = []
    // Two of them are too much for one transaction.
    const length = Math.ceil(MAX_TRANSACTION_OTHERS * 0.6)
    const before = ['first', 'second', 'third'].map((name, index) =>
      store[many](chain(1 + index, length)).then(() => order.push(name)),
    )
    await Promise.all([...before, store[one]([field(new Author(4))]).then(() => order.push('one'))])
    expect(order).toEqual(['first', 'one', 'second', 'third'])
  })

  test('and lets calls go between that came later', async () => {
    const order: string[] = []
    const long = store.ingest(chain(1, 2 * MAX_TRANSACTION_OTHERS + 1)).then(() => order.push('long'))
    const short = store.publish([field(new Author(2))]).then(() => order.push('short'))
    await Promise.all([long, short])
    expect(order).toEqual(['short', 'long'])
  })

  test('and the history of a document that all of them change is read once', async () => {
    const panda = new Author(1)
    const document = field(panda)
    const updates = Array.from({ length: 4 * MAX_TRANSACTION_OTHERS }, (_, index) => {
      const { documentId, viewId } = document
      const fields = index % 3 === 0 ? { type: str('int') } : { name: str(`n${index}`) }
      return panda.update(documentId, SCHEMA_FIELD_DEFINITION, viewId, fields, panda.newLog())
    })
    const items = [document, ...updates]
    let reads = 0
    driver.failOn = (sql) => {
      if (sql.includes('FROM history AS e')) reads += 1
      return false
    }
    expect(new Set(codesOf(await store.ingest(items)))).toEqual(new Set(['held']))
    const last = panda.update(document.documentId, SCHEMA_FIELD_DEFINITION, document.viewId, {}, panda.newLog())
    await store.ingest([last])
    const again = openMemoryStore()
    await again.ingest([...items, last])
    expect(await store.documents([document.documentId])).toEqual(await again.documents([document.documentId]))
    // By the second call: the transactions of the first one hand it on.
    expect(reads).toBe(1)
  })

  test('and where the database fails, what was stored before is published and the rest is STORAGE_FAILED', async () => {
    const items = chain(1, MAX_TRANSACTION_OTHERS + 2)
    driver.failOn = (sql) => sql.includes('INSERT INTO') && driver.transactions > 1
    const codes = codesOf(await store.publish(items))
    const stored = codes.indexOf('STORAGE_FAILED')
    expect(stored).toBeGreaterThan(0)
    expect(codes).toEqual(items.map((_, index) => (index < stored ? 'published' : 'STORAGE_FAILED')))
  })
})
