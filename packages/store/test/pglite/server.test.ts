import { RakkoError } from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { QueryResult } from '../../src/driver/driver.js'
import { SqlError } from '../../src/driver/sql-error.js'
import { PgliteDriver } from '../../src/pglite/pglite-driver.js'
import { Postgres } from '../../src/pglite/server/postgres.js'
import type { Reserve } from '../../src/pglite/server/reserve.js'
import { type Instance, RESTART_PAUSE_MS, Server } from '../../src/pglite/server/server.js'

const MEGABYTE = 1024 * 1024
const READ_ONLY = 'SET default_transaction_read_only = on; SET wal_recycle = off'
const WRITABLE = 'SET default_transaction_read_only = off; SET wal_recycle = on'

const panic = () =>
  new RakkoError('STORAGE_FAILED', 'the storage is full: PANIC', { postgres: 'PANIC', sqlState: '53100' })
const noRoom = () => new SqlError({ message: 'could not extend file', sqlState: '53100' })

/** Notes what it is told. Fails where the world says so. */
class ScriptedPostgres extends Postgres {
  readonly #world: World
  readonly #number: number
  #isOpen = false

  constructor(world: World, number: number) {
    super(() => {})
    this.#world = world
    this.#number = number
  }

  override get inTransaction(): boolean {
    return this.#isOpen
  }

  override query<Row>(sql: string): QueryResult<Row> {
    if (sql.includes('pg_current_wal_insert_lsn')) {
      return { rows: [{ position: BigInt(this.#world.log) } as Row], affectedRows: 0, bytes: 0 }
    }
    this.#do(sql)
    return { rows: [{ by: this.#number } as Row], affectedRows: sql.startsWith('INSERT') ? 1 : 0, bytes: 0 }
  }

  override exec(sql: string): string[] {
    this.#do(sql)
    if (sql === 'BEGIN') this.#isOpen = true
    if (sql === 'COMMIT' || sql === 'ROLLBACK') this.#isOpen = false
    return [sql]
  }

  #do(sql: string): void {
    this.#world.told.push(`${this.#number} ${sql}`)
    const fault = this.#world.faults.get(sql)
    this.#world.faults.delete(sql)
    if (fault) throw fault
  }
}

/** Instances one after another on a storage that has room, or has none. */
class World {
  readonly told: string[] = []
  /** Thrown by the next statement of this text. */
  readonly faults = new Map<string, Error>()
  log = 0
  time = 1_000
  hasRoom = true
  /** Thrown by the next starts. */
  readonly startFaults: RakkoError[] = []
  #instances = 0
  readonly reserve: Reserve & { isKept: boolean } = {
    isKept: true,
    keep: () => {
      this.reserve.isKept ||= this.hasRoom
      return this.reserve.isKept
    },
    giveUp: () => {
      const wasKept = this.reserve.isKept
      this.reserve.isKept = false
      if (wasKept) this.told.push('reserve given up')
      return wasKept
    },
    keepLast: () => {
      this.reserve.isKept = false
      this.told.push('last kept')
    },
  }

  start(): Instance {
    const number = ++this.#instances
    const note = (words: string) => async () => {
      this.told.push(`${number} ${words}`)
    }
    return { postgres: new ScriptedPostgres(this, number), close: note('closed'), drop: note('dropped') }
  }

  driver({ canRestart = true } = {}): PgliteDriver {
    const start = async () => {
      const fault = this.startFaults.shift()
      if (fault) throw fault
      return this.start()
    }
    const restart = canRestart ? { start, now: () => this.time } : undefined
    return new PgliteDriver({
      server: new Server({ instance: this.start(), restart, reserve: this.reserve }),
      durability: {},
    })
  }
}

let world: World
let driver: PgliteDriver

beforeEach(() => {
  world = new World()
  driver = world.driver()
})

const rowsOf = async (sql: string) => (await driver.query(sql)).rows
const insert = () => driver.transaction((session) => session.query('INSERT'))

describe('a PostgreSQL that gave up for want of room', () => {
  beforeEach(() => {
    world.hasRoom = false
  })

  test('at COMMIT leaves its outcome unknown, and the next reads with the reserve and writes nothing', async () => {
    let restarts = 0
    driver.onRestart(() => restarts++)
    world.faults.set('COMMIT', panic())
    const failure = await insert().catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'STORAGE_FAILED',
      details: { postgres: 'PANIC', sqlState: '53100', outcome: 'unknown' },
    })
    expect((failure as RakkoError).details).not.toHaveProperty('reopen')
    expect(await rowsOf('SELECT')).toEqual([{ by: 2 }])
    expect([driver.isFull, restarts]).toEqual([true, 1])
    expect(world.told).toEqual([
      ...['1 BEGIN', '1 INSERT', '1 COMMIT', '1 dropped', 'reserve given up', 'last kept'],
      ...[`2 ${READ_ONLY}`, '2 SELECT'],
    ])
  })

  test('within a transaction has stored nothing of it, and no statement of it reaches the next', async () => {
    world.faults.set('INSERT', panic())
    const ignoring = driver.transaction(async (session) => {
      await session.query('INSERT').catch(() => {})
      await session.query('SELECT').catch(() => {})
    })
    const waiting = driver.query('SELECT')
    const failure = await ignoring.catch((error: unknown) => error)
    expect((failure as RakkoError).details).toEqual({ postgres: 'PANIC', sqlState: '53100' })
    expect((await waiting).rows).toEqual([{ by: 2 }])
    expect(world.told).toEqual([
      ...['1 BEGIN', '1 INSERT', '1 dropped', 'reserve given up', 'last kept'],
      ...[`2 ${READ_ONLY}`, '2 SELECT'],
    ])
  })

  test('under a read is not seen by its caller; a write may have happened and is not run again', async () => {
    world.faults.set('SELECT', panic())
    expect(await rowsOf('SELECT')).toEqual([{ by: 2 }])
    world.time += RESTART_PAUSE_MS
    world.faults.set('INSERT', panic())
    await expect(driver.query('INSERT')).rejects.toMatchObject({ details: { outcome: 'unknown' } })
    expect(world.told.filter((line) => line.endsWith('INSERT'))).toEqual(['2 INSERT'])
  })

  test('is started again at most once a pause, and callers meanwhile are told at once', async () => {
    world.faults.set('INSERT', panic())
    await expect(insert()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    const full = new RakkoError('STORAGE_UNAVAILABLE', 'the storage is full: no opening', { sqlState: '53100' })
    world.startFaults.push(full, full, full)
    const refusal = { code: 'STORAGE_FAILED', message: full.message, details: { sqlState: '53100' } }
    for (let call = 0; call < 3; call++) await expect(driver.query('SELECT')).rejects.toMatchObject(refusal)
    expect(world.startFaults).toHaveLength(2)
    world.time += RESTART_PAUSE_MS
    await expect(driver.query('SELECT')).rejects.toMatchObject(refusal)
    expect(world.startFaults).toHaveLength(1)
    world.startFaults.length = 0
    // A clock that is set back delays nothing.
    world.time -= 2 * RESTART_PAUSE_MS
    expect(await rowsOf('SELECT')).toEqual([{ by: 2 }])
  })

  test('and whose next finds damage is never started again', async () => {
    world.faults.set('INSERT', panic())
    await expect(insert()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    world.startFaults.push(new RakkoError('DATABASE_DAMAGED', 'a page is lost'))
    const damaged = { code: 'DATABASE_DAMAGED', details: { reopen: true } }
    await expect(driver.query('SELECT')).rejects.toMatchObject(damaged)
    world.time += RESTART_PAUSE_MS
    await expect(driver.query('SELECT')).rejects.toMatchObject(damaged)
    await expect(driver.flush()).rejects.toMatchObject(damaged)
  })

  test('is closed without another one', async () => {
    world.faults.set('INSERT', panic())
    await expect(insert()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    await driver.flush()
    await driver.close()
    expect(world.told).toEqual(['1 BEGIN', '1 INSERT', '1 dropped'])
  })
})

describe('a storage that is full', () => {
  beforeEach(async () => {
    world.hasRoom = false
    world.faults.set('INSERT', noRoom())
    await expect(insert()).rejects.toMatchObject({ sqlState: '53100' })
    expect(driver.isFull).toBe(true)
  })

  test('gets the room of the reserve before PostgreSQL has to give up', async () => {
    expect(await rowsOf('SELECT')).toEqual([{ by: 1 }])
    expect(world.told).toEqual([
      ...['1 BEGIN', '1 INSERT', '1 ROLLBACK', 'last kept'],
      ...[`1 ${READ_ONLY}`, '1 SELECT'],
    ])
  })

  test('takes writes again with the first call after there is room', async () => {
    await rowsOf('SELECT')
    world.hasRoom = true
    world.told.length = 0
    await insert()
    expect([world.told, driver.isFull]).toEqual([[`1 ${WRITABLE}`, '1 BEGIN', '1 INSERT', '1 COMMIT'], false])
  })

  test('has a checkpoint after each megabyte that reads have logged, and one that is refused comes with the next', async () => {
    await rowsOf('SELECT')
    world.told.length = 0
    world.faults.set('CHECKPOINT', noRoom())
    for (let read = 0; read < 6; read++) {
      world.log += MEGABYTE / 2
      await rowsOf('SELECT')
    }
    const statements = world.told.filter((line) => line !== 'last kept')
    expect(statements.map((line) => line.slice(2))).toEqual([
      ...['SELECT', 'CHECKPOINT', 'SELECT', 'CHECKPOINT', 'SELECT'],
      ...['SELECT', 'CHECKPOINT', 'SELECT', 'SELECT'],
    ])
  })
})

test('a read that finds no room is run again with the reserve, once what reads log was logged', async () => {
  world.hasRoom = false
  world.faults.set('SELECT', noRoom())
  expect(await rowsOf('SELECT')).toEqual([{ by: 1 }])
  expect(world.told).toEqual([
    ...['1 SELECT', 'last kept', `1 ${READ_ONLY}`],
    ...['1 CHECKPOINT', 'last kept', expect.stringContaining('FROM pg_class'), '1 SELECT'],
  ])
})

test('a database that is opened without a reserve is read only', async () => {
  world.hasRoom = false
  world.reserve.isKept = false
  driver = world.driver()
  expect(driver.isFull).toBe(true)
  await rowsOf('SELECT')
  expect(world.told).toEqual(['last kept', `2 ${READ_ONLY}`, '2 SELECT'])
})

test('a PostgreSQL whose files end with it is not started again', async () => {
  driver = world.driver({ canRestart: false })
  world.faults.set('INSERT', new Error('broke off'))
  const failed = { code: 'STORAGE_FAILED', message: 'the storage failed: broke off', details: { reopen: true } }
  await expect(insert()).rejects.toMatchObject(failed)
  await expect(driver.query('SELECT')).rejects.toMatchObject(failed)
})
