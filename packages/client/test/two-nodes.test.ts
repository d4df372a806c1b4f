import type { DocumentId } from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { Random } from '../../../.config/testing/random.js'
import { seeds } from '../../../.config/testing/seeds.js'
import type { Row } from '../src/exports.js'
import { Watcher } from './acceptance/live.js'
import { lockSchemas, type TestSchemas } from './acceptance/test-schemas.js'
import { openSide, type Side } from './open-side.js'

const ROUNDS = 6
const WRITES = 8

describe('two nodes that are given each other’s entries', { timeout: 120_000 }, () => {
  let schemas: TestSchemas
  let sides: [Side, Side]

  beforeEach(async () => {
    schemas = await lockSchemas()
    sides = [await openSide(schemas), await openSide(schemas)]
    return async () => {
      for (const side of sides) await side.close()
    }
  })

  const venuesOf = ({ app }: Side) => app.collection(schemas.venue)

  /** All that one holds reaches the other, and the other way round. */
  async function exchange(random?: Random): Promise<void> {
    const [left, right] = sides
    for (const [from, to] of [
      [left, right],
      [right, left],
    ] as const) {
      const entries = await from.entries()
      await to.node.ingest(random ? shuffled(entries, random) : entries)
    }
  }

  /** What an app can see of a schema: rows, each with its history and the views that it went through. */
  async function seen(side: Side) {
    const venues = venuesOf(side)
    const rows = await venues.find({ where: { $deleted: { in: [true, false] } } })
    const histories = rows.map(async ({ $id }) => {
      const history = (await venues.history($id)) ?? []
      return { history, views: await Promise.all(history.map(({ viewId }) => venues.view(viewId))) }
    })
    const events = await side.app.collection(schemas.event).find({ include: { venue: true }, orderBy: 'title' })
    return { hash: await side.app.stateHash(schemas.venue), rows, histories: await Promise.all(histories), events }
  }

  test.each(seeds())('end with the same rows, history and state hash, live queries too (seed %d)', async (seed) => {
    const random = new Random(seed)
    const query = { where: { capacity: { gte: 3 } }, orderBy: 'name', first: 5, count: true } as const
    const watchers = sides.map((side) => {
      const watcher = new Watcher<Row<TestSchemas['venue']>>()
      venuesOf(side).live(query, watcher.observer)
      return watcher
    })
    const known = await share(3)
    await divergeSurely()
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const side of sides) {
        for (let count = random.integer(WRITES); count >= 0; count -= 1) await write(side, random, known)
      }
      if (random.chance(0.5)) {
        const [from, to] = random.chance(0.5) ? sides : [sides[1], sides[0]]
        const entries = await from.entries()
        // A part, in any order: what it waits for comes later.
        await to.node.ingest(shuffled(entries, random).slice(0, random.integer(entries.length)))
      }
    }
    await exchange(random)
    await exchange()
    const [left, right] = [await seen(sides[0]), await seen(sides[1])]
    expect(left).toEqual(right)
    expect(left.rows.some(({ $deleted }) => $deleted)).toBe(true)
    expect(left.rows.some(({ $owner, $signer }) => $owner !== $signer)).toBe(true)
    expect(left.histories.some(({ history }) => history.some(({ branch }) => branch > 0))).toBe(true)
    const page = await venuesOf(sides[0]).page(query)
    for (const watcher of watchers) {
      await watcher.until(({ results }) => JSON.stringify(results.at(-1)?.rows) === JSON.stringify(page.rows))
      const { delta: _, ...last } = watcher.last
      expect(last).toEqual(page)
      expect(watcher.composed).toEqual(page.rows)
    }
  })

  /** Documents of the first side that both know. */
  async function share(count: number): Promise<DocumentId[]> {
    const ids: DocumentId[] = []
    while (ids.length < count) ids.push(await venuesOf(sides[0]).create({ name: 'shared', capacity: 3 }))
    await exchange()
    return ids
  }

  /**
   * What random writes may leave out: a document that the other side changes, one that both change, one that it
   * deletes.
   */
  async function divergeSurely(): Promise<void> {
    const [changed = '', contended = '', deleted = ''] = await share(3)
    const other = venuesOf(sides[1])
    await other.update(changed, { capacity: 4 })
    for (const [index, side] of sides.entries()) await venuesOf(side).update(contended, { capacity: index })
    await other.delete(deleted)
  }

  /** One change, as an app makes it, of documents that this side may not know yet. */
  async function write(side: Side, random: Random, known: DocumentId[]): Promise<void> {
    const venues = venuesOf(side)
    const fields = { name: `venue ${random.integer(10)}`, capacity: random.integer(6) }
    const id = known.length > 0 && random.chance(0.6) ? random.pick(known) : undefined
    const row = id === undefined ? undefined : await venues.get(id)
    if (row === undefined || id === undefined) {
      known.push(await venues.create(fields))
      await side.app
        .collection(schemas.event)
        .create({ title: `event ${known.length}`, starts: 1, venue: known[0] ?? '' })
    } else if (random.chance(0.15)) await venues.delete(id)
    else {
      const previous = random.chance(0.3) ? { previous: id } : {}
      await venues.update(id, random.chance(0.5) ? { name: fields.name } : { capacity: fields.capacity }, previous)
    }
  }

  test('what one has forgotten does not come back from the other, nor what the other adds to it', async () => {
    const [left, right] = sides
    const [gone, deleted, kept] = [
      await venuesOf(left).create({ name: 'gone', capacity: 1 }),
      await venuesOf(right).create({ name: 'deleted', capacity: 2 }),
      await venuesOf(right).create({ name: 'kept', capacity: 3 }),
    ]
    await exchange()
    await venuesOf(right).update(gone, { capacity: 4 })
    await venuesOf(left).delete(deleted)
    await left.app.forget({ document: gone })
    await exchange()
    await venuesOf(right).update(gone, { name: 'changed' })
    await exchange()
    const ids = async (side: Side) =>
      (await venuesOf(side).find({ where: { $deleted: { in: [true, false] } } })).map(({ $id }) => $id)
    expect(await ids(left)).toEqual([deleted, kept].sort())
    expect(await venuesOf(left).history(gone)).toBeUndefined()
    const texts = async (side: Side) =>
      (await side.entries()).map(({ operation }) => Buffer.from(operation ?? []).toString('latin1')).join()
    expect(await texts(left)).not.toContain('gone')
    expect(await texts(right)).toContain('gone')
    expect(await ids(right)).toEqual([gone, deleted, kept].sort())
    expect(await venuesOf(right).get(gone)).toMatchObject({ name: 'changed', capacity: 4 })
    expect(await left.app.stateHash(schemas.venue)).not.toBe(await right.app.stateHash(schemas.venue))

    // Once both have, they hold the same again.
    await right.app.forget({ document: gone })
    await exchange()
    expect(await seen(left)).toEqual(await seen(right))

    // A whole author: what is left are the other's documents, with what the forgotten one has added to them.
    await venuesOf(left).update(kept, { capacity: 5 })
    await exchange()
    await right.app.forget({ author: left.app.publicKey })
    await venuesOf(left).create({ name: 'new', capacity: 6 })
    await exchange()
    expect(await venuesOf(right).find({ orderBy: 'name' })).toMatchObject([{ $id: kept, capacity: 5 }, { name: 'new' }])
  })
})

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, place: random.number() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
