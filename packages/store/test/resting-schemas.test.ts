import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../src/store.js'
import { hasFindings } from '../src/verify-report.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, int, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'
import { PgliteHarness } from './support/pglite-harness.js'
import {
  all,
  barn,
  cave,
  DOCUMENTS,
  definitions,
  filled,
  fillers,
  hall,
  LIMITS,
  largerZoo,
  mill,
  noPark,
  otherZoo,
  panda,
  readAll,
  shed,
  stranger,
  venue,
  venues,
  visit,
  visits,
  withVenues,
  zoo,
} from './support/resting-schemas.js'

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())
const harness = new PgliteHarness(driver, LIMITS)

/** A store that counts the schemas for no limit, so that they never rest. */
async function neverResting(): Promise<Store> {
  const store = await harness.open()
  store.allowSchemas([venue, visit, ...fillers].map(({ schemaId }) => schemaId))
  return store
}

async function tables(store: Store): Promise<string[]> {
  const { rows } = await driver.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 AND tablename ~ '^[dpw][0-9]'
       AND tablename NOT IN ('d1', 'd2', 'p2') ORDER BY 1`,
    [harness.schemaName(store)],
  )
  return rows.map(({ name }) => name)
}

const filling = async (store: Store) => (await tables(store)).filter((name) => name.startsWith('w'))

async function maintain(store: Store): Promise<void> {
  while (await store.maintain());
}

describe('a schema whose first document finds no room for tables', () => {
  let store: Store
  let reference: Store

  beforeAll(async () => {
    store = await harness.open()
    reference = await neverResting()
    for (const one of [store, reference]) {
      await publishAll(one, [...definitions, ...filled, ...venues, ...visits])
      await publishAll(one, [largerZoo, otherZoo, noPark])
      await maintain(one)
    }
  })

  test('has its documents stored, and no tables', async () => {
    const found = await tables(store)
    expect(found.filter((name) => name.startsWith('d'))).toHaveLength(LIMITS.ofAuthor)
    expect(found.filter((name) => /^[pw]/.test(name))).toEqual([])
    expect(await store.stateHash(venue.schemaId)).toBe(await reference.stateHash(venue.schemaId))
    expect(await tables(store)).toEqual(found)
  })

  test('is verified as it is', async () => {
    const reports = [await store.verify()]
    while (reports.at(-1)?.isDone === false) reports.push(await store.verify())
    expect(reports.filter(hasFindings)).toEqual([])
  })

  test.each<readonly [string, (one: Store) => Promise<unknown>]>([
    ['a document', (one) => one.documents([zoo.documentId])],
    ['a snapshot', (one) => one.snapshot(all(venue.schemaId)).then(({ documents }) => documents)],
    ['what another schema includes', (one) => one.query(withVenues)],
  ])('answers as one that never rested, whatever is asked for first: %s', async (_, ask) => {
    const fresh = await harness.open()
    await publishAll(fresh, [...definitions, ...filled, ...venues, ...visits, largerZoo, otherZoo, noPark])
    expect(await ask(fresh)).toEqual(await ask(reference))
    expect(await readAll(fresh)).toEqual(await readAll(reference))
  })

  /** Fills some of the tables, and ends. */
  async function fillSome(of: Store): Promise<void> {
    let slices = 0
    driver.failOn = (text) => text.includes('INTO "store') && /\.w[0-9]+ /.test(text) && ++slices === 2
    await expect(of.count(all(venue.schemaId))).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    driver.failOn = () => false
    expect(await filling(of)).toHaveLength(1)
  }

  test('gives back what was begun and nobody goes on with, in a quiet moment of this process or the next', async () => {
    const begun = await harness.open()
    await publishAll(begun, [...definitions, ...filled, ...venues, ...visits, largerZoo, otherZoo, noPark])
    await maintain(begun)
    await fillSome(begun)
    await maintain(begun)
    expect(await filling(begun)).toEqual([])
    await fillSome(begun)
    const next = await harness.reopen(begun)
    await maintain(next)
    expect(await filling(next)).toEqual([])
    expect(await readAll(next)).toEqual(await readAll(reference))
  })

  test('lets calls in that come while it is filled', async () => {
    const asked = await harness.open()
    await publishAll(asked, [...definitions, ...filled, ...venues])
    const answered: string[] = []
    const counted = asked.count(all(venue.schemaId)).then(() => answered.push('its count'))
    await new Promise((resolve) => setImmediate(resolve))
    await asked.isDecided(zoo.id).then(() => answered.push('another call'))
    await counted
    expect(answered).toEqual(['another call', 'its count'])
  })

  test('is filled where the last process has left off, with what came meanwhile', async () => {
    await fillSome(store)
    const reopened = await harness.reopen(store)
    const late = stranger.create(venue.schemaId, { capacity: int(5), name: str('late') })
    const lateHall = stranger.update(hall.documentId, venue.schemaId, hall.viewId, { capacity: int(6) })
    const noBarn = stranger.delete(barn.documentId, venue.schemaId, barn.viewId)
    for (const one of [reopened, reference]) await publishAll(one, [late, lateHall, noBarn])
    expect(await readAll(reopened)).toEqual(await readAll(reference))
    expect(await filling(reopened)).toEqual([])
    store = reopened
  })

  test('has tables as any other from then on', async () => {
    const next = [
      stranger.create(venue.schemaId, { capacity: int(7), name: str('new') }),
      stranger.delete(shed.documentId, venue.schemaId, shed.viewId),
    ]
    for (const one of [store, reference]) await publishAll(one, next)
    expect(await readAll(store)).toEqual(await readAll(reference))
  })
})

describe('where strangers have as many tables as there may be', () => {
  const keys = Array.from({ length: LIMITS.ofStrangers / LIMITS.ofAuthor }, (_, index) => new Author(700 + index))
  const others = Array.from({ length: LIMITS.ofStrangers }, (_, index) =>
    defineSchema(panda, `other_${index}`, { name: 'str' }),
  )
  const creates = others.map(({ schemaId }, index) =>
    (keys[Math.floor(index / LIMITS.ofAuthor)] as Author).create(schemaId, { name: str(`${index}`) }),
  )
  const ask = (of: Store, index: number) => of.query(all((others[index] as (typeof others)[0]).schemaId))
  const namesIn = async (of: Store, index: number) =>
    (await ask(of, index)).documents.map(({ fields }) => fields.get('name'))
  const ofVenues = [...venue.items, ...visit.items, ...venues, ...visits, largerZoo, otherZoo, noPark]
  const last = others.length - 1
  let store: Store
  let reference: Store
  let before: Record<string, unknown>

  beforeAll(async () => {
    ;[store, reference] = [await harness.open(), await neverResting()]
    for (const one of [store, reference]) await publishAll(one, ofVenues)
    await maintain(store)
    before = await readAll(reference)
    await publishAll(
      store,
      others.flatMap(({ items }) => items),
    )
    await publishAll(store, creates)
  })

  const count = async (of: Store) => (await tables(of)).filter((name) => name.startsWith('d')).length
  const tablesOfBoth = async (of: Store) => (await tables(of)).filter((name) => /^[dp][56]$/.test(name))

  /** Asks for all others, those that rest at the end. */
  async function askOthers(of: Store): Promise<void> {
    const standing = new Set(await tables(of))
    const rests = (index: number) => !standing.has(`d${index + 7}`)
    const indexes = [...others.keys()].sort((a, b) => Number(rests(a)) - Number(rests(b)))
    for (const index of indexes) await ask(of, index)
  }

  test('another one rests, until somebody asks: then a small one that nobody asked for gives way', async () => {
    expect(await count(store)).toBe(LIMITS.ofStrangers)
    expect(await tables(store)).not.toContain(`d${last + 7}`)
    expect(await namesIn(store, last)).toEqual([str(`${last}`)])
    expect(await count(store)).toBe(LIMITS.ofStrangers)
    expect(await tables(store)).toEqual(expect.arrayContaining(['d5', `d${last + 7}`]))
    expect(await readAll(store)).toEqual(before)
  })

  test('those that were asked for longest ago give way once all were asked for', async () => {
    await askOthers(store)
    expect(await tablesOfBoth(store)).toEqual([])
    expect(await count(store)).toBe(LIMITS.ofStrangers)
  })

  test('what comes for one that gave way is there when it is asked for, also by the next process', async () => {
    const next = [
      stranger.create(venue.schemaId, { capacity: int(5), name: str('later') }),
      stranger.update(mill.documentId, venue.schemaId, mill.viewId, { capacity: int(6) }),
      stranger.create(visit.schemaId, {
        at: { type: 'pinned_relation', value: mill.viewId },
        to: { type: 'relation', value: mill.documentId },
      }),
    ]
    for (const one of [store, reference]) {
      await publishAll(one, next)
      await one.forget({ document: cave.documentId })
    }
    const reopened = await harness.reopen(store)
    await maintain(reopened)
    expect(await tablesOfBoth(reopened)).toEqual([])
    const expected = await readAll(reference)
    expect(await readAll(reopened)).toEqual(expected)
    // This process knew of no tables.
    expect(await readAll(store)).toEqual(expected)
  })

  test('a process that knew of tables which another has dropped makes them again', async () => {
    const other = await openStore(driver, { schemaName: harness.schemaName(store), tableLimits: LIMITS })
    const expected = await readAll(other)
    await askOthers(store)
    expect(await tablesOfBoth(store)).toEqual([])
    expect(await readAll(other)).toEqual(expected)
  })

  test('those without living documents give way first, also where they were just asked for', async () => {
    const [gone] = creates as [SignedItem]
    const [key] = keys as [Author]
    const [{ schemaId }] = others as [(typeof others)[0]]
    await publishAll(store, [key.delete(gone.documentId, schemaId, gone.viewId)])
    expect(await namesIn(store, 0)).toEqual([])
    expect(await tables(store)).toContain('d7')
    const standing = new Set(await tables(store))
    const resting = [...others.keys()].find((index) => !standing.has(`d${index + 7}`))
    await ask(store, resting ?? 0)
    expect(await tables(store)).not.toContain('d7')
  })

  test('an app that declares one has it beside them', async () => {
    await store.declareIndexes([{ schemaId: venue.schemaId, indexes: [['capacity']] }])
    for (let index = 0; index <= last; index += 1) {
      if (!(await tables(store)).includes(`d${index + 7}`)) await ask(store, index)
      if ((await count(store)) > LIMITS.ofStrangers) break
    }
    expect(await count(store)).toBe(LIMITS.ofStrangers + 1)
    expect(await store.sql('SELECT count(*) AS n FROM venue')).toEqual([{ n: BigInt(DOCUMENTS - 1) }])
  })

  test('many more of them, by as many keys, take no table and no file', async () => {
    const relations = async () => {
      const { rows } = await driver.query(
        `SELECT count(*) AS n FROM pg_class WHERE relnamespace = $1::regnamespace OR relname LIKE 'pg_toast_%'`,
        [`"${harness.schemaName(store)}"`],
      )
      return rows
    }
    const before = await relations()
    const more = Array.from({ length: 4 * LIMITS.ofStrangers }, (_, index) => {
      const key = new Author(800 + index)
      const { items, schemaId } = defineSchema(key, `more_${index}`, { name: 'str' })
      return { items, created: key.create(schemaId, { name: str(`${index}`) }) }
    })
    const outcomes = await store.ingest(more.flatMap(({ items, created }) => [...items, created]))
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['held']))
    expect(await relations()).toEqual(before)
  })

  test('none gives way while entries are lost: TABLE_LIMIT says what to do', async () => {
    await driver.query(`UPDATE "${harness.schemaName(store)}".arrival SET lost = 1`)
    await expect(store.query(all(visit.schemaId))).rejects.toMatchObject({
      code: 'TABLE_LIMIT',
      details: { field: 'schemaId' },
    })
  })
})
