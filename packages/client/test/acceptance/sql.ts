import { expect, test } from 'vitest'
import { LONG_NAME } from './test-schemas.js'
import { secondClient, type World } from './transport.js'

/** The app's own SQL over views of its schemas. */
export function sqlTests(world: () => World): void {
  test('a statement reads the schemas by their names, and binds what a template holds', async () => {
    const { node, schemas } = world()
    const venues = node.collection(schemas.venue)
    const id = await venues.create({ name: 'SQL\0stage', capacity: 2n ** 53n + 1n })
    await node.collection(schemas.event).create({ title: 'SQL night', starts: 5, venue: id })
    expect(await node.sql('SELECT name, capacity FROM venue WHERE _id = $1', [id])).toEqual([
      { name: 'SQL\0stage', capacity: 2n ** 53n + 1n },
    ])
    const [title, least] = ["SQL night' OR true --", 5n]
    expect(await node.sql`SELECT title FROM event WHERE title = ${title}`).toEqual([])
    expect(
      await node.sql`SELECT event.title, venue.name, venue._owner AS owner FROM event
        JOIN venue ON venue._id = event.venue WHERE starts >= ${least} AND venue.name = ${'SQL\0stage'}`,
    ).toEqual([{ title: 'SQL night', name: 'SQL\0stage', owner: node.publicKey }])
    expect(await node.sql`SELECT 1 AS one`).toEqual([{ one: 1 }])
  })

  test('every value comes back and matches as it was written', async () => {
    const { node, schemas } = world()
    const place = await node.collection(schemas.venue).create({ name: 'Target', capacity: 1 })
    const data = new Uint8Array([0, 255, 1])
    const values = { flag: true, count: -5, exact: -(2n ** 63n), ratio: Number.NaN, [LONG_NAME]: 'a\0b\u0001', data }
    const lists = { place, places: [place, place], version: place, versions: [place] }
    const id = await node.collection(schemas.thing).create({ ...values, ...lists })
    const cut = LONG_NAME.slice(0, 63)
    expect(
      await node.sql`SELECT flag, count, exact, ratio, ${cut}::text AS name, ${LONG_NAME}::text AS long, data, place, places,
        version, versions FROM thing WHERE _id = ${id} AND data = ${data.subarray(0)} AND ratio = ${Number.NaN}
        AND exact = ${-(2n ** 63n)} AND place = ANY(${[place]}) AND flag = ${true}`,
    ).toEqual([
      { ...lists, flag: true, count: -5n, exact: -(2n ** 63n), ratio: Number.NaN, name: cut, long: LONG_NAME, data },
    ])
    const [row] = await node.sql(`SELECT ${LONG_NAME} FROM thing WHERE ${LONG_NAME} = $1 AND _id = $2`, [
      'a\0b\u0001',
      id,
    ])
    expect(row).toEqual({ [cut]: 'a\0b\u0001' })
  })

  test('an expression too deep for the stack ends its own call, and the next one is answered', async () => {
    const { node } = world()
    for (const text of [
      `SELECT now()${" AT TIME ZONE 'UTC'".repeat(199)}`,
      `SELECT ${'ARRAY['.repeat(199)}1${']'.repeat(199)}`,
    ]) {
      await expect(node.sql(text), text.slice(0, 30)).rejects.toMatchObject({
        code: 'SQL_FAILED',
        details: { sqlState: '54001' },
      })
      expect(await node.sql('SELECT 7 AS seven')).toEqual([{ seven: 7 }])
    }
    for (const part of ['1+', '- ', 'NOT ', '1-(', 'CASE WHEN ', 'SELECT (', 'SELECT * FROM (']) {
      const text = `SELECT ${part.repeat(250)}`
      await expect(node.sql(text), part).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'text' } })
    }
    // As deep as may be: also the main thread of Node has stack enough.
    for (const text of [
      `SELECT ${'NOT '.repeat(199)}true AS deep`,
      `SELECT ${'CASE WHEN true AND true THEN true ELSE '.repeat(99)}false${' END'.repeat(99)} AS deep`,
      `SELECT ${'(SELECT '.repeat(99)}true${')'.repeat(99)} AS deep`,
      `SELECT ${'true IS DISTINCT FROM NOT '.repeat(66)}true AS deep`,
    ]) {
      expect(await node.sql(text), text.slice(0, 30)).toEqual([{ deep: expect.any(Boolean) }])
    }
    expect(await node.sql(`SELECT ${'1+'.repeat(150)}1 AS sum`)).toEqual([{ sum: 151 }])
  })

  test('what PostgreSQL refuses says why, under its SQL state', async () => {
    const { node } = world()
    for (const [text, sqlState] of [
      ['SELECT nothing FROM venue', '42703'],
      ['DELETE FROM venue', '42601'],
      ['SELECT * FROM rakko.entries', '42501'],
      ["SELECT pg_read_file('PG_VERSION')", '42501'],
    ] as const) {
      await expect(node.sql(text), text).rejects.toMatchObject({ code: 'SQL_FAILED', details: { sqlState } })
    }
    const invalid = { code: 'INVALID_ARGUMENT' }
    await expect(node.sql(null as never)).rejects.toMatchObject(invalid)
    await expect(node.sql('SELECT 1', 5 as never)).rejects.toMatchObject(invalid)
    await expect(node.sql('SELECT $1::text', [{} as never])).rejects.toMatchObject(invalid)
    await expect(node.sql('SELECT $1::text', [(() => 1) as never])).rejects.toMatchObject(invalid)
  })

  test('a served port takes no SQL unless that was allowed', async () => {
    const { node, transport, schemas } = world()
    const second = await secondClient(world())
    await expect(second.node.sql`SELECT 1`).rejects.toMatchObject({ code: 'SQL_NOT_ALLOWED' })
    await second.dispose()
    const { port1, port2 } = new MessageChannel()
    const stop = transport.servePort(node, port1, { sql: true })
    const third = await transport.openNode({ port: port2, schemas })
    expect(await third.sql`SELECT 1 AS one`).toEqual([{ one: 1 }])
    await third.close()
    stop()
    port1.close()
  })
}
