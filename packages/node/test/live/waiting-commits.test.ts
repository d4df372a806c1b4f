import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { MAX_WAITING_BYTES, MAX_WAITING_COMMITS } from '../../src/live/limits.js'
import { LiveQueries, type LiveStore } from '../../src/live/live-queries.js'
import { createAll, LiveReader, type LiveWorld, openLive, openLiveWorld } from './live-world.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

let world: LiveWorld
let queries: LiveQueries
/** What became of each document, as long as somebody holds it. */
let told: WeakRef<object>[]
/** Called once a statement has found something, before the query is told. */
let afterStatement: () => Promise<void>

beforeAll(async () => {
  world = await openLiveWorld()
})
afterAll(() => world.node.close())

beforeEach(() => {
  told = []
  afterStatement = async () => undefined
  const { store } = world
  const watched: LiveStore = {
    onCommit: (listener) =>
      store.onCommit(({ number, changes }) => {
        const copies = changes.map((change) => ({ ...change }))
        told.push(...copies.map((copy) => new WeakRef(copy)))
        listener({ number, changes: copies })
      }),
    onSilentChange: (listener) => store.onSilentChange(listener),
    async snapshot(query) {
      const found = await store.snapshot(query)
      await afterStatement()
      return found
    },
  }
  queries = new LiveQueries(watched)
})
afterEach(() => queries.close())

/** How many changes are held, of those that were told. */
async function held(): Promise<number> {
  await queries.idle()
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  return told.filter((one) => one.deref() !== undefined).length
}

const open = (where: Record<string, unknown>, first = 1) =>
  openLive({ ...world, live: queries }, world.place, { where, first, orderBy: 'size' })

test('a query that only its statement can tell holds no commits until somebody reads it', async () => {
  const places = await createAll(
    world,
    world.place,
    Array.from({ length: 30 }, (_, size) => ({ name: 'leaves', size })),
  )
  const live = await open({ name: 'leaves' })
  // All rows leave that it has held beside its page.
  await world.node.write(
    places.slice(0, 29).map((documentId) => ({
      action: 'update',
      schemaId: world.place,
      documentId,
      fields: { name: 'gone' },
    })),
  )
  for (let size = 0; size < 10; size += 1) await createAll(world, world.place, [{ name: 'other', size }])
  expect([told.length, await held()]).toEqual([39, 0])

  const reader = new LiveReader(live)
  await queries.idle()
  await new Promise((resolve) => setImmediate(resolve))
  expect(reader.rows.map(({ id }) => id)).toEqual([places[29]])
})

test.each([
  { kind: 'bytes', writes: 12, name: 'x'.repeat(900_000), most: Math.floor(MAX_WAITING_BYTES / 1_800_000) },
  { kind: 'number', writes: MAX_WAITING_COMMITS + 2, name: 'small', most: MAX_WAITING_COMMITS },
])('while its statement runs, commits wait up to a $kind; what was dropped is shown all the same', async (given) => {
  const { writes, name, most } = given
  let isFirst = true
  afterStatement = async () => {
    if (!isFirst) return
    isFirst = false
    for (let size = 0; size < writes; size += 1) await createAll(world, world.place, [{ name, size }])
    expect(told).toHaveLength(writes)
    collect()
    expect(told.filter((one) => one.deref() !== undefined).length).toBeLessThanOrEqual(most)
  }
  const reader = new LiveReader(await open({ name }, writes))
  await queries.idle()
  await new Promise((resolve) => setImmediate(resolve))
  expect(reader.rows.map(({ fields }) => fields.get('size')?.value)).toEqual(
    Array.from({ length: writes }, (_, size) => BigInt(size)),
  )
})
