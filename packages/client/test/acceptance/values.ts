import { expect, test } from 'vitest'
import { LONG_NAME } from './test-schemas.js'
import type { World } from './transport.js'

/** All nine types of field, and what is hard to carry of each. */
export function valueTests(world: () => World): void {
  async function written(fields: Record<string, unknown>) {
    const { node, schemas } = world()
    const venues = node.collection(schemas.venue)
    const place = await venues.create({ name: 'Target', capacity: 1 })
    const version = await venues.update(place, { capacity: 2 })
    const things = node.collection(schemas.thing)
    const all = {
      flag: true,
      count: 1,
      exact: 1n,
      ratio: 0.5,
      [LONG_NAME]: 'text',
      data: new Uint8Array([1, 2, 3]),
      place,
      places: [place, place],
      version,
      versions: [version, place],
      ...fields,
    }
    const id = await things.create(all)
    return { all, id, row: await things.get(id), things }
  }

  test('each type comes back as it was written', async () => {
    const { all, row } = await written({})
    expect(row).toMatchObject(all)
  })

  test.each([2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 0n])('bigint() keeps %s', async (exact) => {
    const { row, things, id } = await written({ exact })
    expect(row?.exact).toBe(exact)
    expect(await things.count({ where: { $id: id, exact } })).toBe(1)
  })

  test('int() is a number as far as numbers are exact, and a bigint beyond', async () => {
    expect((await written({ count: Number.MAX_SAFE_INTEGER })).row?.count).toBe(Number.MAX_SAFE_INTEGER)
    expect((await written({ count: -5n })).row?.count).toBe(-5)
    expect((await written({ count: 2n ** 53n + 1n })).row?.count).toBe(2n ** 53n + 1n)
  })

  test.each([Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, Number.MAX_VALUE, 0.1, 2])(
    'float keeps %s to the bit',
    async (ratio) => {
      const { row } = await written({ ratio })
      expect(Object.is(row?.ratio, ratio)).toBe(true)
    },
  )

  test.each([
    ['nothing', ''],
    ['U+0000 and its neighbours', 'a\u0000b\u0001\u0002\u0003c\u0000'],
    ['characters beyond the basic plane', '🦦\u{10ffff}'],
    ['what a pattern would take for a wildcard', '100%_\\'],
    ['a byte order mark', '\ufeffmark'],
    ['much', 'x'.repeat(100_000)],
  ])('str keeps %s', async (_what, text) => {
    const { row, things, id } = await written({ [LONG_NAME]: text })
    expect(row?.[LONG_NAME]).toBe(text)
    expect(await things.count({ where: { $id: id, [LONG_NAME]: text } })).toBe(1)
  })

  test('bytes of any length come back, and a part of a larger buffer travels alone', async () => {
    expect((await written({ data: new Uint8Array(0) })).row?.data).toEqual(new Uint8Array(0))
    const whole = new Uint8Array(1000).map((_, index) => index)
    const { row } = await written({ data: whole.subarray(10, 20) })
    expect(row?.data).toEqual(whole.slice(10, 20))
    expect(row?.data.buffer.byteLength).toBe(10)
  })

  test('what a caller does to its bytes after the call does not change what is written', async () => {
    const { node, schemas } = world()
    const venue = await node.collection(schemas.venue).create({ name: 'Target', capacity: 1 })
    const data = new Uint8Array([1, 2, 3])
    const lists = { places: [], versions: [], place: venue, version: venue }
    const things = node.collection(schemas.thing)
    const creating = things.create({ flag: false, count: 0, exact: 0, ratio: 0, [LONG_NAME]: '', data, ...lists })
    data.fill(9)
    const row = await things.get(await creating)
    expect(row).toMatchObject({ data: new Uint8Array([1, 2, 3]), places: [], versions: [] })
  })
}
