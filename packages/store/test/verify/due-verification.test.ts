import { afterAll, beforeAll, expect, test } from 'vitest'
import { VERIFY_AFTER_OPENING_MS, VERIFY_EVERY_MS } from '../../src/maintain/due-verification.js'
import type { MaintenanceSlice } from '../../src/maintenance-slice.js'
import type { Store } from '../../src/store.js'
import { Author } from '../support/author.js'
import { defineSchema, str } from '../support/definitions.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'

const MAX_SLICES = 200
const driver = await openMemoryDriver()
afterAll(() => driver.close())

let now = 1_000_000_000_000
let store: Store

beforeAll(async () => {
  store = await openStore(driver, { now: () => now, verifyEveryMs: VERIFY_EVERY_MS })
  const author = new Author(1)
  const { items, schemaId } = defineSchema(author, 'venue', { name: 'str' })
  await store.ingest([...items, author.create(schemaId, { name: str('Stage') })])
})

/** Slices of verifications until nothing is due. */
async function verified(one: Store): Promise<Extract<MaintenanceSlice, { kind: 'verify' }>[]> {
  const found: Extract<MaintenanceSlice, { kind: 'verify' }>[] = []
  for (let slices = 0; slices < MAX_SLICES; slices += 1) {
    const slice = await one.maintain()
    if (slice === undefined) return found
    if (slice.kind === 'verify') found.push(slice)
  }
  throw new Error('there is no end to it')
}

const after = async (ms: number, one = store) => {
  now += ms
  return (await verified(one)).map(({ report }) => report.isDone)
}

test('A database is verified once in a while, in slices, and not in the first minutes', async () => {
  expect(await after(0)).toEqual([])
  expect(await after(VERIFY_AFTER_OPENING_MS - 1)).toEqual([])
  const slices = await after(1)
  expect(slices.length).toBeGreaterThan(5)
  expect(slices.filter((isDone) => isDone)).toEqual([true])
  expect(slices.at(-1)).toBe(true)
  expect(await after(VERIFY_EVERY_MS - 1)).toEqual([])
  expect(await after(1)).toEqual(slices)
})

test('It is done between other slices only where nothing is urgent', async () => {
  now += VERIFY_EVERY_MS
  expect(await store.maintain({ urgentOnly: true })).toBeUndefined()
  expect((await verified(store)).length).toBeGreaterThan(0)
})

test('When the latest one ended outlives the process, whoever has asked for it', async () => {
  now += VERIFY_EVERY_MS - VERIFY_AFTER_OPENING_MS
  while (!(await store.verify()).isDone);
  const other = await openStore(driver, { now: () => now, verifyEveryMs: VERIFY_EVERY_MS })
  expect(await after(VERIFY_EVERY_MS - 1, other)).toEqual([])
  expect((await after(1, other)).at(-1)).toBe(true)
  // And the first store sees what the second one did.
  expect(await after(0)).toEqual([])
})

test('It goes on where a call was ended', async () => {
  await store.verify()
  await store.verify()
  const left = (await after(0)).length
  const all = (await after(VERIFY_EVERY_MS)).length
  expect(left).toBe(all - 2)
})

test('Infinity turns it off, and what is no time is refused', async () => {
  const off = await openStore(driver, { now: () => now, verifyEveryMs: Number.POSITIVE_INFINITY })
  expect(await after(VERIFY_EVERY_MS * 100, off)).toEqual([])
  for (const verifyEveryMs of [0, -1, Number.NaN, '7' as unknown as number]) {
    await expect(openStore(driver, { verifyEveryMs })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field: 'verifyEveryMs' },
    })
  }
})
