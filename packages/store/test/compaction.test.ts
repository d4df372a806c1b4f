import { createHash } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { MaintenanceSlice } from '../src/maintenance-slice.js'
import type { Store } from '../src/store.js'
import { Author } from './support/author.js'
import { defineSchema, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'

const DOCUMENTS = 1_200
/** One stays of so many. */
const KEPT = 4
const MAX_SLICES = 200

const driver = await openMemoryDriver()
afterAll(() => driver.close())

/** Text that PostgreSQL cannot compress to nothing: some lies within its row, some beside it. */
const text = (number: number) => {
  const hashes = Array.from({ length: number % 3 === 0 ? 48 : 6 }, (_, index) =>
    createHash('sha512').update(`${number} ${index}`).digest('base64'),
  )
  return str(hashes.join(''))
}

const [panda, penguin] = [new Author(81), new Author(83)]
const authorOf = (index: number) => (index % KEPT === 0 ? panda : penguin)

/** Signed once, for a database of each test. */
const definition = defineSchema(new Author(82), 'note', { text: 'str' })
const { schemaId } = definition
const items = Array.from({ length: DOCUMENTS }, (_, index) => authorOf(index).create(schemaId, { text: text(index) }))
const deletions = items
  .filter((_, index) => index % KEPT > 0)
  .map(({ documentId, viewId }) => penguin.delete(documentId, schemaId, viewId))

describe('after much was deleted in the midst of tables', () => {
  let opened = 0
  let schemaName = ''
  let store: Store

  beforeEach(async () => {
    opened += 1
    schemaName = `compaction ${opened}`
    store = await openStore(driver, { schemaName, purge: { graceMs: 0 } })
    await publishAll(store, definition.items)
    await publishAll(store, items)
    await maintain()
  })

  async function maintain(): Promise<MaintenanceSlice[]> {
    const slices: MaintenanceSlice[] = []
    for (let slice = await store.maintain(); slice; slice = await store.maintain()) {
      slices.push(slice)
      if (slices.length > MAX_SLICES) throw new Error(`there is no end to it: ${JSON.stringify(slice)}`)
    }
    return slices
  }

  const removeMost = () => publishAll(store, deletions)

  async function bytesOf(...tables: string[]): Promise<number> {
    const { rows } = await driver.query<{ bytes: bigint }>(
      `SELECT sum(pg_table_size(oid))::bigint AS bytes FROM pg_class
       WHERE relnamespace = $1::regnamespace AND relname = ANY($2::text[])`,
      [`"${schemaName}"`, tables],
    )
    return Number(rows[0]?.bytes)
  }

  async function entries(): Promise<unknown[]> {
    const { rows } = await driver.query<{ row: string }>(
      `SELECT to_jsonb(e)::text AS row FROM "${schemaName}".entries AS e ORDER BY number`,
    )
    return rows.map(({ row }) => row)
  }

  test('tables become as small as what is left, of which nothing changes', async () => {
    const before = await bytesOf('entries', 'd5')
    await removeMost()
    const slices = await maintain()
    expect(slices).toContainEqual({ kind: 'purge' })
    expect(slices).toContainEqual({ kind: 'compact', table: `"${schemaName}".entries` })
    expect(slices).toContainEqual({ kind: 'compact', table: `"${schemaName}".d5` })
    // A quarter of the payloads, and for each document its entries and that of its deletion.
    expect(await bytesOf('entries', 'd5')).toBeLessThan(before / 2)
    const kept = items.filter((_, index) => index % KEPT === 0)
    const documents = await store.documents(kept.map(({ documentId }) => documentId))
    for (const [index, document] of documents.entries()) {
      expect(document?.fields.get('text')).toEqual(text(index * KEPT))
    }
    // Through the index on hashes, and beside it.
    const { rows } = await driver.query<{ count: number }>(
      `SELECT count(*)::int FROM "${schemaName}".entries WHERE octet_length(hash) = 34`,
    )
    expect(rows).toEqual([{ count: (await entries()).length }])
    expect(await maintain()).toEqual([])
    await publishAll(store, [panda.create(schemaId, { text: text(1) })])
  })

  test('every row stays as it was while others are moved', async () => {
    await removeMost()
    let before = await entries()
    let moved = 0
    for (let slice = await store.maintain(); slice; slice = await store.maintain()) {
      const after = await entries()
      if (slice.kind === 'compact') {
        moved += 1
        expect(after).toEqual(before)
      }
      before = after
    }
    expect(moved).toBeGreaterThan(2)
  })

  test('a process goes on where an earlier one has ended', async () => {
    const before = await bytesOf('entries')
    await removeMost()
    let slice = await store.maintain()
    for (; slice && slice.kind !== 'compact'; slice = await store.maintain());
    expect(slice?.kind).toBe('compact')
    store = await openStore(driver, { schemaName, purge: { graceMs: 0 } })
    expect((await maintain()).map(({ kind }) => kind)).toContain('compact')
    expect(await bytesOf('entries')).toBeLessThan((before * 2) / 3)
  })

  test('and nothing is moved after updates, whose room is filled again', async () => {
    await driver.query(`UPDATE "${schemaName}".entries SET decision = decision`)
    expect((await maintain()).filter(({ kind }) => kind === 'compact')).toEqual([])
  })

  test('what was forgotten gives its room back too', async () => {
    const before = await bytesOf('entries', 'd5')
    await store.forget({ author: penguin.publicKey })
    expect(await maintain()).toContainEqual({ kind: 'compact', table: `"${schemaName}".entries` })
    expect(await bytesOf('entries', 'd5')).toBeLessThan(before / 2)
  })
})
