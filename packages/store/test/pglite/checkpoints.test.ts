import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { QueryResult } from '../../src/driver/driver.js'
import { SqlError } from '../../src/driver/sql-error.js'
import { PgliteDriver } from '../../src/pglite/pglite-driver.js'
import { Postgres } from '../../src/pglite/server/postgres.js'
import { Server } from '../../src/pglite/server/server.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'

const MEGABYTE = 1024 * 1024

/** Returns what PostgreSQL does, its log as long as the test says. */
class ScriptedPostgres extends Postgres {
  readonly executed: string[] = []
  log = 0
  /** Thrown by the next CHECKPOINT. */
  fault: Error | undefined

  constructor() {
    super(() => {})
  }

  override query<Row>(): QueryResult<Row> {
    return { rows: [{ position: BigInt(this.log) } as Row], affectedRows: 0, bytes: 0 }
  }

  override exec(sql: string): string[] {
    this.executed.push(sql)
    const { fault } = this
    if (sql === 'CHECKPOINT' && fault) {
      this.fault = undefined
      throw fault
    }
    return [sql]
  }
}

describe('a checkpoint within the writes', () => {
  let postgres: ScriptedPostgres
  let driver: PgliteDriver

  beforeEach(() => {
    postgres = new ScriptedPostgres()
    const instance = { postgres, close: async () => {}, drop: async () => {} }
    driver = new PgliteDriver({ server: new Server({ instance }), durability: {} })
  })

  const commit = (megabytes: number) =>
    driver.transaction(async () => {
      postgres.log += megabytes * MEGABYTE
      return 'committed'
    })

  test('is made after 32 MB of log, and then after as many more', async () => {
    for (let megabytes = 0; megabytes < 96; megabytes += 16) await commit(16)
    expect(postgres.executed.filter((sql) => sql === 'CHECKPOINT')).toHaveLength(3)
    expect(await driver.maintenance.logBytes()).toBe(0)
  })

  test('that PostgreSQL refuses refuses no commit, and is tried again after the next', async () => {
    postgres.fault = new SqlError({ message: 'could not write', sqlState: '53100' })
    expect(await commit(40)).toBe('committed')
    expect(await driver.maintenance.logBytes()).toBe(40 * MEGABYTE)
    expect(await commit(1)).toBe('committed')
    expect(postgres.executed).toEqual(['BEGIN', 'COMMIT', 'CHECKPOINT', 'BEGIN', 'COMMIT', 'CHECKPOINT'])
    expect(await driver.maintenance.logBytes()).toBe(0)
  })

  test('that fails with the storage refuses no commit either; the next call learns of it', async () => {
    postgres.fault = new Error('the disk is gone')
    expect(await commit(40)).toBe('committed')
    await expect(commit(1)).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { reopen: true } })
  })
})

describe('the log of a database', () => {
  const opened = openMemoryDriver()
  afterAll(async () => (await opened).close())

  test('stays within bounds under many writes, and so does what is kept of it', async () => {
    const driver = await opened
    await driver.exec('CREATE TABLE item (id int PRIMARY KEY, name text)')
    await driver.query("INSERT INTO item SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n")
    for (let round = 0; round < 20; round++) {
      await driver.query('UPDATE item SET name = name')
      expect(await driver.maintenance?.logBytes()).toBeLessThanOrEqual(40 * MEGABYTE)
    }
    const { rows } = await driver.query<{ bytes: bigint }>('SELECT sum(size)::bigint AS bytes FROM pg_ls_waldir()')
    expect(Number(rows[0]?.bytes)).toBeLessThanOrEqual(100 * MEGABYTE)
  })
})
