import type { DocumentId } from '@rakko/core'
import { afterAll, expect, test } from 'vitest'
import type { Driver } from '../../src/driver/driver.js'
import type { IngestOutcome, Store } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { RecycledPlaces } from '../support/recycled-places.js'

const driver: Driver = await openMemoryDriver()
const places = new RecycledPlaces(driver)
afterAll(() => driver.close())

const FIELDS = { title: 'str', visits: 'int' } as const
const [author, other] = [new Author(1), new Author(2)]
const { items: definition, schemaId } = defineSchema(author, 'event', FIELDS)
const create = author.create(schemaId, { title: str('first'), visits: int(1) })
const update = other.update(create.documentId, schemaId, create.viewId, { visits: int(2) })
const second = other.create(schemaId, { title: str('second'), visits: int(3) })
const changes: SignedItem[] = []
for (let view = second.viewId; changes.length < 4; view = (changes.at(-1) as SignedItem).viewId) {
  changes.push(other.update(second.documentId, schemaId, view, { visits: int(10 + changes.length) }))
}
const items = [...definition, create, update, second, ...changes]
/** Arrival numbers. */
const numberOf = (item: SignedItem) => items.indexOf(item) + 1

/** What the same author may sign for the same place. */
function forgedCreate(): SignedItem {
  const forger = new Author(1)
  defineSchema(forger, 'event', FIELDS)
  return forger.create(schemaId, { title: str('forged'), visits: int(666) })
}

/** Another one for the place of `changes[index]`. */
function forgedChange(index: number): SignedItem {
  const forger = new Author(2)
  forger.update(create.documentId, schemaId, create.viewId, { visits: int(2) })
  let { viewId } = forger.create(schemaId, { title: str('second'), visits: int(3) })
  for (let change = 0; change < index; change += 1) {
    ;({ viewId } = forger.update(second.documentId, schemaId, viewId, { visits: int(10 + change) }))
  }
  return forger.update(second.documentId, schemaId, viewId, { visits: int(666) })
}

interface World {
  readonly store: Store
  readonly schemaName: string
  readonly right: unknown
}

const ids: readonly DocumentId[] = [create.documentId, second.documentId]

async function open(): Promise<World> {
  const schemaName = await places.take()
  const store = await openStore(driver, { schemaName })
  await store.ingest(items)
  return { store, schemaName, right: await store.documents(ids) }
}

async function verifyAll(store: Store) {
  for (;;) {
    const report = await store.verify()
    if (report.isDone) return report
  }
}

async function lose({ store, schemaName }: World, lost: Record<string, string>) {
  for (const [table, condition] of Object.entries(lost)) {
    await driver.exec(`DELETE FROM "${schemaName}".${table} WHERE ${condition}`)
  }
  await driver.exec(`UPDATE "${schemaName}".arrival SET number = number`)
  return verifyAll(store)
}

const said = (outcomes: readonly IngestOutcome[]) =>
  outcomes.map((outcome) => (outcome.status === 'decided' && outcome.isBack ? 'back' : outcome.status))

/** Logs that are forked: of which author, and which. */
async function forks({ schemaName }: World): Promise<unknown[]> {
  const { rows } = await driver.query(
    `SELECT a.public_key = '\\x${author.publicKey}'::bytea AS "isAuthor", h.log_id FROM "${schemaName}".heads AS h
       JOIN "${schemaName}".authors AS a ON a.number = h.author WHERE h.forked ORDER BY h.author, h.log_id`,
  )
  return rows
}

/** Entries that are known to be lost. */
async function lostCount({ schemaName }: World): Promise<unknown> {
  const { rows } = await driver.query<{ lost: bigint }>(`SELECT count(*) AS lost FROM "${schemaName}".lost WHERE entry`)
  return rows[0]?.lost
}

/** All documents are as they were, and a verification has nothing to say. */
async function expectWhole({ store, right }: World): Promise<void> {
  expect(await store.documents(ids)).toEqual(right)
  const { lost, repaired } = await verifyAll(store)
  expect({ lost, repaired: { ...repaired, tables: [] } }).toEqual({
    lost: { entries: 0, entryIds: [], documents: [] },
    repaired: { tables: [], documents: [], rows: 0 },
  })
  expect(await store.documents(ids)).toEqual(right)
}

const LOG = [{ isAuthor: true, log_id: BigInt(definition.length) }]
const AT = `= ${numberOf(create)}`

test.each([
  ['the row of its document is left', { entries: `number ${AT}` }],
  ['that row is lost too', { entries: `number ${AT}`, documents: `number ${AT}` }],
])('A forged CREATE takes no place of a lost one where %s, and the lost one comes back', async (_, lost) => {
  const world = await open()
  await lose(world, lost)
  expect(said(await world.store.ingest([forgedCreate()]))).toEqual(['held'])
  expect([await forks(world), await lostCount(world)]).toEqual([LOG, 1n])
  expect(said(await world.store.ingest([create]))).toEqual(['back'])
  expect(await lostCount(world)).toBe(0n)
  await expectWhole(world)
  places.giveBack(world.schemaName)
})

test.each([
  ['first', [forgedCreate(), create], ['held', 'back']],
  ['last', [create, forgedCreate()], ['back', 'held']],
])('A forged and a lost CREATE may come at once, the forged one %s', async (_, sent, outcomes) => {
  const world = await open()
  await lose(world, { entries: `number ${AT}` })
  expect(said(await world.store.ingest(sent))).toEqual(outcomes)
  expect(await forks(world)).toEqual(LOG)
  await expectWhole(world)
  places.giveBack(world.schemaName)
})

test('A lost CREATE comes back beside a branch of its log that was there before', async () => {
  const world = await open()
  await world.store.ingest([forgedCreate()])
  await lose(world, { entries: `number ${AT}` })
  expect(said(await world.store.ingest([create]))).toEqual(['back'])
  await expectWhole(world)
  places.giveBack(world.schemaName)
})

test('A place of a forgotten document is not a lost one', async () => {
  const world = await open()
  await world.store.forget({ document: create.documentId })
  const [lostOne] = changes as [SignedItem]
  await lose(world, { entries: `number = ${numberOf(lostOne)}` })
  expect(said(await world.store.ingest([forgedCreate()]))).toEqual(['held'])
  expect([await forks(world), await lostCount(world)]).toEqual([LOG, 1n])
  expect(said(await world.store.ingest([lostOne]))).toEqual(['back'])
  expect([await forks(world), await lostCount(world)]).toEqual([LOG, 0n])
  places.giveBack(world.schemaName)
})

test('A branch of a log whose document is forgotten takes no number of another entry', async () => {
  const world = await open()
  await world.store.forget({ document: second.documentId })
  await lose(world, { entries: `number = ${numberOf(update)}` })
  const forger = new Author(2)
  forger.update(create.documentId, schemaId, create.viewId, { visits: int(2) })
  const forged = forger.create(schemaId, { title: str('forged'), visits: int(666) })
  const next = forger.update(forged.documentId, schemaId, forged.viewId, { visits: int(667) })
  expect(said(await world.store.ingest([forged, next]))).toEqual(['held', 'held'])
  expect(await lostCount(world)).toBe(1n)
  expect(said(await world.store.ingest([update]))).toEqual(['back'])
  expect([await forks(world), await lostCount(world)]).toEqual([[{ isAuthor: false, log_id: 1n }], 0n])
  places.giveBack(world.schemaName)
})

test.each([
  ['the entry behind it is stored', 1],
  ['it is the latest of its log', 3],
])('A forged update takes no place of a lost one where %s', async (_, index) => {
  const world = await open()
  const lost = changes[index] as SignedItem
  await lose(world, { entries: `number = ${numberOf(lost)}` })
  expect(said(await world.store.ingest([forgedChange(index)]))).toEqual(['held'])
  expect([await forks(world), await lostCount(world)]).toEqual([[{ isAuthor: false, log_id: 1n }], 1n])
  places.giveBack(world.schemaName)
})

test('What nothing tells apart fills a place once, and is not called the lost one', async () => {
  const world = await open()
  const [, one, next] = changes as [SignedItem, SignedItem, SignedItem]
  await lose(world, { entries: `number IN (${numberOf(one)}, ${numberOf(next)})` })
  expect(said(await world.store.ingest([forgedChange(1), one]))).toEqual(['held', 'held'])
  expect([await forks(world), await lostCount(world)]).toEqual([[{ isAuthor: false, log_id: 1n }], 1n])
  expect(said(await world.store.ingest([next]))).toEqual(['back'])
  expect(await lostCount(world)).toBe(0n)
  places.giveBack(world.schemaName)
})

test('Lost entries that come at once are known by what stands behind all of them', async () => {
  const world = await open()
  const [first, next, third] = changes as [SignedItem, SignedItem, SignedItem]
  await lose(world, { entries: `number IN (${[first, next, third].map(numberOf).join(',')})` })
  expect(said(await world.store.ingest([forgedChange(1), first, next, third]))).toEqual([
    'held',
    'back',
    'back',
    'back',
  ])
  expect(await forks(world)).toEqual([{ isAuthor: false, log_id: 1n }])
  places.giveBack(world.schemaName)
})

test('An entry comes back however many others are lost', async () => {
  const world = await open()
  const [lostOne] = changes as [SignedItem]
  await lose(world, { entries: `number = ${numberOf(lostOne)}` })
  // As a verification leaves it that has found so many.
  await driver.exec(`INSERT INTO "${world.schemaName}".lost (number, entry)
    SELECT n, true FROM generate_series(1000, 201000) AS n; UPDATE "${world.schemaName}".arrival SET number = 201000,
    lost = (SELECT count(*) FROM "${world.schemaName}".lost)`)
  expect(said(await world.store.ingest([lostOne]))).toEqual(['back'])
  expect(await lostCount(world)).toBe(200_001n)
  places.giveBack(world.schemaName)
})

test('A counter that is far too large makes a verification no longer than what may be lost behind the last entry', async () => {
  const { store, schemaName } = await open()
  await driver.exec(`UPDATE "${schemaName}".arrival SET number = ${2 ** 40}`)
  let report = await store.verify()
  while (report.entriesInAll === 0) report = await store.verify()
  expect(report.entriesInAll).toBe(items.length + 200_000)
  places.giveBack(schemaName)
})

test('A slice reduces as many documents as have few bytes', async () => {
  const { store, schemaName } = await open()
  const writer = new Author(3)
  const long = Array.from({ length: 10 }, (_, index) =>
    writer.create(schemaId, { title: str(`${index}`.repeat(1_000_000)), visits: int(0) }),
  )
  await store.ingest(long)
  const looked = new Set<number>()
  for (let isDone = false; !isDone; ) {
    const report = await store.verify()
    looked.add(report.documents)
    ;({ isDone } = report)
  }
  const short = definition.length + ids.length
  expect([...looked]).toEqual([0, short + 8, short + 10])
  places.giveBack(schemaName)
})
