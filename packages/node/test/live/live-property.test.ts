import { type DocumentId, encodeCursor, type QueryInput } from '@rakko/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { rounds, seeds } from '../../../../.config/testing/seeds.js'
import type { IntentOutcome } from '../../src/sign/intent.js'
import { createAll, freshPage, LiveReader, type LiveWorld, openLive, openLiveWorld } from './live-world.js'

const COMMITS = rounds(25, 50)
const QUERIES = 30
/** Some hundred fresh queries, on a busy machine. */
const TIMEOUT_MS = 240_000
const KINDS = ['create', 'update', 'update', 'update', 'delete', 'branch', 'place', 'drop', 'forget'] as const
const NAMES = ['', 'a', 'ab', 'b', 'ä', '\u0000', '\u{10000}', '\uffff', 'z', 'otter', 'the sea otter', 'seas']
const NUMBERS = [0n, 1n, -1n, 2n, 3n, 2n ** 53n + 1n, -(2n ** 63n)]

let world: LiveWorld
/** Of places, as they were after some change. */
const views: string[] = []
/** Places that were deleted. */
const dropped: DocumentId[] = []
beforeEach(async () => {
  views.length = 0
  dropped.length = 0
  world = await openLiveWorld()
})
afterEach(() => world.node.close())

test.each(seeds())(
  'random live queries are at every moment what their statement says (seed %d)',
  async (seed) => {
    const random = new Random(seed)
    const places = await createAll(
      world,
      world.place,
      Array.from({ length: 8 }, () => placeFields(random)),
    )
    const shows = await createAll(
      world,
      world.show,
      Array.from({ length: 40 }, () => showFields(random, places)),
    )
    const readers: { input: QueryInput; reader: LiveReader }[] = []
    for (let number = 0; number < QUERIES; number += 1) {
      const input = await randomQuery(random, places)
      readers.push({ input, reader: new LiveReader(await openLive(world, world.show, input)) })
    }
    for (let number = 0; number < COMMITS; number += 1) {
      const what = await randomWrites(random, places, shows)
      await idle()
      const some = readers.filter(() => number % 10 === 0 || random.chance(0.2))
      for (const { input, reader } of some) {
        const expected = await freshPage(world, world.show, input)
        const context = `commit ${number} (${what}): ${show(input)}`
        expect(reader.error, context).toBeUndefined()
        expect(reader.page, context).toEqual(expected)
        expect(reader.rows, context).toEqual(expected.documents)
      }
    }
    // Some can never change; most did, many times.
    expect(readers.reduce((sum, { reader }) => sum + reader.updates, 0)).toBeGreaterThan(3 * QUERIES)
  },
  TIMEOUT_MS,
)

/** Everything that the engine had to do was done, and the readers have had their turn. */
async function idle(): Promise<void> {
  await world.live.idle()
  await new Promise((resolve) => setImmediate(resolve))
}

async function randomWrites(random: Random, places: DocumentId[], shows: DocumentId[]): Promise<string> {
  const done: string[] = []
  const writes: Promise<unknown>[] = []
  for (let count = 1 + random.integer(random.chance(0.2) ? 6 : 1); count > 0; count -= 1) {
    const kind = random.pick(KINDS)
    done.push(kind)
    const documentId = random.pick(shows)
    const fields = Object.fromEntries(random.some(Object.entries(showFields(random, places)), 3))
    const update = (previous?: string) =>
      world.node.write([
        { action: 'update', schemaId: world.show, documentId, fields, ...(previous !== undefined && { previous }) },
      ])
    if (kind === 'create') {
      writes.push(createAll(world, world.show, [showFields(random, places)]).then((ids) => shows.push(...ids)))
    } else if (kind === 'update') writes.push(update())
    // The CREATE's own view: a branch beside all that came after it, which a later change joins.
    else if (kind === 'branch') writes.push(update(documentId))
    else if (kind === 'delete' && shows.length > 20) {
      writes.push(world.node.write([{ action: 'delete', schemaId: world.show, documentId }]))
    } else if (kind === 'place') {
      const intent = { schemaId: world.place, documentId: random.pick(places), fields: placeFields(random) }
      writes.push(world.node.write([{ action: 'update', ...intent }]).then(rememberViews))
    } else if (kind === 'forget' && random.chance(0.4) && shows.length > 20) {
      const [document] = random.chance(0.5) ? shows.splice(random.integer(shows.length), 1) : dropped.splice(0, 1)
      if (document) writes.push(world.node.forget({ document }))
    } else if (kind === 'drop' && random.chance(0.2)) {
      const [document] = places.splice(
        random.integer(places.length),
        1,
        ...(await createAll(world, world.place, [placeFields(random)])),
      )
      if (document) {
        dropped.push(document)
        writes.push(world.node.write([{ action: 'delete', schemaId: world.place, documentId: document }]))
      }
    }
  }
  await Promise.all(writes)
  return done.join(', ')
}

function rememberViews(outcomes: readonly IntentOutcome[]): void {
  for (const outcome of outcomes) if (outcome.status === 'published') views.push(outcome.viewId)
}

function placeFields(random: Random) {
  return { name: random.pick(NAMES), size: random.pick(NUMBERS) }
}

function showFields(random: Random, places: readonly DocumentId[]) {
  return {
    title: random.pick(NAMES),
    starts: random.pick(NUMBERS),
    rank: random.integer(30),
    place: random.pick(places),
    others: random.some(places, 3),
    were: random.some([...places, ...views], 3),
  }
}

async function randomQuery(random: Random, places: readonly DocumentId[]): Promise<QueryInput> {
  const wheres: (() => NonNullable<QueryInput['where']>)[] = [
    () => ({}),
    () => ({ title: { [random.pick(['eq', 'notEq', 'gt', 'lte', 'contains'])]: random.pick(NAMES) } }),
    () => ({ starts: { [random.pick(['eq', 'gte', 'lt'])]: random.pick(NUMBERS) } }),
    () => ({ rank: { gte: random.integer(20) } }),
    () => ({ place: { in: random.some(places, 4) } }),
    () => ({ others: { [random.pick(['in', 'notIn'])]: random.some(places, 2) } }),
    () => ({ $search: random.pick(['otter', 'sea otter', 'z or sea*', '-otter']) }),
    () => ({ $edited: random.chance(0.5) }),
    () => ({ $deleted: { in: random.chance(0.5) ? [true] : [true, false] } }),
  ]
  const some = random.some(wheres, 2).map((where) => where())
  const where = random.chance(0.2) ? { $not: { $or: some } } : { $and: some }
  const orderBy = random
    .some(['title', 'starts', 'rank', '$edited', '$viewId'], 2)
    .map((field) => ({ [field]: random.pick(['asc', 'desc']) }))
  const length = random.pick([1, 3, 10, 30, 200])
  const input: QueryInput = {
    where,
    orderBy,
    ...(random.chance(0.3) ? { last: length } : { first: length }),
    ...(random.chance(0.3) && { count: true }),
    ...(random.chance(0.3) && { include: randomInclude(random) }),
  }
  return { ...input, ...(await randomCursors(random, input)) }
}

function randomInclude(random: Random): NonNullable<QueryInput['include']> {
  return {
    place: random.pick([true, { where: { size: { gte: 1 } } }]),
    ...(random.chance(0.5) && {
      were: random.pick([true, { where: { $deleted: false, size: { gte: 0 } }, orderBy: 'name', first: 2 }]),
    }),
    ...(random.chance(0.6) && {
      others: random.pick([
        true,
        { orderBy: 'name', first: 2, page: true, count: true },
        { where: { name: { notEq: 'a' } } },
      ]),
    }),
  }
}

async function randomCursors(random: Random, input: QueryInput): Promise<Pick<QueryInput, 'after' | 'before'>> {
  if (random.chance(0.6)) return {}
  const { include: _, first: __, last: ___, ...rest } = input
  const { documents, query, start, end } = await world.node.page(world.show, { ...rest, first: 1 + random.integer(20) })
  if (documents.length === 0 || !start || !end) return {}
  return {
    ...(random.chance(0.6) && { after: encodeCursor(query.order, start) }),
    ...(random.chance(0.4) && { before: encodeCursor(query.order, end) }),
  }
}

function show(input: QueryInput): string {
  return JSON.stringify(input, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
}
