import { hash, type OperationValue, type Schema } from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MAX_SQL_ROWS } from '../src/read/app-sql/app-sql.js'
import { MAX_SQL_CHARACTERS, MAX_SQL_PARAMETERS } from '../src/read/app-sql/check-statement.js'
import { MAX_READ_BYTES } from '../src/read/read-limits.js'
import type { Store } from '../src/store.js'
import { Author, type SignedItem } from './support/author.js'
import { CountingDriver } from './support/counting-driver.js'
import { defineSchema, int, str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { publishAll } from './support/outcomes.js'
import { StatementLog } from './support/statement-log.js'

const panda = new Author(1)
const driver = await openMemoryDriver()
const log = new StatementLog(driver)
let store: Store
const LONG = 'n'.repeat(63)

async function define(name: string, fields: Readonly<Record<string, string>>): Promise<Schema> {
  const definition = defineSchema(panda, name, fields)
  await publishAll(store, definition.items)
  await store.declareIndexes([{ schemaId: definition.schemaId, indexes: [] }])
  return (await store.schema(definition.schemaId)) as Schema
}

const refused = (sqlState: string) => ({ code: 'SQL_FAILED', details: { sqlState } })

let venue: Schema
let stage: SignedItem

beforeAll(async () => {
  store = await openStore(log)
  venue = await define('venue', { name: 'str', capacity: 'int' })
})
afterAll(() => store.close())

test('A schema is a view before its first document, and has its rows after it', async () => {
  expect(await store.sql('SELECT * FROM venue')).toEqual([])
  stage = panda.create(venue.id, { name: str('Main stage'), capacity: int(500) })
  const tent = panda.create(venue.id, { name: str('Tea tent'), capacity: int(40) })
  await publishAll(store, [stage, tent])
  expect(await store.sql('SELECT name, capacity FROM venue WHERE capacity > $1', [100])).toEqual([
    { name: 'Main stage', capacity: 500n },
  ])
  expect(await store.sql('SELECT count(*), sum(capacity), avg(capacity)::float8 FROM venue')).toEqual([
    { count: 2n, sum: 540n, avg: 270 },
  ])
  await publishAll(store, [panda.delete(tent.documentId, venue.id, tent.viewId)])
  expect(await store.sql('SELECT name FROM venue;')).toEqual([{ name: 'Main stage' }])
})

test('Beside the fields stand id, view id, owner, signer and whether it was edited', async () => {
  const other = new Author(2)
  const update = other.update(stage.documentId, venue.id, stage.viewId, { capacity: int(600) })
  await publishAll(store, [update])
  expect(await store.sql('SELECT * FROM venue')).toEqual([
    {
      _id: stage.documentId,
      _view_id: update.viewId,
      _owner: panda.publicKey,
      _signer: other.publicKey,
      _edited: true,
      name: 'Main stage',
      capacity: 600n,
    },
  ])
})

test('Relations are ids as text and join with them; lists are arrays', async () => {
  const event = await define('event', {
    venue: `relation(${venue.id})`,
    venues: `relation_list(${venue.id})`,
    seen: `pinned_relation(${venue.id})`,
    seens: `pinned_relation_list(${venue.id})`,
  })
  const [a, b] = [hash(Uint8Array.of(1)), hash(Uint8Array.of(2))].sort() as string[] as [string, string]
  const value = (type: string, of: unknown) => ({ type, value: of }) as OperationValue
  await publishAll(store, [
    panda.create(event.id, {
      venue: value('relation', stage.documentId),
      venues: value('relation_list', [b, a, b]),
      seen: value('pinned_relation', `${a}_${b}`),
      seens: value('pinned_relation_list', [`${a}_${b}`, a]),
    }),
  ])
  expect(await store.sql('SELECT venue, venues, seen, seens FROM event')).toEqual([
    { venue: stage.documentId, venues: [b, a, b], seen: `${a}_${b}`, seens: [`${a}_${b}`, a] },
  ])
  const joined = 'SELECT venue.name FROM event JOIN venue ON event.venue = venue._id WHERE event.venues && $1'
  expect(await store.sql(joined, [[a]])).toEqual([{ name: 'Main stage' }])
  expect(await store.sql(joined, [[]])).toEqual([])
})

test('Ids and relations are found by indexes, in a comparison and in a join', async () => {
  const plan = async (text: string) => {
    await store.sql('SELECT 1')
    return driver.transaction(async (session) => {
      // Which way is the cheapest depends on how many rows there are; here there are few.
      await session.exec(`SET LOCAL search_path = "rakko_app"; SET LOCAL enable_seqscan = off;
        SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off`)
      const { rows } = await session.query<Record<string, string>>(`EXPLAIN ${text}`)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    })
  }
  expect(await plan(`SELECT name FROM venue WHERE _id = '${stage.documentId}'`)).toMatch(/Index Scan using d\d+_app_id/)
  expect(await plan(`SELECT _id FROM event WHERE venue = '${stage.documentId}'`)).toMatch(/using d\d+_app_f\d/)
  expect(await plan('SELECT name FROM event JOIN venue ON event.venue = venue._id WHERE event._edited')).toMatch(
    /Index Scan using d\d+_app_id/,
  )
  expect(await plan('SELECT event._id FROM venue JOIN event ON event.venue = venue._id')).toMatch(/using d\d+_app_/)
})

test('Functions, patterns and comparisons know the letters of every script; the order is that of code points', async () => {
  const schema = await define('word', { text: 'str' })
  const empty = "SELECT lower(text) = lower('Ärger') AS same, text ~* 'москва' AS matches FROM word"
  expect(await store.sql(empty)).toEqual([])
  const texts = ['zebra', 'Ärger', 'МОСКВА', 'Öl', '𝒜', '\uffee', 'Zebra']
  await publishAll(
    store,
    texts.map((text) => panda.create(schema.id, { text: str(text) })),
  )
  const found = async (condition: string, params: unknown[] = []) =>
    (await store.sql(`SELECT text FROM word WHERE ${condition} ORDER BY text`, params)).map(({ text }) => text)
  expect(await found("lower(text) = lower('ÄRGER')")).toEqual(['Ärger'])
  expect(await found('lower(text) = lower($1)', ['äRGER'])).toEqual(['Ärger'])
  expect(await found("upper(text) = 'ÖL'")).toEqual(['Öl'])
  expect(await found("text ~* 'москва'")).toEqual(['МОСКВА'])
  expect(await found("text ILIKE 'öL'")).toEqual(['Öl'])
  expect(await found("text ~ '^\\w+$' AND text !~ '[a-zA-Z]'")).toEqual(['МОСКВА', '𝒜'])
  expect(await found("initcap(lower(text)) = 'Москва'")).toEqual(['МОСКВА'])
  expect(await found('true')).toEqual(['Zebra', 'zebra', 'Ärger', 'Öl', 'МОСКВА', '\uffee', '𝒜'])
  expect(await found("text < 'Zf'")).toEqual(['Zebra'])
  expect(await found('text = $1', ['Ärger'])).toEqual(['Ärger'])
  const joined =
    'SELECT a.text FROM word AS a JOIN word AS b ON lower(a.text) = lower(b.text) AND a._id <> b._id ORDER BY 1'
  expect(await store.sql(joined)).toEqual([{ text: 'Zebra' }, { text: 'zebra' }])
})

test('All values come back, and match as parameters, to the last bit', async () => {
  const schema = await define('thing', { i: 'int', f: 'float', s: 'str', b: 'bytes', t: 'bool' })
  const ints = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 0n, -1n, 1n, 2n]
  const floats = [Number.NaN, Infinity, -Infinity, -0, 5e-324, 0.1, Number.MAX_VALUE]
  const texts = ['', 'a\0b', '\u0001\u0002\u0003\0', '🦦', "'; DROP SCHEMA rakko; --", '$1', 'é'.repeat(1000)]
  const bytes = [[], [0], [255, 0], [1], [2], [3], [4]].map((one) => Uint8Array.from(one))
  const items = ints.map((i, n) =>
    panda.create(schema.id, {
      i: int(i),
      f: { type: 'float', value: floats[n] as number },
      s: str(texts[n] as string),
      b: { type: 'bytes', value: bytes[n] as Uint8Array },
      t: { type: 'bool', value: n % 2 === 0 },
    }),
  )
  await publishAll(store, items)
  for (const [n, item] of items.entries()) {
    const [row] = await store.sql('SELECT i, f, s, b, t FROM thing WHERE _id = $1', [item.documentId])
    expect(row).toEqual({ i: ints[n], f: floats[n], s: texts[n], b: bytes[n], t: n % 2 === 0 })
    expect(Object.is(row?.f, floats[n])).toBe(true)
    const same = 'SELECT _id FROM thing WHERE i = $1 AND f = $2 AND s = $3 AND b = $4 AND s = ANY($5) AND t = $6'
    expect(await store.sql(same, [ints[n], floats[n], texts[n], bytes[n], texts, n % 2 === 0])).toEqual([
      { _id: item.documentId },
    ])
  }
  expect(
    await store.sql('SELECT $1::text AS a, $2::int8 AS b, $3::text[] AS c', [null, undefined, ['\0', null]]),
  ).toEqual([{ a: null, b: null, c: ['\0', null] }])
})

test('Names that PostgreSQL would cut or take for its own have a place each', async () => {
  const fields = { [`${LONG}a`]: 'int', [`${LONG}b`]: 'int', select: 'int', Mixed: 'int' }
  const schema = await define('text', fields)
  const values = { [`${LONG}a`]: int(1), [`${LONG}b`]: int(2), select: int(3), Mixed: int(4) }
  await publishAll(store, [panda.create(schema.id, values)])
  const [row] = await store.sql(`SELECT ${LONG}a, "_2_${LONG}b", "select", "Mixed", 'x'::text AS t FROM "text"`)
  expect(row).toEqual({ [LONG]: 1n, [`_2_${LONG}`.slice(0, 63)]: 2n, select: 3n, Mixed: 4n, t: 'x' })
  const [long, other] = [`${'v'.repeat(63)}a`, `${'v'.repeat(63)}b`]
  await define(long, { value: 'int' })
  await define(other, { value: 'str' })
  expect(await store.sql(`SELECT value FROM ${long}`)).toEqual([])
  expect(await store.sql(`SELECT value FROM "_2_${other}" WHERE value = 'text'`)).toEqual([])
})

test('The first schema of a name keeps the view', async () => {
  await define('venue', { title: 'str' })
  expect(await store.sql('SELECT name FROM venue')).toEqual([{ name: 'Main stage' }])
})

test('A wide schema is one view', async () => {
  const names = Array.from({ length: 1024 }, (_, index) => `f${index}`)
  const schema = await define('wide', Object.fromEntries(names.map((name) => [name, 'int'])))
  await publishAll(store, [panda.create(schema.id, Object.fromEntries(names.map((name, i) => [name, int(i)])))])
  const [row] = await store.sql('SELECT * FROM wide')
  expect(row).toMatchObject(Object.fromEntries(names.map((name, i) => [name, BigInt(i)])))
})

test('What is no SELECT, writes, reads elsewhere or leaves its role is refused, and the store goes on', async () => {
  const attacks: readonly (readonly [string, string])[] = [
    ['INSERT INTO venue (name) VALUES ($$x$$)', '42601'],
    ["UPDATE venue SET name = 'x'", '42601'],
    ['DELETE FROM venue', '42601'],
    ['WITH gone AS (DELETE FROM rakko.entries RETURNING *) SELECT * FROM gone', '42501|0A000'],
    ['SELECT 1; DROP SCHEMA rakko CASCADE', '42601'],
    ['SELECT 1; SELECT 2', '42601'],
    ['SELECT * INTO stolen FROM venue', '42601|42501|0A000'],
    ['CREATE TABLE x (a int)', '42601'],
    ['DROP VIEW venue', '42601'],
    ['TRUNCATE rakko.entries', '42601'],
    ['SELECT * FROM rakko.entries', '42501'],
    ['SELECT * FROM rakko.d5', '42501'],
    ['SELECT * FROM venue FOR UPDATE', '42501|25006|0A000'],
    ["COPY venue TO '/tmp/venue'", '42601'],
    ["COPY venue TO PROGRAM 'cat'", '42601'],
    ["SELECT pg_read_file('PG_VERSION')", '42501'],
    ["SELECT pg_read_binary_file('PG_VERSION')", '42501'],
    ["SELECT pg_ls_dir('.')", '42501'],
    ["SELECT pg_stat_file('PG_VERSION')", '42501'],
    ["SELECT lo_import('/etc/passwd')", '42501'],
    ["SELECT lo_export(1, '/tmp/x')", '42501'],
    ['SELECT lo_create(1)', '42501'],
    ['SELECT * FROM pg_authid', '42501'],
    ["SELECT set_config('role', 'postgres', true)", '42501'],
    ["SELECT set_config('role', 'none', true), ts_stat('SELECT to_tsvector(pg_read_file(''PG_VERSION''))')", '42501'],
    ["SELECT * FROM ts_stat('SELECT to_tsvector(pg_read_file(''PG_VERSION''))')", '42501'],
    ["SELECT * FROM ts_stat('SELECT to_tsvector(encode(entry, ''hex'')) FROM rakko.entries')", '42501'],
    ["UPDATE pg_settings SET setting = 'postgres' WHERE name = 'role'", '42601'],
    ['RESET ROLE', '42601'],
    ['SET ROLE postgres', '42601'],
    ['COMMIT', '42601'],
    ['DO $$ BEGIN RESET ROLE; END $$', '42601'],
    ['EXPLAIN ANALYZE SELECT 1', '42601'],
    ['SELECT pg_advisory_lock(1)', '42501'],
    ['SELECT pg_sleep(1)', '42501'],
    ["SELECT pg_notify('a', 'b')", '42501'],
    ["SELECT pg_logical_emit_message(false, 'a', 'b')", '42501'],
    ['SELECT setseed(0.5)', '42501'],
    ['SELECT * FROM pg_prepared_statements', '42501'],
    ['SELECT * FROM pg_cursors', '42501'],
    ['SELECT pg_terminate_backend(pg_backend_pid())', '42501'],
    ['SELECT nowhere FROM venue', '42703'],
    ['SELECT * FROM nowhere', '42P01'],
    ['', '42601'],
    ['SELECT 1 / 0', '22012'],
    [')', '42601'],
    ['SELECT /* 1', '42601'],
  ]
  for (const [text, states] of attacks) {
    const outcome = await store.sql(text).then(
      (rows) => ({ rows }),
      (error: unknown) => error as { code: string; details: { sqlState: string } },
    )
    if (!('code' in outcome)) throw new Error(`not refused: ${text}`)
    expect([outcome.code, outcome.details.sqlState], text).toEqual([
      'SQL_FAILED',
      expect.stringMatching(`^(${states})$`),
    ])
  }
  const { rows } = await driver.query('SELECT current_user::text AS who, current_setting($1) AS path', ['search_path'])
  expect(rows).toEqual([{ who: 'postgres', path: 'public' }])
  await publishAll(store, [panda.create(venue.id, { name: str('After'), capacity: int(1) })])
  expect(await store.sql("SELECT 1 AS one FROM venue WHERE name = 'After' -- the end")).toEqual([{ one: 1 }])
})

test('Arguments are checked, and the result has a limit', async () => {
  const invalid = { code: 'INVALID_ARGUMENT' }
  for (const text of [null, 5, '\ud800', 'SELECT \0', 'x'.repeat(MAX_SQL_CHARACTERS + 1)]) {
    await expect(store.sql(text as string), String(text).slice(0, 20)).rejects.toMatchObject(invalid)
  }
  const long = Array.from({ length: MAX_SQL_PARAMETERS + 1 }, () => 1)
  for (const params of [{}, 5, long, [{}], [Symbol('x')], ['\ud800'], [['\ud800']], [new Date()]]) {
    await expect(store.sql('SELECT $1::text', params as never)).rejects.toMatchObject(invalid)
  }
  await expect(store.sql('SELECT 1', [1])).rejects.toMatchObject(invalid)
  await expect(store.sql('SELECT $1::int8', [0.5])).rejects.toMatchObject(invalid)
  const series = (count: number) => store.sql(`SELECT i FROM generate_series(1, ${count}) AS s (i)`)
  expect(await series(MAX_SQL_ROWS)).toHaveLength(MAX_SQL_ROWS)
  await expect(series(MAX_SQL_ROWS + 1)).rejects.toMatchObject(refused('54000'))
})

test('Views are made once: a second statement, and a second store, find them', async () => {
  await store.sql('SELECT 1')
  const statements = log.statements.length
  await store.sql('SELECT 1')
  expect(log.statements.slice(statements).filter((text) => /VIEW|obj_description/.test(text))).toEqual([])
  const views = () =>
    driver.query(`SELECT oid FROM pg_class WHERE relnamespace = 'rakko_app'::regnamespace ORDER BY oid`)
  const second = await openStore(driver)
  const declared = await driver.query<{ id: string }>(
    `SELECT schema_id AS id FROM rakko.schemas WHERE definition IS NOT NULL ORDER BY number`,
  )
  await second.declareIndexes(declared.rows.map(({ id }) => ({ schemaId: id as Schema['id'], indexes: [] })))
  const before = (await views()).rows
  expect(await second.sql("SELECT name FROM venue WHERE name = 'After'")).toEqual([{ name: 'After' }])
  expect((await views()).rows).toEqual(before)
})

test('The result is bounded in bytes as well, and PostgreSQL makes no more rows than fit', async () => {
  const rowBytes = 100_000
  const rows = (count: number) => store.sql(`SELECT repeat('x', ${rowBytes}) AS text FROM generate_series(1, ${count})`)
  expect(await rows(300)).toHaveLength(300)
  const counting = new CountingDriver(driver)
  const counted = await openStore(counting)
  await counted.sql('SELECT 1')
  counting.reset()
  const statement = `SELECT repeat('x', ${rowBytes}) AS text FROM generate_series(1, 30000)`
  await expect(counted.sql(statement)).rejects.toMatchObject({
    code: 'ANSWER_TOO_LARGE',
    details: { expected: `at most ${MAX_READ_BYTES} bytes` },
  })
  expect(counting.bytes).toBeLessThan(1.2 * MAX_READ_BYTES)
  expect(await store.sql('SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('A cyclic parameter, and one that throws when it is read, are refused', async () => {
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  const throwing = Object.defineProperty([1], 0, {
    get() {
      throw new TypeError('no')
    },
  })
  for (const params of [[cyclic], cyclic, [[[[[[[[1]]]]]]]], throwing, [throwing]]) {
    await expect(store.sql('SELECT $1::int[]', params)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  }
})

test('A column may be called __proto__', async () => {
  const rows = await store.sql('SELECT 1 AS "__proto__"')
  expect(rows.map((row) => Object.entries(row))).toEqual([[['__proto__', 1]]])
})
