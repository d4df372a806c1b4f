import { documentViewIdFromTips, SCHEMA_FIELD_DEFINITION } from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { MAX_PARKED_AUTHOR_ENTRIES } from '../src/decide/park-bounds.js'
import type { Store } from '../src/store.js'
import { MAX_WOKEN } from '../src/write/parking.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { codesOf } from './support/outcomes.js'

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

let store: Store
let opened = 0
/** Reads of entries that wait, with their operations. */
let looks: number

beforeEach(async () => {
  driver.failOn = (sql) => {
    if (sql.includes('p.entry, p.operation, p.document FROM')) looks += 1
    return false
  }
  store = await openStore(driver, { schemaName: `bounded waking ${++opened}` })
  looks = 0
})

/** Nearly as many as one author may let wait. */
const CHAIN = MAX_PARKED_AUTHOR_ENTRIES - 100

const create = (author: Author): SignedItem =>
  author.create(SCHEMA_FIELD_DEFINITION, { name: str('a'), type: str('str') })

const update = (author: Author, { documentId }: SignedItem, ...previous: readonly SignedItem[]): SignedItem =>
  author.update(documentId, SCHEMA_FIELD_DEFINITION, documentViewIdFromTips(previous.map(({ id }) => id)), {
    name: str('b'),
  })

/** Updates of one author, each after the one before. */
function chain(author: Author, document: SignedItem, first: SignedItem, length: number): SignedItem[] {
  const items = [first]
  while (items.length < length) items.push(update(author, document, items.at(-1) as SignedItem))
  return items
}

describe('what waits is looked at', () => {
  test('a few times, though it lacks a hundred entries and they come one by one, as it names them', async () => {
    const document = create(new Author(1))
    const count = 100
    const tips = Array.from({ length: count }, (_, index) => update(new Author(10 + index), document, document))
    const merge = update(new Author(2), document, ...tips)
    expect(await store.ingest([document, merge])).toMatchObject([{ status: 'held' }, { status: 'waiting' }])
    for (const tip of tips.sort((one, other) => (one.id < other.id ? -1 : 1))) await store.ingest([tip])
    expect(await store.ingest([merge])).toEqual([{ status: 'decided', decision: 'held' }])
    expect(looks).toBeLessThan(count / 4)
  })

  test('no further than where it ends: what follows an entry that waits on is mostly not read', async () => {
    const panda = new Author(1)
    const document = create(panda)
    const [one, two] = [3, 4].map((key) => update(new Author(key), document, document)) as [SignedItem, SignedItem]
    const penguin = new Author(2)
    const waiting = chain(penguin, document, update(penguin, document, one, two), CHAIN)
    await store.ingest([document, ...waiting])
    driver.reset()
    await store.ingest([one])
    await store.ingest([two])
    expect(new Set(codesOf(await store.ingest(waiting)))).toEqual(new Set(['decided']))
    driver.reset()
    const blocked = new Author(5)
    const other = create(panda)
    const [first, second] = [6, 7].map((key) => update(new Author(key), other, other)) as [SignedItem, SignedItem]
    await store.ingest([other, ...chain(blocked, other, update(blocked, other, first, second), CHAIN)])
    driver.reset()
    await store.ingest([first])
    await store.ingest([first])
    expect(driver.rows).toBeLessThan(CHAIN)
  })

  test('once where it comes again, however many of it wait', async () => {
    const document = create(new Author(1))
    const panda = new Author(2)
    const waiting = chain(panda, document, update(panda, document, document), 600)
    for (let time = 0; time < 2; time += 1) {
      const outcomes = await store.ingest(waiting)
      expect(outcomes.map((one) => one.status === 'waiting' && one.parked)).toEqual(waiting.map(() => true))
    }
    await store.ingest([document])
    expect(await store.ingest(waiting)).toEqual(waiting.map(() => ({ status: 'decided', decision: 'held' })))
  })

  test('in several transactions, where more wakes than one may look at, and all of it is decided', async () => {
    const document = create(new Author(1))
    const half = MAX_WOKEN.entries / 2 + 100
    const waiting = [2, 3].flatMap((key) => {
      const author = new Author(key)
      return chain(author, document, update(author, document, document), half)
    })
    expect(new Set(codesOf(await store.ingest(waiting)))).toEqual(new Set(['waiting']))
    driver.reset()
    await store.ingest([document])
    expect(driver.transactions).toBe(2)
    expect(await store.ingest(waiting)).toEqual(waiting.map(() => ({ status: 'decided', decision: 'held' })))
  })

  test('in a quiet moment, where the database failed before all that woke was looked at, and after a restart', async () => {
    const document = create(new Author(1))
    const half = MAX_WOKEN.entries / 2 + 100
    const waiting = [2, 3].flatMap((key) => {
      const author = new Author(key)
      return chain(author, document, update(author, document, document), half)
    })
    await store.ingest(waiting)
    driver.reset()
    driver.failOn = () => driver.transactions > 1
    expect(codesOf(await store.ingest([document]))).toEqual(['held'])
    driver.failOn = () => false
    const schemaName = `bounded waking ${opened}`
    // The same database, as a process finds it that starts now.
    const other = await openStore(driver, { schemaName })
    while (await other.maintain());
    expect(await store.ingest(waiting)).toEqual(waiting.map(() => ({ status: 'decided', decision: 'held' })))
  })
})
