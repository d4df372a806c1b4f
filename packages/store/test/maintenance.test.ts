import type { RakkoError, SchemaId } from '@rakko/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { IDEMPOTENCY_MS } from '../src/decide/received-item.js'
import type { MaintenanceSlice } from '../src/maintenance-slice.js'
import type { Store } from '../src/store.js'
import { Author } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, int, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'
import { PgliteHarness } from './support/pglite-harness.js'

/** Enough that one update of all of them is worth a VACUUM. */
const ROWS = 1_500
const MAX_SLICES = 50
const HOUR_MS = 60 * 60 * 1000
/** Segments between two checkpoints, and those kept to be filled again. */
const MAX_LOG_DIRECTORY_BYTES = 80 * 1024 * 1024

const driver = new CountingDriver(await openMemoryDriver())
afterAll(() => driver.close())

const harness = new PgliteHarness(driver)
let now = 1_000_000_000_000
let store: Store
let panda: Author
let schemaId: SchemaId
let table: string

beforeAll(async () => {
  store = await harness.open({ now: () => now })
  panda = new Author(1)
  const definition = defineSchema(panda, 'venue', { capacity: 'int', name: 'str' })
  schemaId = definition.schemaId
  await publishAll(store, definition.items)
  await publishAll(
    store,
    Array.from({ length: ROWS }, (_, index) => panda.create(schemaId, { name: str(`${index}`), capacity: int(1) })),
  )
  const { rows } = await driver.query<{ number: number }>(
    `SELECT number FROM "${harness.schemaName(store)}".schemas WHERE schema_id = $1`,
    [schemaId],
  )
  table = `"${harness.schemaName(store)}".d${rows[0]?.number}`
  await store.declareIndexes([{ schemaId, indexes: [['name']] }])
})

beforeEach(async () => {
  await maintainAll()
  driver.reset()
})

async function maintainAll(): Promise<MaintenanceSlice[]> {
  const slices: MaintenanceSlice[] = []
  while (slices.length < MAX_SLICES) {
    const slice = await store.maintain()
    if (slice === undefined) return slices
    slices.push(slice)
  }
  throw new Error(`there is no end to it: ${JSON.stringify(slices)}`)
}

const updateAll = () => driver.query(`UPDATE ${table} SET f0 = f0 + 1`)
/** What an index has: its entries are left behind too. */
const renameAll = () => driver.query(`UPDATE ${table} SET f0 = f0 + 1, f1 = 'Stage ' || f0`)

async function bytesOf(sql: string): Promise<number> {
  const { rows } = await driver.query<{ bytes: bigint }>(`SELECT (${sql})::bigint AS bytes`)
  return Number(rows[0]?.bytes)
}
const tableBytes = () => bytesOf(`pg_relation_size('${table}') + pg_indexes_size('${table}')`)
const logBytes = () => bytesOf('SELECT sum(size) FROM pg_ls_waldir()')

describe('maintenance', () => {
  test('keeps table and log bounded under a hundred updates of every row', async () => {
    const before = await tableBytes()
    let most = 0
    for (let round = 0; round < 100; round++) {
      await renameAll()
      await maintainAll()
      most = Math.max(most, await logBytes())
    }
    expect(await tableBytes()).toBeLessThanOrEqual(4 * before)
    expect(most).toBeLessThanOrEqual(MAX_LOG_DIRECTORY_BYTES)
    // What a killed process would have to read again.
    expect(await driver.maintenance?.logBytes()).toBeLessThanOrEqual(8 * 1024 * 1024)
  })

  test('has nothing to make up for where no index has what is updated: old rows give their room to new ones', async () => {
    const before = await tableBytes()
    for (let round = 0; round < 20; round++) await updateAll()
    expect(await tableBytes()).toBe(before)
    expect(await store.maintain({ urgentOnly: true })).toBeUndefined()
  })

  test('vacuums what has dead rows, analyses what has changed, and nothing else', async () => {
    expect(await maintainAll()).toEqual([])
    await updateAll()
    expect(await maintainAll()).toEqual([
      { kind: 'vacuum', table },
      { kind: 'analyze', table },
    ])
  })

  test('takes a few statements a slice, be anything due or not', async () => {
    expect(await store.maintain()).toBeUndefined()
    expect(driver.statements).toBe(4)
    await updateAll()
    driver.reset()
    expect(await store.maintain()).toEqual({ kind: 'vacuum', table })
    expect(driver.statements).toBe(3)
  })

  test('leaves to a quiet moment what can wait, and not what cannot', async () => {
    const urgent = () => store.maintain({ urgentOnly: true })
    await updateAll()
    expect(await urgent()).toBeUndefined()
    for (let round = 0; round < 8; round++) await renameAll()
    expect(await urgent()).toEqual({ kind: 'vacuum', table })
    expect(await urgent()).toBeUndefined()
  })

  test('judges tables by their growth where a crash has lost the counts', async () => {
    const before = await tableBytes()
    for (let round = 0; round < 20; round++) await renameAll()
    expect(await tableBytes()).toBeGreaterThan(before)
    await driver.query('SELECT pg_stat_reset()')
    store = await harness.reopen(store)
    expect(await maintainAll()).toContainEqual({ kind: 'vacuum', table })
    // The room is there again: updates need next to no more of it.
    const vacuumed = await tableBytes()
    for (let round = 0; round < 8; round++) await renameAll()
    expect(await tableBytes()).toBeLessThanOrEqual(1.1 * vacuumed)
  })

  test('leaves a table alone whose maintenance failed, and goes on with the others', async () => {
    const heads = `"${harness.schemaName(store)}".heads`
    const exec = driver.exec
    driver.exec = (sql) => exec(sql.includes(heads) ? 'SELECT 1 / 0' : sql)
    try {
      await updateAll()
      await driver.query(`UPDATE ${heads} SET forked = false`)
      const slice = () => store.maintain().catch((error: RakkoError) => error.code)
      const slices = [await slice(), await slice(), await slice(), await slice()]
      expect(slices).toHaveLength(4)
      expect(slices).toEqual(
        expect.arrayContaining(['STORAGE_FAILED', { kind: 'vacuum', table }, { kind: 'analyze', table }, undefined]),
      )
    } finally {
      driver.exec = exec
      store = await harness.reopen(store)
    }
  })

  test('drops idempotency ids that are a day old, looking once an hour', async () => {
    const count = async () => Number(await bytesOf(`SELECT count(*) FROM "${harness.schemaName(store)}".idempotency`))
    const create = panda.create(schemaId, { name: str('once'), capacity: int(1) })
    await publishAll(store, [{ ...create, idempotencyId: 'once' }])
    now += HOUR_MS
    expect(await maintainAll()).toEqual([{ kind: 'expire' }])
    expect(await count()).toBe(1)
    now += IDEMPOTENCY_MS - HOUR_MS
    expect(await maintainAll()).toEqual([{ kind: 'expire' }])
    expect(await count()).toBe(0)
    now += HOUR_MS - 1
    expect(await maintainAll()).toEqual([])
  })

  test('leaves to a server what a server does by itself', async () => {
    const server = Object.create(driver, { maintenance: { value: undefined } }) as CountingDriver
    const served = await openStore(server, { schemaName: harness.schemaName(store), now: () => now })
    for (let round = 0; round < 5; round++) await updateAll()
    expect(await served.maintain()).toEqual({ kind: 'expire' })
    expect(await served.maintain()).toBeUndefined()
  })
})
