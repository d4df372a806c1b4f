import { expect, test } from 'vitest'
import { LONG_NAME } from './test-schemas.js'
import type { World } from './transport.js'

const INTS = [2n ** 53n + 1n, 2n ** 63n - 1n, 0n, -(2n ** 63n), -1n, 2n ** 53n]
const FLOATS = [Number.POSITIVE_INFINITY, 0.1, Number.NEGATIVE_INFINITY, Number.NaN, -5e-324, Number.MAX_VALUE]
const TEXTS = ['a\0b', '', '\u{10000}', 'a', '\uffff', 'a\u0001']
const BLOBS = [[1], [], [0], [255, 0], [0, 0], [1, 0]].map((bytes) => Uint8Array.from(bytes))
/** A payload's limit, less what the other fields of a `thing` take. */
const NEARLY_A_MEGABYTE = 2 ** 20 - 2_000

/** What is hard to carry, in filters, orders, cursors and included rows. */
export function extremeTests(world: () => World): void {
  const inOrder = <Value>(values: readonly Value[], order: readonly number[]) => order.map((index) => values[index])

  test('values at the ends of their types are filtered, sorted and paged by', async () => {
    const { node, schemas } = world()
    const place = await node.collection(schemas.venue).create({ name: 'Target', capacity: 1 })
    const things = node.collection(schemas.thing)
    const rest = { flag: true, count: 0, place, places: [], version: place, versions: [] }
    const outcomes = await things.createMany(
      INTS.map((exact, n) => ({
        ...rest,
        exact,
        ratio: FLOATS[n] as number,
        [LONG_NAME]: TEXTS[n] as string,
        data: BLOBS[n] as Uint8Array,
      })),
    )
    const ids = outcomes.map((outcome) => (outcome.status === 'created' ? outcome.id : ''))
    const among = { $id: { in: ids } }

    const orders = [
      ['exact', INTS, [3, 4, 2, 5, 0, 1]],
      ['ratio', FLOATS, [2, 4, 1, 5, 0, 3]],
      [LONG_NAME, TEXTS, [1, 3, 0, 5, 4, 2]],
      ['data', BLOBS, [1, 2, 4, 0, 5, 3]],
    ] as const
    for (const [field, values, order] of orders) {
      const sorted: unknown[] = inOrder<unknown>(values, order)
      const seen: unknown[] = []
      for (let after: string | undefined; ; ) {
        const page = await things.page({ where: among, orderBy: field, first: 1, ...(after && { after }) })
        seen.push(...page.rows.map((row) => row[field]))
        if (!page.hasNextPage) break
        after = page.endCursor
      }
      expect(seen, field).toEqual(sorted)
      const downwards = await things.find({ where: among, orderBy: { [field]: 'desc' } })
      expect(
        downwards.map((row) => row[field]),
        field,
      ).toEqual([...sorted].reverse())
      for (const value of values) {
        expect(await things.count({ where: { ...among, [field]: value } }), `${field} ${String(value)}`).toBe(1)
        expect(await things.count({ where: { ...among, [field]: { notIn: [value] } } })).toBe(values.length - 1)
      }
    }
    expect(await things.count({ where: { ...among, exact: { gt: 2n ** 53n } } })).toBe(2)
    expect(await things.count({ where: { ...among, ratio: { gt: Number.MAX_VALUE } } })).toBe(2)
    expect(await things.count({ where: { ...among, ratio: { gte: Number.NaN } } })).toBe(1)
    expect(await things.count({ where: { ...among, [LONG_NAME]: { contains: '\0' } } })).toBe(1)
    expect(await things.count({ where: { ...among, [LONG_NAME]: { lt: 'a\u0001' } } })).toBe(3)
  })

  test('−0 is 0 to a filter, and −0 in a row', async () => {
    const { node, schemas } = world()
    const place = await node.collection(schemas.venue).create({ name: 'Target', capacity: 1 })
    const things = node.collection(schemas.thing)
    const lists = { place, places: [], version: place, versions: [] }
    const fields = { flag: true, count: 0, exact: 0, [LONG_NAME]: '', data: new Uint8Array(), ...lists }
    const id = await things.create({ ...fields, ratio: -0 })
    const [row] = await things.find({ where: { $id: id, ratio: { in: [0] } }, orderBy: 'ratio' })
    expect(Object.is(row?.ratio, -0)).toBe(true)
    expect(await things.count({ where: { $id: id, ratio: { lt: 0 } } })).toBe(0)
  })

  test('included rows hold them as well', async () => {
    const { node, schemas } = world()
    const venues = node.collection(schemas.venue)
    const outcomes = await venues.createMany(
      INTS.map((capacity, n) => ({ name: `included ${TEXTS[n] as string}`, capacity })),
    )
    const places = outcomes.map((outcome) => (outcome.status === 'created' ? outcome.id : ''))
    const [place = ''] = places
    const id = await node.collection(schemas.thing).create({
      ...{ flag: true, count: 0, exact: 0, ratio: 0, [LONG_NAME]: '', data: new Uint8Array(), place },
      ...{ places, version: place, versions: [place] },
    })
    const [thing] = await node.collection(schemas.thing).find({
      where: { $id: id },
      include: { places: { orderBy: 'capacity', where: { capacity: { notEq: 0 } } }, version: true },
    })
    const order = [3, 4, 5, 0, 1]
    expect(thing?.places.map(({ name }) => name)).toEqual(inOrder(TEXTS, order).map((text) => `included ${text}`))
    // An int() that a number cannot hold arrives as a bigint.
    expect(thing?.places.map(({ capacity }) => BigInt(capacity))).toEqual(inOrder(INTS, order))
    expect(thing?.version).toMatchObject({ $id: place, capacity: INTS[0] })
  })

  test('bytes of nearly a megabyte come back from every read', async () => {
    const { node, schemas } = world()
    const place = await node.collection(schemas.venue).create({ name: 'Target', capacity: 1 })
    const things = node.collection(schemas.thing)
    const data = Uint8Array.from({ length: NEARLY_A_MEGABYTE }, (_, index) => (index * 7) % 251)
    const lists = { place, places: [], version: place, versions: [] }
    const fields = { flag: true, count: 0, exact: 0, ratio: 0, [LONG_NAME]: '', ...lists }
    const id = await things.create({ ...fields, data })
    const found = [
      (await things.get(id))?.data,
      (await things.find({ where: { $id: id, data } }))[0]?.data,
      (await node.sql`SELECT data FROM thing WHERE data = ${data}`)[0]?.data,
    ]
    // Compared by hand: a difference of a megabyte is nothing to print.
    for (const bytes of found as (Uint8Array | undefined)[]) {
      expect(bytes?.length).toBe(data.length)
      expect(bytes?.every((byte, index) => byte === data[index])).toBe(true)
    }
    const refused = { code: 'PAYLOAD_TOO_LARGE' }
    await expect(things.create({ ...fields, data: new Uint8Array(2 ** 20) })).rejects.toMatchObject(refused)
  })
}
