import {
  type DocumentViewId,
  documentViewIdFromTips,
  encodeOperation,
  hash,
  SCHEMA_FIELD_DEFINITION,
  signEntry,
} from '@rakko/core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Driver } from '../src/driver/driver.js'
import type { IngestItem, Store } from '../src/store.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'

/** Bytes that a transaction may read for each byte that came in, and for each byte of the changed document. */
const READ_FOR_EACH_BYTE = 8

let memory: Driver
let driver: CountingDriver
let store: Store
let opened = 0
let document: SignedItem
const owner = new Author(1)
const stranger = new Author(2)

beforeAll(async () => {
  memory = await openMemoryDriver()
  document = owner.create(SCHEMA_FIELD_DEFINITION, { name: str('a'), type: str('str') })
})

beforeEach(async () => {
  driver = new CountingDriver(memory)
  store = await openStore(driver, { schemaName: `bounded reads ${++opened}` })
  await store.ingest([document])
})

/** An update of the document in a log of its own, as the first entry there. */
function update(logId: number, previous: DocumentViewId = document.viewId): IngestItem {
  const fields = new Map([['name', str('b')]])
  const operation = encodeOperation({ action: 'update', schemaId: SCHEMA_FIELD_DEFINITION, previous, fields })
  return { entry: signEntry({ logId: BigInt(logId), seqNum: 1n }, operation, stranger.signer), operation }
}

function updates(from: number, count: number, previous?: DocumentViewId): IngestItem[] {
  return Array.from({ length: count }, (_, index) => update(from + index, previous))
}

const sizeOf = (items: readonly IngestItem[]): number =>
  items.reduce((sum, { entry, operation }) => sum + entry.length + (operation?.length ?? 0), 0)

const viewOf = (items: readonly IngestItem[]): DocumentViewId =>
  documentViewIdFromTips(items.map(({ entry }) => hash(entry) as never))

/** Whether what a call has read is in proportion to what came in and to the documents that it changes. */
async function expectBoundedReads(items: readonly IngestItem[], stored: number, statuses: Set<string>): Promise<void> {
  driver.reset()
  const outcomes = await store.ingest(items)
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(statuses)
  expect(driver.bytes).toBeLessThan(READ_FOR_EACH_BYTE * (sizeOf(items) + stored))
}

describe('a transaction reads in proportion to the bytes that came in, and to the documents that it changes', () => {
  const held = new Set(['held'])

  test('where one author writes a document in hundreds of logs', async () => {
    const before = updates(0, 100)
    await store.ingest(before)
    await expectBoundedReads(updates(100, 100), sizeOf(before), held)
  })

  test('where what is held already comes again', async () => {
    const before = updates(0, 100)
    await store.ingest(before)
    await expectBoundedReads(before, 0, new Set(['decided']))
  })

  test('where one operation names a thousand tips', async () => {
    const tips = updates(0, 1000)
    await store.ingest(tips)
    await expectBoundedReads([update(1000, viewOf(tips))], sizeOf(tips), held)
  })

  test('where one operation that names a thousand tips is published', async () => {
    const tips = updates(0, 1000)
    await store.ingest(tips)
    const merge = owner.update(document.documentId, SCHEMA_FIELD_DEFINITION, viewOf(tips), { name: str('c') })
    driver.reset()
    expect(await store.publish([merge])).toMatchObject([{ status: 'published', viewId: merge.viewId }])
    expect(driver.bytes).toBeLessThan(READ_FOR_EACH_BYTE * (sizeOf([merge]) + sizeOf(tips)))
  })

  test('where many operations name the same two hundred tips', async () => {
    const tips = updates(0, 200)
    await store.ingest(tips)
    await expectBoundedReads(updates(200, 20, viewOf(tips)), sizeOf(tips), held)
  })

  test('where an author is asked for what follows a thousand tips', async () => {
    const tips = updates(0, 1000)
    await store.ingest(tips)
    driver.reset()
    await store.nextArgs(new Author(3).publicKey, viewOf(tips))
    expect(driver.bytes).toBeLessThan(READ_FOR_EACH_BYTE * viewOf(tips).length)
  })
})
