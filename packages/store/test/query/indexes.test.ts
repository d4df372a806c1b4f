import { parseQuery, type QueryInput, type Schema } from '@rakko/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Document, Store } from '../../src/store.js'
import { Author } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { naiveQuery } from '../support/naive-query.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'
import { StatementLog } from '../support/statement-log.js'

const ROWS = 20_000
const LONG = 'ä'.repeat(3_000)

const panda = new Author(1)
const driver = new StatementLog(await openMemoryDriver())
let store: Store
let schema: Schema
let table: string

beforeAll(async () => {
  store = await openStore(driver)
  const definition = defineSchema(panda, 'event', { title: 'str', starts: 'int', open: 'bool', poster: 'bytes' })
  await publishAll(store, definition.items)
  schema = (await store.schema(definition.schemaId)) as Schema
  const { rows } = await driver.query<{ number: number }>('SELECT max(number) AS number FROM rakko.schemas')
  table = `d${rows[0]?.number}`
})
afterAll(() => store.close())

const declare = (...indexes: string[][]) => store.declareIndexes([{ schemaId: schema.id, indexes }])
const ask = (input: QueryInput) => parseQuery(input, schema)
const create = (title: string, starts: number, poster = new Uint8Array()) =>
  panda.create(schema.id, {
    title: str(title),
    starts: int(starts),
    open: { type: 'bool', value: starts % 2 === 0 },
    poster: { type: 'bytes', value: poster },
  })

async function indexes(): Promise<string[]> {
  const { rows } = await driver.query<{ name: string }>(
    `SELECT indexname::text AS name FROM pg_indexes WHERE schemaname = 'rakko' AND tablename = $1
    AND indexname LIKE '%_by_%' ORDER BY 1`,
    [table],
  )
  return rows.map(({ name }) => name)
}

/** How PostgreSQL runs the very statement that the store sent. */
async function planOf(input: QueryInput): Promise<string> {
  await store.query(ask(input))
  return driver.planOfLast()
}

test('Indexes are declared before the first document and made with it', async () => {
  await declare(['starts'], ['open', 'starts'], ['title'], ['poster'])
  expect(await indexes()).toEqual([])
  await publishAll(store, [create('one', 1)])
  // Columns are named by the place of the field among all names: open, poster, starts, title.
  expect(await indexes()).toEqual([`${table}_by_f0_f2`, `${table}_by_f1`, `${table}_by_f2`, `${table}_by_f3`])
})

test('What is declared no longer is dropped, what is new is made, the rest stays', async () => {
  const oid = async () =>
    (await driver.query<{ oid: number }>(`SELECT 'rakko.${table}_by_f2'::regclass::oid AS oid`)).rows[0]?.oid
  const before = await oid()
  await declare(['starts'], ['starts', 'title'])
  expect(await indexes()).toEqual([`${table}_by_f2`, `${table}_by_f2_f3`])
  await declare(['starts'], ['open', 'starts'], ['title'], ['poster'])
  expect(await indexes()).toHaveLength(4)
  expect(await oid()).toBe(before)
})

test('Values longer than an index may hold are stored, and found, sorted and paged as they are', async () => {
  const titles = [`${LONG}b`, `${LONG}a`, LONG, 'z'.repeat(200), 'z'.repeat(128), `\0${LONG}`, '']
  const outcomes = await store.publish(titles.map((title, i) => create(title, i, new Uint8Array(4_000).fill(i % 2))))
  expect(outcomes.map(({ status }) => status)).toEqual(titles.map(() => 'published'))
  const documents: Document[] = [...(await store.query(ask({}))).documents]
  for (const input of [
    { orderBy: 'title' },
    { orderBy: { title: 'desc' } },
    { orderBy: [{ title: 'desc' }, { starts: 'asc' }] },
    { orderBy: 'poster' },
    { where: { title: `${LONG}a` } },
    { where: { title: { gt: LONG, lte: `${LONG}b` } }, orderBy: 'title' },
    { where: { poster: new Uint8Array(4_000).fill(1) } },
  ]) {
    const expected = naiveQuery(documents, ask(input)).map(({ id }) => id)
    const seen: string[] = []
    let query = ask({ ...input, first: 2 })
    for (let more = true; more; ) {
      const page = await store.query(query)
      seen.push(...page.documents.map(({ id }) => id))
      more = page.hasNextPage
      if (page.end) query = { ...query, after: page.end }
    }
    expect(seen, JSON.stringify(input).slice(0, 80)).toEqual(expected)
  }
})

test(`A page of ${ROWS} rows is read from the index that was declared for it`, async () => {
  await driver.exec(`
    INSERT INTO rakko.documents (number, id, schema, view_id, owner, signer, edited, deleted)
      SELECT 1000000 + i, '\\x0020'::bytea || sha256(i::text::bytea), ${table.slice(1)},
        '\\x0020'::bytea || sha256(i::text::bytea), 1, 1, false, false FROM generate_series(1, ${ROWS}) AS i;
    INSERT INTO rakko.${table} (document, id, f0, f1, f2, f3)
      SELECT 1000000 + i, '\\x0020'::bytea || sha256(i::text::bytea), i % 2 = 0, ''::bytea, i * 7919 % 20011,
        'title ' || i * 7919 % 20011 FROM generate_series(1, ${ROWS}) AS i;
    ANALYZE rakko.${table};`)
  const after = (await store.query(ask({ orderBy: 'title', first: 50 }))).end ?? []
  const cases: [QueryInput, string][] = [
    [{ orderBy: 'starts', first: 50 }, 'f2'],
    [{ orderBy: { starts: 'desc' }, first: 50 }, 'f2'],
    [{ where: { starts: { gte: 10_000 } }, orderBy: 'starts', first: 50 }, 'f2'],
    [{ where: { open: true, starts: { gte: 10_000 } }, orderBy: 'starts', last: 50 }, 'f0_f2'],
    [{ orderBy: 'title', first: 50 }, 'f3'],
    [{ where: { title: 'title 1234' } }, 'f3'],
  ]
  for (const [input, columns] of cases) {
    const plan = await planOf(input)
    expect(plan, JSON.stringify(input)).toContain(`${table}_by_${columns} `)
    expect(plan).not.toContain(`Seq Scan on ${table} `)
  }
  await store.query({ ...ask({ orderBy: 'title', first: 50 }), after })
  expect(await driver.planOfLast()).toMatch(new RegExp(`${table}_by_f3 .*Index Cond`, 's'))
})

test('What cannot be indexed is refused and changes nothing', async () => {
  const before = await indexes()
  const code = 'INVALID_ARGUMENT'
  await expect(declare(['nobody'])).rejects.toMatchObject({ code })
  await expect(declare([])).rejects.toMatchObject({ code })
  await expect(declare(['title', 'starts', 'open', 'poster', 'title'])).rejects.toMatchObject({ code })
  await expect(
    store.declareIndexes([{ schemaId: schema.id.replace('event', 'other') as typeof schema.id, indexes: [] }]),
  ).rejects.toMatchObject({ code: 'SCHEMA_NOT_FOUND' })
  expect(await indexes()).toEqual(before)
})
