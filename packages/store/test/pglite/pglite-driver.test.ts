import type { RakkoError } from '@rakko/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Driver } from '../../src/driver/driver.js'
import { SqlError } from '../../src/driver/sql-error.js'
import { DirectoryFiles, openPglite } from '../../src/pglite/index.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { Directories } from '../verify/damaged-directory.js'

let driver: Driver

beforeAll(async () => {
  driver = await openMemoryDriver()
})

afterAll(() => driver.close())

describe('values', () => {
  const cases: [type: string, values: readonly unknown[]][] = [
    ['boolean', [true, false, null]],
    ['smallint', [-32_768, 32_767, null]],
    ['integer', [-2_147_483_648, 2_147_483_647, 0]],
    ['bigint', [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, 0n]],
    ['double precision', [-0, 0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 0.1, null]],
    ['real', [-0, 0.5, Number.NaN]],
    ['numeric(20)', [0n, 1n, 9_999n, 10_000n, 100_000_000n, 2n ** 64n - 1n, -5n, null]],
    ['text', ['', 'a', 'NULL', '"\\{},', "it's", 'ä', '𝄞', 'x'.repeat(5_000), '\u0001\u007f\u0080', null]],
    ['bytea', [new Uint8Array(), Uint8Array.from({ length: 256 }, (_, byte) => byte), null]],
  ]

  it.each(cases)('%s survives as a value and within an array', async (type, values) => {
    for (const value of values) {
      const { rows } = await driver.query<{ value: unknown }>(`SELECT $1::${type} AS value`, [value])
      expect(rows).toEqual([{ value }])
    }
    const element = type.replace(/\(\d+\)/, '')
    const { rows } = await driver.query<{ value: unknown }>(`SELECT $1::${element}[] AS value`, [values])
    expect(rows).toEqual([{ value: values }])
    const { rows: unnested } = await driver.query<{ value: unknown }>(`SELECT unnest($1::${element}[]) AS value`, [
      values,
    ])
    expect(unnested).toEqual(values.map((value) => ({ value })))
  })

  it('an empty array and an array of arrays survive', async () => {
    const { rows } = await driver.query("SELECT $1::bytea[] AS empty, '{{1,2},{3,NULL}}'::int[] AS nested", [[]])
    expect(rows).toEqual([
      {
        empty: [],
        nested: [
          [1, 2],
          [3, null],
        ],
      },
    ])
  })

  it('a numeric with a fraction, or not finite, is text', async () => {
    const texts = ['1.50', '-0.00005', '12345678901234567890.5', 'NaN', 'Infinity', '-Infinity']
    const { rows } = await driver.query<{ value: unknown }>('SELECT unnest($1::text[])::numeric AS value', [texts])
    expect(rows.map(({ value }) => value)).toEqual(texts)
  })

  it('a safe integer may stand for a bigint, and undefined for NULL', async () => {
    const { rows } = await driver.query('SELECT $1::bigint AS a, $2::bigint AS b, $3::text AS c', [
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      undefined,
    ])
    expect(rows).toEqual([{ a: BigInt(Number.MAX_SAFE_INTEGER), b: BigInt(Number.MIN_SAFE_INTEGER), c: null }])
  })

  it('bytes bound to an array are its binary form', async () => {
    // One dimension, no NULL, elements of int4, two of them, from 1: 7 and −1.
    const words = [1, 0, 23, 2, 1, 4, 7, 4, -1]
    const bytes = new Uint8Array(words.length * 4)
    for (const [index, word] of words.entries()) new DataView(bytes.buffer).setInt32(index * 4, word)
    const { rows } = await driver.query('SELECT $1::int[] AS value', [bytes])
    expect(rows).toEqual([{ value: [7, -1] }])
  })

  const misfits: [type: string, value: unknown][] = [
    ['bigint', 2n ** 63n],
    ['bigint', 2 ** 53],
    ['bigint', '1'],
    ['integer', 1.5],
    ['integer', 2 ** 31],
    ['smallint', 40_000],
    ['boolean', 1],
    ['double precision', 1n],
    ['bytea', 'text'],
    ['text', {}],
    ['bigint[]', [1n, 'x']],
    ['integer', [1]],
  ]

  it.each(misfits)('%s refuses %s before PostgreSQL sees it', async (type, value) => {
    await expect(driver.query(`SELECT $1::${type} AS value`, [value])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    expect((await driver.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it('a wrong number of parameters is refused', async () => {
    await expect(driver.query('SELECT $1::int, $2::int', [1])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { expected: 2, got: 1 },
    })
  })

  it('U+0000 cannot end a statement early', async () => {
    await expect(driver.query('SELECT 1 \0; SELECT 2')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(driver.exec('SELECT 1 \0; SELECT 2')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe('statements and transactions', () => {
  beforeEach(async () => {
    await driver.exec('DROP TABLE IF EXISTS item; CREATE TABLE item (id int PRIMARY KEY, name text)')
  })

  const ids = async () =>
    (await driver.query<{ id: number }>('SELECT id FROM item ORDER BY id')).rows.map(({ id }) => id)

  it('rows affected are those of the statement itself', async () => {
    const count = async (sql: string) => (await driver.query(sql)).affectedRows
    expect(await count("INSERT INTO item SELECT n, 'x' FROM generate_series(1, 5) n")).toBe(5)
    expect(await count("UPDATE item SET name = 'y' WHERE id > 3")).toBe(2)
    expect(await count('SELECT * FROM item')).toBe(0)
    expect(await count('DELETE FROM item')).toBe(5)
  })

  it("PostgreSQL's refusal carries its state, detail and constraint, and the next statement works", async () => {
    const insert = () => driver.query('INSERT INTO item (id) VALUES ($1)', [1])
    await insert()
    const error = await insert().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SqlError)
    expect(error).toMatchObject({ sqlState: '23505', constraint: 'item_pkey', detail: 'Key (id)=(1) already exists.' })
    await expect(driver.query('SELECT nothing FROM nowhere')).rejects.toMatchObject({ sqlState: '42P01' })
    expect(await ids()).toEqual([1])
  })

  it('a plan kept from before a table changed is not used after it', async () => {
    await driver.query('INSERT INTO item VALUES (1, $1)', ['a'])
    expect((await driver.query('SELECT * FROM item')).rows).toEqual([{ id: 1, name: 'a' }])
    await driver.exec('ALTER TABLE item ADD COLUMN age int DEFAULT 3')
    expect((await driver.query('SELECT * FROM item')).rows).toEqual([{ id: 1, name: 'a', age: 3 }])
    await driver.query('ALTER TABLE item ALTER COLUMN age TYPE bigint')
    expect((await driver.query('SELECT * FROM item')).rows).toEqual([{ id: 1, name: 'a', age: 3n }])
  })

  it('more statements than are kept planned all work, again and again', async () => {
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 300; n++) {
        expect((await driver.query(`SELECT ${n} + $1::int AS sum`, [1])).rows).toEqual([{ sum: n + 1 }])
      }
    }
  })

  it('exec is all or nothing', async () => {
    await expect(driver.exec('INSERT INTO item VALUES (1); INSERT INTO item VALUES (1)')).rejects.toThrow(
      'duplicate key',
    )
    expect(await ids()).toEqual([])
  })

  it('a transaction commits what it did, and returns its result', async () => {
    const result = await driver.transaction(async (session) => {
      await session.query('INSERT INTO item VALUES (1)')
      await session.exec('INSERT INTO item VALUES (2); INSERT INTO item VALUES (3)')
      return 'done'
    })
    expect(result).toBe('done')
    expect(await ids()).toEqual([1, 2, 3])
  })

  it('a callback that rejects leaves nothing behind', async () => {
    const reason = new Error('changed my mind')
    const attempt = driver.transaction(async (session) => {
      await session.query('INSERT INTO item VALUES (1)')
      throw reason
    })
    await expect(attempt).rejects.toBe(reason)
    expect(await ids()).toEqual([])
  })

  it('a callback that keeps a failure to itself is rejected with it', async () => {
    const attempt = driver.transaction(async (session) => {
      await session.query('INSERT INTO item VALUES (1)')
      await session.query('SELECT 1 / 0').catch(() => undefined)
    })
    await expect(attempt).rejects.toMatchObject({ sqlState: '22012' })
    expect(await ids()).toEqual([])
  })

  it('calls on the driver wait until a transaction is over', async () => {
    const order: string[] = []
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const transaction = driver.transaction(async (session) => {
      await session.query('INSERT INTO item VALUES (1)')
      await gate
      order.push('transaction')
    })
    const seen = ids().then((found) => {
      order.push('query')
      return found
    })
    open()
    await transaction
    expect(await seen).toEqual([1])
    expect(order).toEqual(['transaction', 'query'])
  })

  it('what a transaction handed out is of no use after it', async () => {
    const session = await driver.transaction(async (inside) => inside)
    await expect(session.query('SELECT 1')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('megabytes go in and out', async () => {
    const value = new Uint8Array(3_000_000).fill(0xa5)
    const { rows } = await driver.query<{ value: Uint8Array }>('SELECT $1::bytea AS value', [value])
    expect(Buffer.from(rows[0]?.value ?? []).equals(value)).toBe(true)
    expect((await driver.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

describe('a statement that leaves PostgreSQL in the middle', () => {
  // PostgreSQL's parser of JSON takes none of the stack that max_stack_depth measures.
  const deepJson = "SELECT repeat('[', 1000000)::json"
  const brokenOff = {
    code: 'STORAGE_FAILED',
    message: expect.stringContaining('broke off in the middle'),
    details: { reopen: true },
  }

  it('ends the database: nothing after it is answered out of what fits together no more', async () => {
    const other = await openMemoryDriver()
    const [broken, next] = [other.query(deepJson), other.query('SELECT 1 AS one')]
    await expect(broken).rejects.toMatchObject({ ...brokenOff, details: { outcome: 'unknown', reopen: true } })
    await expect(next).rejects.toMatchObject(brokenOff)
    await other.close()
  })

  it('is followed by another on the same files, which has what was committed', async () => {
    const directories = new Directories()
    const directory = directories.copyAgain()
    const files = new DirectoryFiles(directory)
    const other = await openPglite({ files, label: directory, now: () => 0 })
    await other.exec('CREATE TABLE item (id int); INSERT INTO item VALUES (7)')
    const [broken, next] = [other.query(deepJson), other.query('SELECT id FROM item')]
    const failure = await broken.catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'STORAGE_FAILED', details: { outcome: 'unknown' } })
    expect((failure as RakkoError).details).not.toHaveProperty('reopen')
    expect((await next).rows).toEqual([{ id: 7 }])
    await other.close()
    directories.remove()
  })

  it('within a transaction, fails that, of which nothing is stored', async () => {
    const other = await openMemoryDriver()
    const attempt = other.transaction((session) => session.query(deepJson))
    await expect(attempt).rejects.toMatchObject({
      ...brokenOff,
      details: expect.not.objectContaining({ outcome: 'unknown' }),
    })
    await other.close()
  })
})

describe('close', () => {
  it('waits for what was called before, is idempotent, and refuses what comes after', async () => {
    const other = await openMemoryDriver()
    const last = other.query('SELECT 1 AS one')
    const closed = [other.close(), other.close()]
    expect((await last).rows).toEqual([{ one: 1 }])
    await Promise.all(closed)
    await other.close()
    await expect(other.query('SELECT 1')).rejects.toMatchObject({ code: 'NODE_CLOSED' })
    await expect(other.transaction(async () => {})).rejects.toMatchObject({ code: 'NODE_CLOSED' })
    await expect(other.flush()).rejects.toMatchObject({ code: 'NODE_CLOSED' })
  })
})
