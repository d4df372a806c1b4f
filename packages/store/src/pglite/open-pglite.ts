import type { Driver } from '../driver/driver.js'
import { storageFailed } from '../storage-failed.js'
import { PgliteDriver } from './pglite-driver.js'
import { type Reserve, startWithRoom } from './server/reserve.js'
import { Server } from './server/server.js'
import { type StartOptions, startPostgres } from './server/start-postgres.js'

export interface OpenPgliteOptions extends StartOptions {
  /** Room for PostgreSQL where the storage has no other. Nothing is written while it is not there. */
  readonly reserve?: Reserve | undefined
  /** Milliseconds. Without it PostgreSQL is never started again where it has ended. */
  readonly now?: (() => number) | undefined
  /** Called when the driver was closed, whether that went well or not. Locks are released here. */
  readonly onEnd?: (() => Promise<void>) | undefined
}

/**
 * Starts PostgreSQL on an existing data directory, and recovers it where it was not closed.
 *
 * @throws {RakkoError} DATABASE_DAMAGED, with what PostgreSQL found: nothing was deleted.
 * @throws {RakkoError} ENVIRONMENT_FAILED: no memory, no WebAssembly.
 * @throws {RakkoError} STORAGE_UNAVAILABLE: no room (`details.sqlState` is `53100`), no access.
 * @throws {RakkoError} STORAGE_FAILED: a device that fails once PostgreSQL runs.
 * @throws {RakkoError} What `files` throw.
 */
export async function openPglite({ reserve, now, onEnd, ...options }: OpenPgliteOptions): Promise<Driver> {
  const { files } = options
  const start = () => startPostgres({ ...options, recyclesLog: reserve?.isKept ?? true })
  const instance = await startWithRoom(start, reserve)
  try {
    // It asks PostgreSQL, which may read pages for the first time.
    const server = new Server({ instance, reserve, restart: files.outlivePostgres && now ? { start, now } : undefined })
    return new PgliteDriver({ server, durability: files, onEnd })
  } catch (error) {
    await instance.drop()
    throw storageFailed(error)
  }
}
