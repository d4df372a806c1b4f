import { expect, test } from 'vitest'
import type { LiveResult, RakkoError, Row, Subscription } from '../../src/exports.js'
import { LONG_NAME, type TestSchemas } from './test-schemas.js'
import { secondClient, type World } from './transport.js'

type VenueRow = Row<TestSchemas['venue']>
type ThingRow = Row<TestSchemas['thing']>

/** What a live query has called back, and the rows that its deltas alone lead to. */
export class Watcher<Row> {
  results: LiveResult<Row>[] = []
  composed: Row[] = []
  error: RakkoError | undefined
  #wake: () => void = () => undefined

  readonly observer = {
    next: (result: LiveResult<Row>): void => {
      this.results.push(result)
      this.composed = compose(this.composed, result)
      this.#wake()
    },
    error: (error: RakkoError): void => {
      this.error = error
      this.#wake()
    },
  }

  get last(): LiveResult<Row> {
    const last = this.results.at(-1)
    if (last === undefined) throw new Error('nothing was called back')
    return last
  }

  async until(isThere: (watcher: this) => boolean): Promise<void> {
    while (!isThere(this)) {
      if (this.error !== undefined) throw this.error
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

function compose<Row>(before: readonly Row[], { delta: { left, moved, entered, changed } }: LiveResult<Row>): Row[] {
  const gone = new Set([...left.map(({ index }) => index), ...moved.map(({ from }) => from)])
  const rows = before.filter((_, index) => !gone.has(index))
  const put = [...entered, ...moved.map(({ from, to }) => ({ index: to, row: before[from] as Row }))]
  for (const { index, row } of put.sort((a, b) => a.index - b.index)) rows.splice(index, 0, row)
  for (const { index, row } of changed) rows[index] = row
  return rows
}

export function liveTests(world: () => World): void {
  const venuesOf = ({ node, schemas }: World) => node.collection(schemas.venue)

  test('a live query calls back with its result, and again with each change, as result and delta', async () => {
    const venues = venuesOf(world())
    const watcher = new Watcher<VenueRow>()
    const first = await venues.create({ name: 'Live', capacity: 1 })
    const query = { where: { name: { contains: 'Live' } }, orderBy: 'capacity', count: true } as const
    const live = venues.live(query, watcher.observer)
    await watcher.until(({ results }) => results.length > 0)
    expect(watcher.last).toMatchObject({ count: 1, hasNextPage: false, hasPreviousPage: false })
    const second = await venues.create({ name: 'Live too', capacity: 2 })
    await watcher.until(({ results }) => results.at(-1)?.count === 2)
    const [kept] = watcher.last.rows
    expect(watcher.last.delta).toMatchObject({
      entered: [{ index: 1, row: { $id: second } }],
      left: [],
      moved: [],
      changed: [],
    })
    await venues.update(second, { capacity: 0 })
    await watcher.until(({ last }) => last.rows[0]?.$id === second)
    expect(watcher.last.rows[1]).toBe(kept)
    expect(watcher.last.delta.changed).toMatchObject([{ index: 0, row: { capacity: 0 }, before: { capacity: 2 } }])
    await venues.delete(first)
    await watcher.until(({ last }) => last.rows.length === 1)
    expect(watcher.last.delta.left).toEqual([{ index: 1, row: kept }])
    const { delta: _, ...page } = watcher.last
    expect(page).toEqual(await venues.page(query))
    expect(watcher.composed).toEqual(page.rows)
    live.close()
  })

  test('everything survives in a delta: big ints, NaN, -0, U+0000, a megabyte of bytes', async () => {
    const { node, schemas } = world()
    const things = node.collection(schemas.thing)
    const watcher = new Watcher<ThingRow>()
    const live = things.live({ where: { flag: { eq: true } }, orderBy: 'exact' }, watcher.observer)
    await watcher.until(({ results }) => results.length > 0)
    const before = watcher.last.rows.length
    const some = `0020${'1'.repeat(64)}`
    const thing = { flag: true, place: some, places: [], version: some, versions: [] }
    const data = new Uint8Array(1_000_000).fill(7)
    const one = await things.create({
      ...thing,
      count: 2n ** 63n - 1n,
      exact: -(2n ** 63n),
      ratio: Number.NaN,
      [LONG_NAME]: 'a\0b',
      data,
    })
    await watcher.until(({ last }) => last.rows.length === before + 1)
    const values = { count: 2n ** 63n - 1n, exact: -(2n ** 63n), [LONG_NAME]: 'a\0b' }
    const rowOf = ({ last }: typeof watcher) => last.rows.find(({ $id }) => $id === one)
    // Compared by themselves: a matcher would look at each byte for half a minute.
    const isData = (bytes: Uint8Array | undefined) => bytes?.length === data.length && bytes.every((byte) => byte === 7)
    expect({ ...rowOf(watcher), data: 0 }).toEqual({ ...(await things.get(one)), data: 0 })
    expect({ ...rowOf(watcher), data: 0 }).toMatchObject({ ...values, ratio: Number.NaN })
    expect(isData(rowOf(watcher)?.data)).toBe(true)
    await things.update(one, { ratio: -0, count: 2n ** 53n + 1n })
    await watcher.until((one) => Object.is(rowOf(one)?.ratio, -0))
    expect({ ...rowOf(watcher), data: 0 }).toMatchObject({ ...values, count: 2n ** 53n + 1n })
    expect(isData(rowOf(watcher)?.data)).toBe(true)
    live.close()
  })

  test('included rows change with what they lead to', async () => {
    const { node, schemas } = world()
    const [venues, events] = [node.collection(schemas.venue), node.collection(schemas.event)]
    const venue = await venues.create({ name: 'Nested', capacity: 1 })
    await events.create({ title: 'Included live', starts: 1, venue })
    const names: (string | undefined)[] = []
    const watcher = new Watcher<object>()
    const query = { where: { title: 'Included live' }, include: { venue: true } } as const
    const live = events.live(query, {
      ...watcher.observer,
      next: (result) => {
        names.push(...result.rows.map((row) => row.venue?.name))
        watcher.observer.next(result)
      },
    })
    await watcher.until(({ results }) => results.length === 1)
    await venues.update(venue, { name: 'Renamed' })
    await watcher.until(({ results }) => results.length === 2)
    await venues.delete(venue)
    await watcher.until(({ results }) => results.length === 3)
    expect(names).toEqual(['Nested', 'Renamed', undefined])
    live.close()
  })

  test('a slow callback gets what happened meanwhile as one change, and the last state', async () => {
    const venues = venuesOf(world())
    const watcher = new Watcher<VenueRow>()
    const live = venues.live({ where: { name: 'Burst' }, orderBy: 'capacity' }, watcher.observer)
    await watcher.until(({ results }) => results.length > 0)
    await Promise.all(Array.from({ length: 200 }, (_, capacity) => venues.create({ name: 'Burst', capacity })))
    await watcher.until(({ last }) => last.rows.length === 200)
    expect(watcher.results.length).toBeLessThan(200)
    expect(watcher.composed.map(({ capacity }) => capacity)).toEqual(Array.from({ length: 200 }, (_, index) => index))
    live.close()
  })

  test('closing, by call or by signal, ends the callbacks at once; others go on', async () => {
    const venues = venuesOf(world())
    const [closed, aborted, open] = [new Watcher<VenueRow>(), new Watcher<VenueRow>(), new Watcher<VenueRow>()]
    const controller = new AbortController()
    const query = { where: { name: 'Closing' } }
    const closing = venues.live(query, closed.observer)
    venues.live(query, aborted.observer, { signal: controller.signal })
    venues.live(query, aborted.observer, { signal: AbortSignal.abort() })
    const live = venues.live(query, open.observer)
    await Promise.all([closed, aborted, open].map((one) => one.until(({ results }) => results.length > 0)))
    closing.close()
    closing.close()
    controller.abort()
    await venues.create({ name: 'Closing', capacity: 1 })
    await open.until(({ last }) => last.rows.length === 1)
    expect([closed.results.length, aborted.results.length, aborted.error]).toEqual([1, 1, undefined])
    live.close()
  })

  test('what is wrong with a query is an error of the live query; what is wrong with the call is thrown', async () => {
    const venues = venuesOf(world())
    const watcher = new Watcher<VenueRow>()
    venues.live({ where: { nowhere: 1 } } as never, watcher.observer)
    await expect(watcher.until(() => false)).rejects.toMatchObject({ code: 'INVALID_QUERY' })
    expect(watcher.results).toEqual([])
    for (const observer of [undefined, {}, { next: 1 }, 'callback']) {
      expect(() => venues.live({}, observer as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    }
    for (const query of [undefined, null, 5, []].slice(1)) {
      expect(() => venues.live(query as never, () => undefined)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      )
    }
  })

  test('two clients of a node see each other’s writes, and neither reaches the other’s live queries', async () => {
    const second = await secondClient(world())
    const watcher = new Watcher<VenueRow>()
    const mine = new Watcher<VenueRow>()
    const query = { where: { name: 'Shared' } }
    const live = venuesOf(world()).live(query, mine.observer)
    venuesOf({ ...world(), node: second.node }).live(query, watcher.observer)
    await Promise.all([mine, watcher].map((one) => one.until(({ results }) => results.length > 0)))
    await venuesOf(world()).create({ name: 'Shared', capacity: 1 })
    await Promise.all([mine, watcher].map((one) => one.until(({ last }) => last.rows.length === 1)))
    await second.node.close()
    await venuesOf(world()).create({ name: 'Shared', capacity: 2 })
    await mine.until(({ last }) => last.rows.length === 2)
    expect(watcher.last.rows).toHaveLength(1)
    expect(watcher.error).toBeUndefined()
    await second.dispose()
    live.close()
  })

  test('closing the node ends its live queries without an error, and waits for none of them', async () => {
    const { transport, schemas } = world()
    const { node, dispose } = await transport.open(schemas)
    const watcher = new Watcher<VenueRow>()
    const subscriptions: Subscription[] = []
    for (let number = 0; number < 20; number += 1) {
      subscriptions.push(node.collection(schemas.venue).live({ first: 1 + number }, watcher.observer))
    }
    await watcher.until(({ results }) => results.length === 20)
    await node.close()
    expect(watcher.error).toBeUndefined()
    for (const subscription of subscriptions) subscription.close()
    expect(() => node.collection(schemas.venue).live({}, watcher.observer)).not.toThrow()
    await expect(watcher.until(() => false)).rejects.toMatchObject({ code: 'NODE_CLOSED' })
    await dispose()
  })
}
