import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Driver, MAX_ANSWER_BYTES } from '../../src/driver/driver.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'

const ROW_BYTES = 100_000
const LIMIT = 1_000_000
/** Tells by its sequence how many of its rows PostgreSQL made. */
const ENDLESS = `SELECT nextval('made'), repeat('x', ${ROW_BYTES}) FROM generate_series(1, 1000000)`

let driver: Driver

beforeAll(async () => {
  driver = await openMemoryDriver()
})
beforeEach(() => driver.exec('DROP SEQUENCE IF EXISTS made; CREATE SEQUENCE made'))
afterAll(() => driver.close())

async function rowsMade(): Promise<number> {
  const { rows } = await driver.query<{ made: bigint }>("SELECT nextval('made') - 1 AS made")
  return Number(rows[0]?.made)
}

test('PostgreSQL makes no more rows than the limit has room for, and serves the next statement', async () => {
  const error: unknown = await driver.query(ENDLESS, [], LIMIT).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'ANSWER_TOO_LARGE', details: { expected: `at most ${LIMIT} bytes` } })
  expect(await rowsMade()).toBeLessThan((2 * LIMIT) / ROW_BYTES)
  expect((await driver.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

test('A statement that names no limit has that of all', async () => {
  const expected = `at most ${MAX_ANSWER_BYTES} bytes`
  await expect(driver.query(ENDLESS)).rejects.toMatchObject({ code: 'ANSWER_TOO_LARGE', details: { expected } })
  expect(await rowsMade()).toBeLessThan((1.1 * MAX_ANSWER_BYTES) / ROW_BYTES)
})

test('A single row above the limit is refused, and cancels nothing that comes after it', async () => {
  for (const bytes of [LIMIT - 1_000, LIMIT + 1_000, 10 * LIMIT]) {
    const statement = driver.query<{ x: string }>("SELECT repeat('x', $1::int) AS x", [bytes], LIMIT)
    if (bytes < LIMIT) expect((await statement).rows[0]?.x).toHaveLength(bytes)
    else await expect(statement).rejects.toMatchObject({ code: 'ANSWER_TOO_LARGE' })
    expect((await driver.query('SELECT count(*) FROM generate_series(1, 100000)')).rows).toEqual([{ count: 100_000n }])
  }
})

test('A transaction in which an answer was too large is rolled back, whoever ignores the error', async () => {
  await driver.exec('CREATE TABLE IF NOT EXISTS item (id int)')
  const ignoring = driver.transaction(async (transaction) => {
    await transaction.exec('INSERT INTO item VALUES (1)')
    await transaction.query(ENDLESS, [], LIMIT).catch(() => undefined)
  })
  await expect(ignoring).rejects.toMatchObject({ code: 'ANSWER_TOO_LARGE' })
  expect((await driver.query('SELECT * FROM item')).rows).toEqual([])
  await driver.transaction((transaction) => transaction.exec('INSERT INTO item VALUES (2)'))
  expect((await driver.query('SELECT * FROM item')).rows).toEqual([{ id: 2 }])
})

test('A column may be called __proto__', async () => {
  const { rows } = await driver.query('SELECT 1 AS "__proto__", NULL AS constructor')
  expect(rows.map((row) => Object.entries(row as object))).toEqual([
    [
      ['__proto__', 1],
      ['constructor', null],
    ],
  ])
})
