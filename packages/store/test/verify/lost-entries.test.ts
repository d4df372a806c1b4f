import { type DocumentId, type DocumentViewId, parseQuery, type Schema, type SchemaId } from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import type { Driver } from '../../src/driver/driver.js'
import type { IngestOutcome, Store } from '../../src/store.js'
import type { VerifyReport } from '../../src/verify-report.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { RecycledPlaces } from '../support/recycled-places.js'

const COUNT = 12
const driver: Driver = await openMemoryDriver()
const places = new RecycledPlaces(driver)
afterAll(() => driver.close())

let items: SignedItem[]
let definitions: number
let ids: DocumentId[]
let schemaId: SchemaId

beforeAll(() => {
  const [author, other] = [new Author(1), new Author(2)]
  const definition = defineSchema(author, 'event', { title: 'str', visits: 'int' })
  schemaId = definition.schemaId
  definitions = definition.items.length
  const creates = Array.from({ length: COUNT }, (_, index) =>
    author.create(schemaId, { title: str(`event ${index}`), visits: int(index) }),
  )
  ids = creates.map(({ documentId }) => documentId)
  const rest: SignedItem[] = []
  for (const [index, { documentId, viewId }] of creates.entries()) {
    if (index % 3 === 0) continue
    let view = viewId
    // Long enough for links that go back further than one entry.
    for (let change = 0; change < (index % 3 === 1 ? 2 : 6); change += 1) {
      const writer = (index + change) % 2 === 0 ? other : author
      const update = writer.update(documentId, schemaId, view, { visits: int(100 * change) })
      rest.push(update)
      view = update.viewId
    }
    if (index === 4) rest.push(other.delete(documentId, schemaId, view))
  }
  items = [...definition.items, ...creates, ...rest]
})

interface World {
  readonly store: Store
  readonly schemaName: string
  readonly right: unknown
  readonly hash: string
}

async function open(): Promise<World> {
  const schemaName = await places.take()
  const store = await openStore(driver, { schemaName })
  await store.ingest(items)
  return { store, schemaName, right: await store.documents(ids), hash: await store.stateHash(schemaId) }
}

async function verifyAll(store: Store): Promise<VerifyReport> {
  for (;;) {
    const report = await store.verify()
    if (report.isDone) return report
  }
}

/** Takes rows away as a page of zeros would, and lets a verification see it. `lose`: conditions on rows, by table. */
async function lose({ store, schemaName }: World, lost: Record<string, string>): Promise<VerifyReport> {
  for (const [table, condition] of Object.entries(lost)) {
    await driver.exec(`DELETE FROM "${schemaName}".${table} WHERE ${condition}`)
  }
  await driver.exec(`UPDATE "${schemaName}".arrival SET number = number`)
  return verifyAll(store)
}

/** What waited for documents that are back is looked at in a quiet moment. */
async function maintainAll(store: Store): Promise<void> {
  for (let slices = 0; await store.maintain(); slices += 1) expect(slices).toBeLessThan(100)
}

/** All is as before, nothing is known as lost, and a verification has nothing to say. */
async function expectWhole({ store, right, hash, schemaName }: World): Promise<void> {
  await maintainAll(store)
  expect(await store.documents(ids)).toEqual(right)
  expect(await store.stateHash(schemaId)).toBe(hash)
  const { lost, repaired } = await verifyAll(store)
  expect(lost).toEqual({ entries: 0, entryIds: [], documents: [] })
  expect({ ...repaired, tables: [] }).toEqual({ tables: [], documents: [], rows: 0 })
  const { rows } = await driver.query(
    `SELECT (SELECT count(*) FROM "${schemaName}".lost) AS lost, (SELECT lost FROM "${schemaName}".arrival) AS counted,
       (SELECT count(*) FROM "${schemaName}".heads WHERE forked) AS forked`,
  )
  expect(rows).toEqual([{ lost: 0n, counted: 0n, forked: 0n }])
}

/** By the status of each. */
const statuses = (outcomes: readonly IngestOutcome[]) =>
  outcomes.map((outcome) => (outcome.status === 'decided' && outcome.isBack ? 'back' : outcome.status))

test('A lost update is taken back, and its document stays as it was', async () => {
  const world = await open()
  const number = definitions + COUNT + 1
  expect((await lose(world, { entries: `number = ${number}` })).lost.entries).toBe(1)
  const item = items[number - 1] as SignedItem
  expect(statuses(await world.store.ingest([item]))).toEqual(['back'])
  expect(statuses(await world.store.ingest([item]))).toEqual(['decided'])
  await expectWhole(world)
  places.giveBack(world.schemaName)
})

test('A document whose entries and rows are lost can be read once they come again, in any order', async () => {
  const world = await open()
  const first = definitions + 1
  // Its CREATE, and the rows of it and of its neighbour.
  const { lost } = await lose(world, {
    entries: `number IN (${first + 1}, ${first + 2})`,
    documents: `number IN (${first + 1}, ${first + 2})`,
    d5: `document IN (${first + 1}, ${first + 2})`,
  })
  expect(lost.entries).toBe(2)
  const reopened = await openStore(driver, { schemaName: world.schemaName })
  for (const item of [...items].reverse()) await reopened.ingest([item])
  await expectWhole({ ...world, store: reopened })
  places.giveBack(world.schemaName)
})

test('A document that gets an operation while entries of it are lost reads as damaged until they come again', async () => {
  const world = await open()
  // The second of six changes.
  const [id, first] = [ids[2] as DocumentId, items.findIndex(({ documentId }) => documentId === ids[2]) + 1]
  const changes = items.flatMap((item, index) => (item.documentId === id && index >= first ? [index + 1] : []))
  await lose(world, { entries: `number = ${changes[1]}` })
  const [before] = await world.store.documents([id])
  expect(before?.viewId).toBe(items[(changes[5] ?? 0) - 1]?.viewId)
  const concurrent = new Author(3).update(id, schemaId, id as string as DocumentViewId, { title: str('meanwhile') })
  expect(statuses(await world.store.ingest([concurrent]))).toEqual(['held'])
  await expect(world.store.documents([id])).rejects.toMatchObject({ code: 'DATABASE_DAMAGED' })
  expect((await verifyAll(world.store)).lost.documents).toEqual([id])
  await expect(world.store.documents([id])).rejects.toMatchObject({ code: 'DATABASE_DAMAGED' })
  expect(statuses(await world.store.ingest([items[(changes[1] ?? 0) - 1] as SignedItem]))).toEqual(['back'])
  const [after] = await world.store.documents([id])
  expect([...(after?.fields.values() ?? [])]).toContainEqual(str('meanwhile'))
  expect((await verifyAll(world.store)).lost).toEqual({ entries: 0, entryIds: [], documents: [] })
  places.giveBack(world.schemaName)
})

test('Pages and counts tell of lost documents until these are back or forgotten', async () => {
  const world = await open()
  const { store, schemaName } = world
  const schema = (await store.schema(schemaId)) as Schema
  const query = parseQuery({ first: 100 }, schema)
  const whole = await store.query(query)
  const living = whole.documents.length
  expect(whole).not.toHaveProperty('lost')
  const first = definitions + 1
  await lose(world, { entries: `number = ${first}` })
  for (const one of [store, await openStore(driver, { schemaName })]) {
    expect(await one.query(query)).toMatchObject({ lost: 1 })
    const refused = { code: 'DATABASE_DAMAGED', details: { count: living, lost: 1 } }
    await expect(one.count(query)).rejects.toMatchObject(refused)
  }
  await store.forget({ document: ids[0] as DocumentId })
  expect(await store.query(query)).not.toHaveProperty('lost')
  expect(await store.count(query)).toBe(living - 1)
  expect(statuses(await store.ingest([items[first - 1] as SignedItem]))).toEqual(['decided'])
  expect(await store.documents([ids[0] as DocumentId])).toEqual([undefined])
  expect((await verifyAll(store)).lost).toEqual({ entries: 0, entryIds: [], documents: [] })
  places.giveBack(schemaName)
})

test('An entry that never was here forks its log, also where others are lost', async () => {
  const world = await open()
  await lose(world, { entries: `number = ${definitions + COUNT + 1}` })
  const forker = new Author(1)
  defineSchema(forker, 'event', { title: 'str', visits: 'int' })
  const forked = forker.create(schemaId, { title: str('other'), visits: int(1) })
  expect(statuses(await world.store.ingest([forked]))).toEqual(['held'])
  const { rows } = await driver.query(`SELECT log_id FROM "${world.schemaName}".heads WHERE forked`)
  expect(rows).toHaveLength(1)
  places.giveBack(world.schemaName)
})

// The eleventh loses the first entry of a log that is no CREATE.
test.each(seeds(11))('Whatever entries are lost, all is as before once all have come again (seed %d)', async (seed) => {
  const random = new Random(seed)
  const world = await open()
  const all = Array.from({ length: items.length - definitions }, (_, index) => definitions + 1 + index)
  const some = (most: number) => [0, ...random.some(all, most)].join(',')
  const conditions: Record<string, string> = { entries: `number IN (${some(random.integer(20) + 1)})` }
  if (random.chance(0.5)) conditions.documents = `number IN (${some(6)})`
  if (random.chance(0.3)) conditions.d5 = `document IN (${some(6)})`
  if (random.chance(0.3)) conditions.heads = `document IN (${some(3)})`
  await lose(world, conditions)
  // A peer sends all that it has, some of it twice, in parts and in any order.
  const sent = [...items, ...items.filter(() => random.chance(0.2))]
    .map((item) => [random.number(), item] as const)
    .sort(([one], [other]) => one - other)
    .map(([, item]) => item)
  while (sent.length > 0) await world.store.ingest(sent.splice(0, 1 + random.integer(12)))
  await expectWhole(world)
  places.giveBack(world.schemaName)
})
