import { expect, test } from 'vitest'
import { Bulk, type Columns } from '../../src/sql/bulk.js'
import { hexColumn, hexListColumn, integerColumn, textColumn } from '../../src/sql/column.js'
import { joinWrites, MAX_STATEMENT_BYTES } from '../../src/sql/join-writes.js'
import { type Sql, sql } from '../../src/sql/sql.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'

interface Row {
  readonly id: number
  readonly name?: string
  readonly friends?: readonly string[]
}

const COLUMNS: Columns<Row> = {
  id: integerColumn(({ id }) => id),
  name: textColumn(({ name }) => name),
  friends: hexListColumn(({ friends }) => friends),
}

const TABLE = sql.id('people')

const textsOf = (statements: readonly Sql[]) => statements.map(({ text }) => text.replace(/\s+/g, ' ').trim())

test('one row is written without arrays, and more as one array a column', () => {
  const people = new Bulk(COLUMNS, { key: ['id'] })
  const rows = [{ id: 1 }, { id: 2 }]
  expect(textsOf(people.insert(TABLE, []))).toEqual([])
  expect(textsOf(people.insert(TABLE, rows.slice(1)))).toEqual([
    'INSERT INTO people (name, friends, id) VALUES ($1::text, $2::text::bytea[], $3::int4)',
  ])
  expect(textsOf(people.insert(TABLE, rows))).toEqual([
    'INSERT INTO people (name, friends, id) SELECT u.name, u.friends::bytea[], u.id ' +
      'FROM unnest($1::text[], $2::text[], $3::int4[]) AS u (name, friends, id)',
  ])
  expect(textsOf(people.update(TABLE, rows.slice(1)))).toEqual([
    'UPDATE people AS t SET name = $1::text, friends = $2::text::bytea[] WHERE t.id = $3::int4',
  ])
  expect(textsOf(people.update(TABLE, rows))).toEqual([
    'UPDATE people AS t SET name = u.name, friends = u.friends::bytea[] ' +
      'FROM unnest($1::text[], $2::text[], $3::int4[]) AS u (name, friends, id) WHERE t.id = u.id',
  ])
})

test('a key that is none of the columns is noticed when the module loads', () => {
  expect(() => new Bulk(COLUMNS, { key: ['identity'] })).toThrow('the key identity is none of the columns')
})

test('statements of one shape share their text, whatever their values', () => {
  const people = new Bulk(COLUMNS, { key: ['id'] })
  const [first] = people.insert(TABLE, [{ id: 1, name: 'Ada' }])
  const [second] = people.insert(TABLE, [{ id: 2, friends: ['00ff', '01'] }])
  expect(second?.texts).toBe(first?.texts)
  expect(first?.parameters).toEqual(['Ada', null, 1])
  expect(second?.parameters).toEqual([null, '{"\\\\x00ff","\\\\x01"}', 2])
  const [elsewhere] = people.insert(sql.id('animals'), [{ id: 1 }])
  expect(elsewhere?.text).toContain('INTO animals')
})

test('rows are written, changed and read as they were given, one or many, in joined statements', async () => {
  const driver = await openMemoryDriver()
  const run = ({ text, parameters }: Sql) => driver.query<Row>(text, parameters)
  await driver.exec('CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL, friends bytea[])')
  const people = new Bulk(COLUMNS, { key: ['id'], keepsOnNull: true })
  const others = new Bulk<Row>(
    { id: integerColumn(({ id }) => id), name: textColumn(({ name }) => name) },
    { onConflict: sql`ON CONFLICT (id) DO UPDATE SET name = excluded.name` },
  )
  const made = joinWrites([
    ...people.insert(TABLE, [{ id: 1, name: 'Ada', friends: ['0a'] }]),
    ...people.insert(TABLE, [
      { id: 2, name: 'Bob', friends: [] },
      { id: 3, name: 'Cy', friends: ['0b', '0c'] },
    ]),
  ])
  expect(made).toHaveLength(1)
  for (const statement of made) await run(statement)
  const changed = joinWrites([
    ...people.update(TABLE, [{ id: 1, name: 'Eve' }]),
    ...people.update(TABLE, [
      { id: 2, friends: ['0d'] },
      { id: 3, name: 'Dan' },
    ]),
    sql`INSERT INTO ${TABLE} (id, name) VALUES (${4}, ${'Flo'})`,
  ])
  expect(changed.map(({ parameters }) => parameters.length)).toEqual([3 + 3 + 2])
  for (const statement of changed) await run(statement)
  const asked = new Bulk<string>({ friend: hexColumn((friend) => friend) }).source(['0a', '0d', '0e'])
  const { rows } = await run(
    sql`SELECT t.id, t.name FROM ${asked} JOIN people AS t ON u.friend = ANY(t.friends) ORDER BY id`,
  )
  expect(rows).toEqual([
    { id: 1, name: 'Eve' },
    { id: 2, name: 'Bob' },
  ])
  for (const statement of others.insert(TABLE, [{ id: 4, name: 'Gus' }])) await run(statement)
  const named = await run(sql`SELECT name FROM people ORDER BY id`)
  expect(named.rows.map(({ name }) => name)).toEqual(['Eve', 'Bob', 'Dan', 'Gus'])
  await driver.close()
})

test('rows of too many bytes become several statements, and joined writes too', () => {
  const people = new Bulk<Row>({ id: integerColumn(({ id }) => id), name: textColumn(({ name }) => name) })
  const long = { id: 1, name: 'x'.repeat(MAX_STATEMENT_BYTES / 4) }
  const statements = people.insert(TABLE, [long, long, long, long, long, long])
  expect(statements).toHaveLength(2)
  expect(statements[1]?.texts).toBe(statements[0]?.texts)
  const small = people.insert(TABLE, [{ id: 2, name: 'small' }])
  expect(textsOf(joinWrites([...statements, ...small])).map((text) => text.match(/INSERT/g)?.length)).toEqual([1, 2])
  const many = Array.from({ length: 33_000 }, (_, index) => sql`SELECT ${index}`)
  expect(joinWrites(many).map(({ parameters }) => parameters.length)).toEqual([32_000, 1_000])
  expect(joinWrites([])).toEqual([])
})
