import { decodeEntry, type Operation, RakkoError, type SchemaId, type WriteArgs, type WriteTarget } from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../src/store.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, int } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { codesOf, publishAll } from './support/outcomes.js'
import { PgliteHarness } from './support/pglite-harness.js'

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

/** BEGIN, the lock, one that writes, COMMIT. */
const WITHOUT_READING = 4

describe('what was read for those who are about to write', () => {
  const harness = new PgliteHarness(driver)
  let store: Store
  let panda: Author
  let schemaId: SchemaId
  let documents: SignedItem[]

  beforeEach(async () => {
    driver.failOn = () => false
    store = await harness.open()
    panda = new Author(1)
    const definition = defineSchema(panda, 'venue', { capacity: 'int' })
    schemaId = definition.schemaId
    documents = Array.from({ length: 20 }, (_, index) => panda.create(schemaId, { capacity: int(index) }))
    await publishAll(store, [...definition.items, ...documents])
  })

  const target = ({ documentId }: SignedItem): WriteTarget => ({ documentId, schemaId })

  async function ask(items: readonly SignedItem[], of = store): Promise<WriteArgs[]> {
    const args = await of.writeArgs(panda.publicKey, items.map(target))
    driver.reset()
    return args.map((one) => {
      if (one instanceof RakkoError) throw one
      return one
    })
  }

  /** Updates as a node signs them, which has asked what comes next. */
  async function update(items: readonly SignedItem[], capacity: number): Promise<SignedItem[]> {
    const write = await ask(items)
    return items.map(({ documentId, viewId }, index) => {
      const previous = write[index]?.previous ?? viewId
      const values = { capacity: int(capacity) }
      const signed = panda.update(documentId, schemaId, previous, values)
      expect(signed.args).toEqual(write[index]?.args)
      const operation: Operation = { action: 'update', schemaId, previous, fields: new Map(Object.entries(values)) }
      return { ...signed, trusted: { entry: decodeEntry(signed.entry), operation } }
    })
  }

  async function capacities(): Promise<unknown[]> {
    const rows = await store.documents(documents.map(({ documentId }) => documentId))
    return rows.map((row) => row?.fields.get('capacity')?.value)
  }

  test('is not read again: updates take as many statements as creates, with skiplinks and without', async () => {
    for (let capacity = 100; capacity < 114; capacity++) {
      const updates = await update(documents, capacity)
      expect(codesOf(await store.publish(updates))).toEqual(updates.map(() => 'published'))
      expect(driver.statements, `update to ${capacity}`).toBe(WITHOUT_READING)
      expect(await capacities()).toEqual(documents.map(() => BigInt(capacity)))
    }
  })

  test('holds over this store’s own transactions, all but what they change', async () => {
    const updates = await update(documents, 100)
    for (const one of updates.slice(0, 10)) await publishAll(store, [one])
    expect(driver.statements).toBe(10 * WITHOUT_READING)
    await publishAll(store, [panda.create(schemaId, { capacity: int(1) })])
    expect(driver.statements).toBe(11 * WITHOUT_READING)
    await publishAll(store, updates.slice(10))
    expect(driver.statements).toBe(12 * WITHOUT_READING)
    expect(codesOf(await store.publish(updates))).toEqual(updates.map(() => 'ALREADY_PUBLISHED'))
    expect(await capacities()).toEqual(documents.map(() => 100n))
  })

  test('does not hold where another store on the database has written', async () => {
    const other = await harness.reopen(store)
    const [first] = documents as [SignedItem]
    const clone = panda.clone()
    const [update1] = await update([first], 100)
    const bear = new Author(2)
    await publishAll(other, [bear.update(first.documentId, schemaId, first.viewId, { capacity: int(7) })])
    await publishAll(store, [update1 as SignedItem])
    const [row] = await store.documents([first.documentId])
    expect(row?.viewId.split('_')).toHaveLength(2)

    const [place] = await ask([first])
    await publishAll(other, [panda.update(first.documentId, schemaId, place?.previous ?? first.viewId, {})])
    const late = clone.update(first.documentId, schemaId, first.viewId, { capacity: int(8) })
    expect(codesOf(await store.publish([late]))).toEqual(['UNEXPECTED_SEQ_NUM'])
  })

  test('holds what it has led to: who changes a document once more asks one statement, two where a skiplink is far', async () => {
    await publishAll(store, await update(documents, 100))
    const statements = new Map<bigint, number>()
    for (let seqNum = 3n; seqNum < 15n; seqNum++) {
      driver.reset()
      const args = await store.writeArgs(panda.publicKey, documents.map(target))
      statements.set(seqNum, driver.statements)
      const justOpened = await harness.reopen(store)
      expect(args).toEqual(await justOpened.writeArgs(panda.publicKey, documents.map(target)))
      await publishAll(store, await update(documents, Number(seqNum)))
      expect(driver.statements).toBe(WITHOUT_READING)
    }
    // Entry 13 points at entry 4.
    expect([...statements].filter(([, count]) => count !== 1)).toEqual([[13n, 2]])
  })

  test('is thrown away by a transaction that another store’s came before', async () => {
    const [first] = documents as [SignedItem]
    const [mine] = (await update([first], 100)) as [SignedItem]
    await publishAll(store, [mine])
    const other = await harness.reopen(store)
    const theirs = new Author(2).update(first.documentId, schemaId, mine.viewId, { capacity: int(7) })
    await publishAll(other, [theirs])
    await publishAll(store, [panda.create(schemaId, { capacity: int(1) })])
    const [write] = await ask([first])
    expect(write?.previous).toBe(theirs.viewId)
  })

  test('does not hold where another store has forgotten, deleted or forked', async () => {
    const other = await harness.reopen(store)
    const [forgotten, deleted, forked] = documents as [SignedItem, SignedItem, SignedItem]
    const [one] = await update([forgotten], 100)
    await other.forget({ document: forgotten.documentId })
    expect(codesOf(await store.publish([one as SignedItem]))).toEqual(['FORGOTTEN'])

    const [two] = await update([deleted], 100)
    await publishAll(other, [new Author(2).delete(deleted.documentId, schemaId, deleted.viewId)])
    expect(codesOf(await store.publish([two as SignedItem]))).toEqual(['DOCUMENT_DELETED'])

    const clone = panda.clone()
    const [three] = await update([forked], 100)
    await publishAll(store, [three as SignedItem])
    const [four] = await update([forked], 101)
    await other.ingest([clone.update(forked.documentId, schemaId, forked.viewId, { capacity: int(9) })])
    expect(codesOf(await store.publish([four as SignedItem]))).toEqual(['LOG_FORKED'])
  })

  test('does not hold where what came from elsewhere has changed it', async () => {
    const [first] = documents as [SignedItem]
    const updates = await update(documents, 100)
    const bear = new Author(2)
    await store.ingest([bear.update(first.documentId, schemaId, first.viewId, { capacity: int(7) })])
    await publishAll(store, updates)
    const [row] = await store.documents([first.documentId])
    expect(row?.viewId.split('_')).toHaveLength(2)
  })

  test('is dropped with a transaction that failed', async () => {
    const updates = await update(documents, 100)
    driver.failOn = (sql) => sql.includes('INSERT INTO')
    expect(new Set(codesOf(await store.publish(updates)))).toEqual(new Set(['STORAGE_FAILED']))
    driver.failOn = () => false
    await publishAll(store, updates)
    expect(await capacities()).toEqual(documents.map(() => 100n))
  })
})
