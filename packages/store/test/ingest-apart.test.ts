import { decodeEntry, hexToBytes, type Operation, SCHEMA_FIELD_DEFINITION } from '@rakko/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PublishOutcome, Store } from '../src/store.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { codesOf } from './support/outcomes.js'

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())
let store: Store
const author = new Author(1)

const create = (): SignedItem => author.create(SCHEMA_FIELD_DEFINITION, { name: str('a'), type: str('str') })

function update({ documentId, viewId }: SignedItem, name = 'b'): SignedItem {
  return author.update(documentId, SCHEMA_FIELD_DEFINITION, viewId, { name: str(name) })
}

/** What is read of this document is too large from now on. */
function makeTooLarge({ id }: SignedItem): void {
  const bytes = Buffer.from(hexToBytes(id))
  const names = (value: unknown) => value instanceof Uint8Array && Buffer.from(value).includes(bytes)
  driver.isTooLarge = (_, params) => params.some(names)
}

beforeAll(async () => {
  store = await openStore(driver)
})

beforeEach(() => {
  driver.isTooLarge = () => false
  driver.failOn = () => false
})

describe('where a transaction fails by one of its items', () => {
  test('only that item fails, of one call of a peer', async () => {
    const documents = Array.from({ length: 9 }, create)
    await store.ingest(documents)
    const culprit = documents[5] as SignedItem
    makeTooLarge(culprit)
    const outcomes = await store.ingest(documents.map((document) => update(document)))
    const error = expect.objectContaining({ code: 'ANSWER_TOO_LARGE' })
    expect(outcomes).toEqual(
      documents.map(({ documentId }) =>
        documentId === culprit.documentId
          ? { status: 'refused', error, final: false }
          : { status: 'held', documentId, operationId: expect.any(String) },
      ),
    )
  })

  test('only its call is told, of several that share the transaction', async () => {
    const documents = Array.from({ length: 4 }, create)
    await store.publish(documents)
    const [culprit] = documents as [SignedItem]
    makeTooLarge(culprit)
    const calls = [update(culprit), ...documents.slice(1).map((document) => update(document)), create()]
    const outcomes = await Promise.all(calls.map((item) => store.publish([item])))
    expect(outcomes.map((one) => codesOf(one))).toEqual([
      ['ANSWER_TOO_LARGE'],
      ['published'],
      ['published'],
      ['published'],
      ['published'],
    ])
  })

  test('the same item is stored once it can be', async () => {
    const document = create()
    await store.ingest([document])
    const item = update(document)
    makeTooLarge(document)
    expect(codesOf(await store.ingest([item, create()]))).toEqual(['ANSWER_TOO_LARGE', 'held'])
    driver.isTooLarge = () => false
    expect(codesOf(await store.ingest([item]))).toEqual(['held'])
  })
})

describe('between two halves of a transaction', () => {
  /** Calls this while so many transactions were too large, the last of them just now. */
  function onceTooLarge(culprit: SignedItem, call: () => void, times = 1): void {
    makeTooLarge(culprit)
    const { isTooLarge } = driver
    let left = times
    driver.isTooLarge = (sql, params) => {
      const isIt = isTooLarge(sql, params)
      if (isIt) left -= 1
      if (isIt && left === 0) call()
      return isIt
    }
  }

  test('an own write has its turn, and what waited for it in the first half is held', async () => {
    const [missing, culprit] = [create(), create()]
    const { entry, operation } = missing
    const fields = new Map([
      ['name', str('a')],
      ['type', str('str')],
    ])
    const created: Operation = { action: 'create', schemaId: SCHEMA_FIELD_DEFINITION, fields }
    const trusted = { entry: decodeEntry(entry), operation: created }
    await store.ingest([culprit])
    let own: Promise<PublishOutcome[]> | undefined
    const publishOwn = () => {
      own = store.publish([{ entry, operation, trusted }])
    }
    // All of them are too many, the first half is stored, and the second is too many.
    onceTooLarge(culprit, publishOwn, 2)
    const outcomes = await store.ingest([update(missing), create(), update(culprit), create()])
    expect(codesOf((await own) ?? [])).toEqual(['published'])
    expect(codesOf(outcomes)).toEqual(['held', 'held', 'ANSWER_TOO_LARGE', 'held'])
  })

  test('others have theirs, but calls that publish keep their order', async () => {
    const culprit = create()
    await store.ingest([culprit])
    const order: string[] = []
    const calls: Promise<unknown>[] = []
    const call = (door: 'ingest' | 'publish', items: SignedItem[], name = door) =>
      calls.push(store[door](items).then(() => order.push(name)))
    onceTooLarge(culprit, () => {
      call('publish', [create()])
      call('ingest', [create()])
    })
    await store.publish([create(), create(), update(culprit), create()]).then(() => order.push('split'))
    await Promise.all(calls)
    expect(order).toEqual(['ingest', 'split', 'publish'])
    order.length = 0
    const again = create()
    await store.ingest([again])
    onceTooLarge(again, () => call('publish', [create()]))
    await store.ingest([create(), create(), update(again), create()]).then(() => order.push('split'))
    expect(order).toEqual(['publish', 'split'])
  })
})

describe('where a transaction fails by the storage', () => {
  test('it is not repeated, and the whole call fails', async () => {
    driver.reset()
    driver.failOn = (sql) => sql.includes('INSERT INTO')
    await expect(store.ingest([create(), create()])).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    expect(driver.transactions).toBe(1)
  })
})
