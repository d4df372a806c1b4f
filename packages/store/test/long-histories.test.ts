import {
  type DocumentViewId,
  type OperationValue,
  parseQuery,
  SCHEMA_DEFINITION,
  type Schema,
  type SchemaId,
} from '@rakko/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MAX_HISTORIES_AT_ONCE } from '../src/load/history-sizes.js'
import { MAX_READ_BYTES } from '../src/read/read-limits.js'
import type { Store } from '../src/store.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { codesOf, publishAll } from './support/outcomes.js'

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())
let store: Store
let schemaId: SchemaId
const owner = new Author(1)
const other = new Author(2)
const TEXT_BYTES = 800_000
/** What an answer holds beside payloads. */
const BESIDE = 1024 * 1024

const text = (name: string) => str(name.repeat(TEXT_BYTES))

/** A document with so many updates of 800 kB, each after the one before. */
function longUpdates(length: number): readonly SignedItem[] {
  const document = owner.create(schemaId, { text: str(''), title: str('') })
  const items = [document]
  for (let index = 0; index < length; index += 1) {
    const { viewId } = items.at(-1) as SignedItem
    items.push(owner.update(document.documentId, schemaId, viewId, { text: text('abc'[index % 3] as string) }))
  }
  return items
}

async function longDocument(length: number): Promise<SignedItem> {
  const items = longUpdates(length)
  await publishAll(store, items)
  return items[0] as SignedItem
}

/** An update that nobody's latest view is followed by. */
const concurrent = ({ documentId, viewId }: SignedItem, title: string): SignedItem =>
  other.update(documentId, schemaId, viewId, { title: str(title) })

async function fieldsOf({ documentId }: SignedItem): Promise<Record<string, unknown>> {
  const [document] = await store.documents([documentId])
  return Object.fromEntries([...(document?.fields ?? [])].map(([name, { value }]) => [name, value]))
}

beforeAll(async () => {
  store = await openStore(driver)
  const definition = defineSchema(owner, 'page', { text: 'str', title: 'str' })
  ;({ schemaId } = definition)
  await publishAll(store, definition.items)
})

beforeEach(() => driver.reset())

describe('a document whose history is too large to be in memory', () => {
  test('is reduced in pieces, with the long values that win', async () => {
    const document = await longDocument(6)
    driver.reset()
    const item = concurrent(document, 'concurrent')
    expect(codesOf(await store.ingest([item]))).toEqual(['held'])
    expect(driver.largest).toBeLessThan(MAX_HISTORIES_AT_ONCE / 2 + BESIDE)
    expect(driver.bytes).toBeGreaterThan(6 * TEXT_BYTES)
    expect(await fieldsOf(document)).toEqual({ text: 'c'.repeat(TEXT_BYTES), title: 'concurrent' })
  })
})

describe('reading a document whose history is too large to be in memory', () => {
  test('leads to any of its views, in pieces', async () => {
    const items = longUpdates(6)
    await publishAll(store, items)
    const [document, , , third] = items as SignedItem[]
    driver.reset()
    const [view] = await store.views([third?.viewId ?? document?.viewId] as DocumentViewId[])
    expect(driver.largest).toBeLessThan(MAX_HISTORIES_AT_ONCE / 2 + BESIDE)
    const values = view && 'fields' in view ? [...view.fields].map(([name, value]) => [name, value.value]) : []
    expect(values).toEqual([
      ['text', 'c'.repeat(TEXT_BYTES)],
      ['title', ''],
    ])
  })

  test('refuses its history past the limit, before anything of it is read', async () => {
    const document = await longDocument(1)
    const length = MAX_READ_BYTES + 1
    await driver.exec(`UPDATE rakko.entries SET operation = decode(repeat('00', ${length}), 'hex')
      WHERE hash = '\\x${document.id}'`)
    driver.reset()
    await expect(store.history(document.documentId)).rejects.toMatchObject({
      code: 'HISTORY_TOO_LARGE',
      details: { expected: `at most ${MAX_READ_BYTES} bytes` },
    })
    expect(driver.bytes).toBeLessThan(1024)
  })
})

describe('documents whose histories are too large together', () => {
  const all = async (): Promise<SignedItem[]> => {
    const documents: SignedItem[] = []
    while (documents.length < 4) documents.push(await longDocument(2))
    driver.reset()
    return documents
  }

  test('are reduced in several transactions', async () => {
    const documents = await all()
    const outcomes = await store.ingest(documents.map((document) => concurrent(document, 'one')))
    expect(codesOf(outcomes)).toEqual(['held', 'held', 'held', 'held'])
    // The one that was too large, and one of each half.
    expect(driver.transactions).toBe(3)
    expect(driver.largest).toBeLessThan(MAX_HISTORIES_AT_ONCE + BESIDE)
    for (const document of documents) {
      expect(await fieldsOf(document)).toEqual({ text: 'b'.repeat(TEXT_BYTES), title: 'one' })
    }
  })

  test('are read one after another where a batch may not be split', async () => {
    const documents = await all()
    await store.publishBatch(documents.map((document) => concurrent(document, 'two')))
    expect(driver.transactions).toBe(1)
    expect(driver.largest).toBeLessThan(MAX_HISTORIES_AT_ONCE + BESIDE)
    for (const document of documents) {
      expect(await fieldsOf(document)).toEqual({ text: 'b'.repeat(TEXT_BYTES), title: 'two' })
    }
  })
})

describe('a pinned view of a document whose history is too large to be in memory', () => {
  test('is made in pieces, with the long values that win', async () => {
    const items = longUpdates(6)
    await publishAll(store, items)
    const link = defineSchema(owner, 'link', { to: `pinned_relation(${schemaId})` })
    await publishAll(store, link.items)
    const past = items.slice(2, 5)
    const links = past.map(({ viewId }) =>
      owner.create(link.schemaId, { to: { type: 'pinned_relation', value: viewId } }),
    )
    driver.reset()
    await publishAll(store, links)
    expect(driver.largest).toBeLessThan(MAX_HISTORIES_AT_ONCE / 2 + BESIDE)
    const known = [await store.schema(schemaId), await store.schema(link.schemaId)]
    const query = parseQuery({ include: { to: true } }, known[1] as Schema, (id) => known.find((one) => one?.id === id))
    const { documents } = await store.query(query)
    const texts = documents.map(({ fields, related }) => [
      fields.get('to')?.value,
      related?.get('to')?.documents[0]?.fields.get('text')?.value,
    ])
    expect(new Map(texts as [string, string][])).toEqual(
      new Map(past.map(({ viewId }, index) => [viewId, ('bca'[index] as string).repeat(TEXT_BYTES)])),
    )
  })
})

describe('a schema whose definition has a history that is too large to be in memory', () => {
  test('is known in pieces, with the fields that win', async () => {
    const { items, schemaId: first } = defineSchema(owner, 'described', { text: 'str' })
    await publishAll(store, items)
    const definition = items.at(-1) as SignedItem
    const updates: SignedItem[] = []
    const update = (fields: readonly string[]) => {
      const { viewId } = updates.at(-1) ?? definition
      const value = { type: 'pinned_relation_list', value: fields } as OperationValue
      updates.push(owner.update(definition.documentId, SCHEMA_DEFINITION, viewId, { fields: value }))
    }
    const tips = Array.from({ length: 10_000 }, (_, index) => `0020${index.toString(16).padStart(64, '0')}`)
    for (let index = 0; index < 14; index += 1) update([tips.toSpliced(index, 1).join('_')])
    update([(items[0] as SignedItem).viewId])
    await store.publishBatch(updates.slice(0, -1))
    driver.reset()
    await publishAll(store, updates.slice(-1))
    expect(driver.largest).toBeLessThan(MAX_HISTORIES_AT_ONCE / 2 + BESIDE)
    const id = `described_${updates.at(-1)?.viewId}` as SchemaId
    expect(await store.schema(id)).toEqual({ ...(await store.schema(first)), id })
  })
})
