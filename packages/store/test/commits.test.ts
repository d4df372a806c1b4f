import { type DocumentViewId, documentViewIdFromTips, parseQuery, type Schema, type SchemaId } from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Store, StoreCommit } from '../src/store.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, int, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { publishAll } from './support/outcomes.js'
import { PgliteHarness } from './support/pglite-harness.js'

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

describe('commits', () => {
  const harness = new PgliteHarness(driver)
  let store: Store
  let panda: Author
  let penguin: Author
  let schemaId: SchemaId
  let commits: StoreCommit[]

  beforeEach(async () => {
    store = await harness.open()
    ;[panda, penguin] = [new Author(1), new Author(2)]
    const definition = defineSchema(panda, 'venue', { capacity: 'int', name: 'str' })
    schemaId = definition.schemaId
    await publishAll(store, definition.items)
    commits = []
    store.onCommit((commit) => commits.push(commit))
    driver.reset()
  })

  const create = (name: string): SignedItem => panda.create(schemaId, { name: str(name), capacity: int(1) })

  const documentOf = async ({ documentId }: SignedItem) => {
    const [document] = await store.documents([documentId])
    if (!document) throw new Error('no such document')
    return document
  }

  test('tell of a create all that a reader would find, without a statement more', async () => {
    const item = create('a')
    await publishAll(store, [item])
    // Four, and the schema's table: whether it rests, and the table.
    expect(driver.statements).toBe(6)
    expect(commits).toEqual([{ number: 4, changes: [{ ...(await documentOf(item)), isNew: true }] }])
  })

  test('tell of an ordinary update the fields that it set, of a delete none', async () => {
    const item = create('a')
    await publishAll(store, [item])
    const update = penguin.update(item.documentId, schemaId, item.viewId, { name: str('b') })
    await publishAll(store, [update])
    const document = await documentOf(item)
    expect(commits[1]?.changes).toEqual([{ ...document, fields: new Map([['name', str('b')]]), isNew: false }])
    await publishAll(store, [panda.delete(item.documentId, schemaId, update.viewId)])
    expect(commits[2]?.changes).toEqual([{ ...(await documentOf(item)), isNew: false }])
    expect(commits[2]?.changes[0]).toMatchObject({ deleted: true, fields: new Map() })
  })

  test('tell of a merge the whole document', async () => {
    const item = create('a')
    const left = panda.update(item.documentId, schemaId, item.viewId, { name: str('left') })
    const right = penguin.update(item.documentId, schemaId, item.viewId, { capacity: int(2) })
    await publishAll(store, [item, left])
    await publishAll(store, [right])
    expect(commits[1]?.changes).toEqual([{ ...(await documentOf(item)), isNew: false }])
    expect(commits[1]?.changes[0]?.viewId).toBe(documentViewIdFromTips([left.id, right.id] as never[]))
  })

  test('tell of a document once, as it is at the end, and of nothing that was refused', async () => {
    const item = create('a')
    const update = panda.update(item.documentId, schemaId, item.viewId, { capacity: int(2) })
    const unknown = penguin.update(item.documentId, schemaId, create('never sent').viewId as DocumentViewId, {})
    await store.publish([item, update, unknown])
    expect(commits.map(({ changes }) => changes.length)).toEqual([1])
    expect(commits[0]?.changes).toEqual([{ ...(await documentOf(item)), isNew: true }])
    await store.publish([unknown, item])
    expect(commits).toHaveLength(1)
  })

  test('come in order and before the call resolves, and no more once nobody listens', async () => {
    const seen: number[] = []
    const end = store.onCommit(({ number }) => seen.push(number))
    const calls = Array.from({ length: 20 }, (_, index) => publishAll(store, [create(`${index}`)]))
    await calls[0]
    expect(seen.length).toBeGreaterThan(0)
    await Promise.all(calls)
    expect(seen.at(-1)).toBe(23)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    end()
    await publishAll(store, [create('unseen')])
    expect(seen.at(-1)).toBe(23)
  })

  test('a listener that throws touches neither the write nor the other listeners', async () => {
    const raised = new Promise((resolve) => process.once('unhandledRejection', resolve))
    const broken = await harness.open()
    broken.onCommit(() => {
      throw new Error('a fault of the listener')
    })
    const told = new Promise((resolve) => broken.onCommit(resolve))
    await publishAll(broken, defineSchema(new Author(3), 'thing', { name: 'str' }).items)
    await told
    expect(await raised).toEqual(new Error('a fault of the listener'))
  })

  test('a snapshot says up to which commit it shows everything, while others write', async () => {
    const schema = (await store.schema(schemaId)) as Schema
    expect(await store.snapshot(parseQuery({ count: true }, schema))).toMatchObject({
      documents: [],
      count: 0,
      number: 3,
    })
    const reads: Promise<readonly [number, number]>[] = []
    for (let index = 0; index < 20; index += 1) {
      const query = parseQuery({ where: { name: { notEq: 'x' } } }, schema)
      const read = store.snapshot(query).then(({ documents, number }) => [documents.length, number] as const)
      reads.push(read, Promise.resolve([0, 3]))
      await Promise.race([publishAll(store, [create(`${index}`)]), read])
    }
    for (const [documents, number] of await Promise.all(reads)) expect(documents).toBe(number - 3)
  })
})
