import { encodeOperation, type Hash, hash, type RakkoError, signEntry } from '@rakko/core'
import { afterAll, describe, expect, test } from 'vitest'
import { ENTRIES_A_PAYLOAD, TakeBackPace } from '../src/ingest/take-back-pace.js'
import type { Document, IngestItem, Store } from '../src/store.js'
import { MAX_WOKEN } from '../src/write/parking.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore, stillClock } from './support/open-store.js'
import { codesOf, publishAll } from './support/outcomes.js'
import { createVenue, payloadLess, remove, statusIn, update, venues } from './support/venues.js'

const { items: definition, schemaId } = venues
const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

let opened = 0

/** Some that one transaction moves, and more. */
const UPDATES = 140

/** A deleted document with somebody's entry beside, which says little without its payload. */
function world(updates = UPDATES, isDeletedLate = false) {
  const [panda, penguin, owl] = [new Author(1), new Author(2), new Author(3)]
  const created = createVenue(panda)
  const chain = [created]
  while (chain.length <= updates) chain.push(update(panda, created, chain.length, chain.at(-1)?.viewId))
  const deletion = remove(owl, created, isDeletedLate ? chain.at(-1)?.viewId : created.viewId)
  const first = update(penguin, created, 1)
  const withheld = update(penguin, created, 2, created.viewId)
  const after = update(penguin, created, 3, withheld.viewId)
  return { panda, owl, created, withheld, whole: [...chain, deletion, first, withheld, after] }
}

async function open(options: Parameters<typeof openStore>[1] = {}): Promise<Store> {
  const store = await openStore(driver, { schemaName: `taking back ${++opened}`, ...options })
  await publishAll(store, definition)
  return store
}

const without = (items: readonly SignedItem[], ...withheld: readonly SignedItem[]): IngestItem[] =>
  items.map((item) => (withheld.includes(item) ? payloadLess(item) : item))

async function storeWith(items: readonly IngestItem[]): Promise<Store> {
  const store = await open()
  await store.ingest(items)
  return store
}

async function expectLike(store: Store, elsewhere: Store, document: SignedItem): Promise<void> {
  const ids = async (of: Store) => (await of.sync.decidedIds({})).map(({ id }) => id)
  expect(await ids(store)).toEqual(await ids(elsewhere))
  expect(await store.sync.logHeights()).toEqual(await elsewhere.sync.logHeights())
  expect(await store.stateHash(schemaId)).toBe(await elsewhere.stateHash(schemaId))
  expect(await statusIn(store, document)).toEqual(await statusIn(elsewhere, document))
}

async function historyOf(store: Store, { documentId }: SignedItem): Promise<unknown> {
  const history = await store.history(documentId).catch(({ code }: RakkoError) => code)
  return typeof history === 'object' ? history.operations.map(({ id }) => id).sort() : history
}

async function maintainAll(store: Store): Promise<void> {
  while ((await store.maintain()) !== undefined);
}

describe('what was decided about a long document is taken back in many transactions', () => {
  test('others have a turn in between, the document stays deleted, and its logs do not fork', async () => {
    const { panda, created, withheld, whole } = world(MAX_WOKEN.entries + 200, true)
    const args: unknown[] = []
    const between: (Document | undefined)[] = []
    const other = createVenue(panda)
    let isOn = false
    let writing: ReturnType<Store['publish']> | undefined
    const store = await open({
      async pause() {
        if (!isOn) return
        between.push((await store.documents([created.documentId]))[0])
        args.push(await store.nextArgs(panda.publicKey, created.viewId).catch(() => 'refused'))
        if (between.length !== 2) return
        // Nobody waits for it here: its turn comes after this one.
        writing = store.publish([other, update(panda, created, 1_000)])
      },
    })
    await store.ingest(without(whole, withheld))
    const { transactions } = driver
    isOn = true
    expect(await store.ingest([withheld])).toMatchObject([{ status: 'held' }])
    expect(driver.transactions - transactions).toBeGreaterThan(between.length)
    expect(between.every((one) => one === undefined || one.deleted)).toBe(true)
    expect(between).toContainEqual(expect.objectContaining({ deleted: true }))
    expect(new Set(args)).toEqual(new Set(['refused']))
    expect(codesOf((await writing) ?? [])).toEqual(['published', 'DOCUMENT_DELETED'])
    await expectLike(store, await storeWith([...whole, other]), created)
    expect(await historyOf(store, created)).toBe('PURGED')
  })

  test('is gone on with wherever the process ends, nothing is lost and nothing asked for again', async () => {
    const { panda, created, withheld, whole } = world()
    const elsewhere = await storeWith(whole)
    for (let steps = 1; ; steps += 2) {
      const schemaName = `ended after ${steps}`
      const before = await open({ schemaName })
      await before.ingest(without(whole, withheld))
      let left = steps
      driver.failOn = (sql) => sql.includes('FOR UPDATE') && --left < 0
      await before.ingest([withheld])
      driver.failOn = () => false
      const store = await openStore(driver, { schemaName })
      const ids = whole.map(({ id }) => id as string as Hash)
      expect(await store.sync.unknownIds(ids)).toEqual([])
      expect(await Promise.all(whole.slice(0, 3).map(({ id }) => store.isDecided(id)))).toEqual([true, true, true])
      expect(await store.parkedEntryOf(panda.publicKey)).toBeUndefined()
      await maintainAll(store)
      await expectLike(store, elsewhere, created)
      expect(await historyOf(store, created)).toEqual(await historyOf(elsewhere, created))
      if (left >= 0) break
    }
  })

  test('peers who give its entries again meanwhile are told that they are here', async () => {
    const { withheld, created, whole } = world()
    const elsewhere = await storeWith(whole)
    const schemaName = 'given again'
    const before = await open({ schemaName })
    await before.ingest(without(whole, withheld))
    let left = 3
    driver.failOn = (sql) => sql.includes('FOR UPDATE') && --left < 0
    await before.ingest([withheld])
    driver.failOn = () => false
    const store = await openStore(driver, { schemaName })
    const outcomes = await store.ingest(whole.filter((item) => item !== withheld))
    expect(new Set(outcomes.map((one) => (one.status === 'decided' ? one.decision : one.status)))).toEqual(
      new Set(['held']),
    )
    expect(outcomes.every(({ status }) => status === 'decided')).toBe(true)
    await maintainAll(store)
    await expectLike(store, elsewhere, created)
  })

  test('forget and verify come after it', async () => {
    const { withheld, created, whole } = world()
    const schemaName = 'forgotten meanwhile'
    const before = await open({ schemaName })
    await before.ingest(without(whole, withheld))
    let left = 2
    driver.failOn = (sql) => sql.includes('FOR UPDATE') && --left < 0
    await before.ingest([withheld])
    driver.failOn = () => false
    const store = await openStore(driver, { schemaName })
    let report = await store.verify()
    while (!report.isDone) report = await store.verify()
    const nothing = { tables: [], documents: [], rows: 0 }
    expect(report).toMatchObject({ repaired: nothing, lost: { entries: 0, documents: [] } })
    await store.forget({ document: created.documentId })
    expect(await store.documents([created.documentId])).toEqual([undefined])
    const outcomes = await store.ingest(whole)
    expect(outcomes.every((one) => one.status === 'decided' && one.decision === 'forgotten')).toBe(true)
  })
})

test('a document whose DELETE is refused in the end is shown with its fields', async () => {
  const [panda, penguin] = [new Author(1), new Author(2)]
  const created = createVenue(panda)
  const first = update(penguin, created, 7)
  const payload = Uint8Array.of(1, 2, 3)
  const wrong = signEntry({ logId: first.args.logId, seqNum: 2n, backlink: first.id }, payload, penguin.signer)
  const after = encodeOperation({ action: 'delete', schemaId, previous: hash(wrong) as never })
  const links = { logId: first.args.logId, seqNum: 3n, backlink: hash(wrong) }
  const deletion = { entry: signEntry(links, after, penguin.signer), operation: after }
  const store = await open()
  const outcomes = await store.ingest([created, first, { entry: wrong }, deletion])
  expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('held'))
  expect(await store.ingest([{ entry: wrong, operation: payload }])).toMatchObject([{ status: 'refused', final: true }])
  const [document] = await store.documents([created.documentId])
  expect(document).toMatchObject({ deleted: false, viewId: first.viewId })
  expect(document?.fields.get('capacity')?.value).toBe(7n)
  await expectLike(store, await storeWith([created, first, { entry: wrong, operation: payload }, deletion]), created)
})

describe('payloads that come one by one', () => {
  test('are collected until they pay for the work, or so many seconds have passed', () => {
    let now = 0
    const pace = new TakeBackPace(() => now)
    const document = { id: 'a' as never, entries: 1_000, payloads: 1 }
    expect(pace.isDue(document)).toBe(true)
    pace.took(document)
    expect(pace.isDue(document)).toBe(false)
    expect(pace.isDue({ ...document, payloads: 1_000 / ENTRIES_A_PAYLOAD + 1 })).toBe(true)
    expect(pace.isDue({ ...document, id: 'b' as never })).toBe(true)
    now = 100_000
    expect(pace.isDue(document)).toBe(true)
  })

  test('are kept meanwhile, and take effect without anybody sending them again', async () => {
    const began = stillClock()()
    let now = began
    const { created, whole, withheld } = world(20)
    const penguin = new Author(4)
    const [first, late] = [1, 2].map((capacity) => update(penguin, created, capacity, created.viewId)) as [
      SignedItem,
      SignedItem,
    ]
    const all = [...whole, first, late]
    const store = await open({ now: () => now })
    await store.ingest(without(all, withheld, late))
    expect(await store.ingest([withheld])).toMatchObject([{ status: 'held' }])
    const { number } = await store.sync.latestArrival()
    expect(await store.ingest([late])).toMatchObject([{ status: 'waiting', parked: true }])
    await maintainAll(store)
    expect(await store.sync.latestArrival()).toMatchObject({ number })
    expect(await store.sync.unknownIds([late.id], true)).toEqual([])
    now = began + 10_000
    await maintainAll(store)
    await expectLike(store, await storeWith(all), created)
  })
})
