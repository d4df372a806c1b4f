import { RakkoError } from '@rakko/core'
import { SqlError } from '../../driver/sql-error.js'
import { isStorageFull } from '../../driver/storage-full.js'
import { Listeners } from '../../listeners.js'
import { storageFailed } from '../../storage-failed.js'
import type { Postgres } from './postgres.js'
import { type Reserve, startWithRoom } from './reserve.js'
import { settleReads } from './settle-reads.js'
import { wordsOf } from './webassembly.js'
import { WriteAheadLog } from './write-ahead-log.js'

/** One PostgreSQL that runs on a database's files. */
export interface Instance {
  readonly postgres: Postgres
  /** Ends it as it wants to be ended, and closes its files. Never rejects. */
  close(): Promise<void>
  /** Closes its files and leaves them as they are. Never rejects. */
  drop(): Promise<void>
}

export interface ServerOptions {
  /** Runs already. */
  readonly instance: Instance
  /** Absent where the files end with the first. */
  readonly restart?: Restart | undefined
  readonly reserve?: Reserve | undefined
}

export interface Restart {
  /** Starts the next one on the same files, once the last was dropped. */
  readonly start: () => Promise<Instance>
  /** Milliseconds. */
  readonly now: () => number
}

/** Between a start that failed and the next, in milliseconds. What was in the way is mostly there still. */
export const RESTART_PAUSE_MS = 2_000
/**
 * Log after which a checkpoint is made while the storage is full. Reads log too, since pages have checksums, and the
 * reserve's room has to do.
 */
const MAX_FULL_LOG_BYTES = 1024 * 1024
/** The same while all pages are read. */
const SETTLED_LOG_BYTES = 512 * 1024

/**
 * PostgreSQL as the driver knows it: one instance after another. One that gave up, or broke off in the middle, serves
 * no more. The next call starts another on the same files, which recovers what was committed. Nothing that the first
 * was in the middle of reaches the second.
 *
 * Where the storage is full PostgreSQL gets the room of the reserve, and takes no writes until that is back.
 */
export class Server {
  readonly #restart: Restart | undefined
  readonly #reserve: Reserve | undefined
  readonly #restarted = new Listeners<void>()
  /** Undefined once it was dropped. */
  #instance: Instance | undefined
  #log: WriteAheadLog
  /** Why the instance serves no more. */
  #failure: RakkoError | undefined
  #isFinal = false
  #failedAt = Number.NEGATIVE_INFINITY
  /** PostgreSQL has found no room since the last call. */
  #lacksRoom: boolean
  #isFull = false

  constructor({ instance, restart, reserve }: ServerOptions) {
    this.#instance = instance
    this.#log = new WriteAheadLog(instance.postgres)
    this.#restart = restart
    this.#reserve = reserve
    this.#lacksRoom = lacks(reserve)
  }

  /** Whether nothing is written, since there is no room. */
  get isFull(): boolean {
    return this.#isFull || this.#lacksRoom
  }

  /** Why the instance serves no more. */
  get failure(): RakkoError | undefined {
    return this.#failure
  }

  /** The same, where no other will be started. */
  get end(): RakkoError | undefined {
    return this.#isFinal ? this.#failure : undefined
  }

  /** Of the instance that `ready` returned last. */
  get log(): WriteAheadLog {
    return this.#log
  }

  /** Calls the listener whenever another instance was started. Returns what ends that. */
  onRestart(listener: () => void): () => void {
    return this.#restarted.add(listener)
  }

  /**
   * PostgreSQL for one call, which waits for no other. Starts it again where it has ended. `afterRead`: the call has read
   * and found no room, so there must be some for it now.
   *
   * @throws {RakkoError} why it cannot be: DATABASE_DAMAGED, STORAGE_FAILED
   */
  ready({ afterRead = false } = {}): Postgres | Promise<Postgres> {
    if (!this.#failure && this.#reserve) this.#mindRoom(this.#reserve, afterRead)
    if (this.#failure) return this.#startAgain(this.#failure, afterRead)
    return this.#running.postgres
  }

  /** Called with what PostgreSQL refused a statement for. */
  refused(error: SqlError): void {
    if (this.#reserve && isStorageFull(error)) this.#lacksRoom = true
  }

  /**
   * After an error that is neither PostgreSQL's nor the caller's, nobody should go on with the instance. Returns what
   * callers are told until there is another.
   */
  fail(error: unknown): RakkoError {
    if (this.#failure) return this.#failure
    const { code, message, details } =
      error instanceof RakkoError
        ? error
        : { code: 'STORAGE_FAILED' as const, message: `the storage failed: ${wordsOf(error)}`, details: {} }
    this.#isFinal = this.#restart === undefined || code === 'DATABASE_DAMAGED'
    // Then every later call gets this too, until the database is opened again.
    const about = this.#isFinal ? { ...details, reopen: true } : details
    this.#failure = new RakkoError(code, message, about, { cause: error })
    return this.#failure
  }

  async close(): Promise<void> {
    const ended = this.#instance
    this.#instance = undefined
    if (this.#failure) await ended?.drop()
    else await ended?.close()
  }

  get #running(): Instance {
    if (!this.#instance) throw new RakkoError('INTERNAL', 'no PostgreSQL runs')
    return this.#instance
  }

  async #startAgain(failure: RakkoError, afterRead: boolean): Promise<Postgres> {
    if (this.#isFinal || !this.#restart) throw failure
    const { start, now } = this.#restart
    const since = now() - this.#failedAt
    // A clock that was set back says nothing.
    if (since >= 0 && since < RESTART_PAUSE_MS) throw failure
    await this.#instance?.drop()
    // The memory of the last instance can go before the next one takes as much.
    this.#instance = undefined
    // Recovery without room takes what room there is for nothing.
    if (isStorageFull(failure)) this.#reserve?.giveUp()
    try {
      const instance = await startWithRoom(start, this.#reserve)
      this.#instance = instance
      this.#failure = undefined
      this.#isFull = false
      this.#lacksRoom = lacks(this.#reserve)
      this.#log = new WriteAheadLog(instance.postgres)
    } catch (error) {
      this.#failedAt = now()
      this.#failure = undefined
      throw this.fail(asCallFailed(error instanceof SqlError ? storageFailed(error) : error))
    }
    if (this.#reserve) this.#mindRoom(this.#reserve, afterRead)
    if (this.#failure) throw this.#failure
    this.#restarted.tell()
    return this.#running.postgres
  }

  /** Between two calls, when no transaction is open. */
  #mindRoom(reserve: Reserve, afterRead: boolean): void {
    try {
      if (this.#lacksRoom) {
        keepLast(reserve)
        this.#setFull(true)
        this.#lacksRoom = false
      }
      if (!this.#isFull) return
      if (hasRoom(reserve)) this.#setFull(false)
      else if (afterRead || this.#log.bytes() >= MAX_FULL_LOG_BYTES) {
        // A checkpoint needs some room before it makes more.
        if (afterRead) reserve.giveUp()
        this.#log.checkpoint()
        keepLast(reserve)
        if (afterRead) settleReads(this.#running.postgres, this.#log, SETTLED_LOG_BYTES)
      }
    } catch (error) {
      // What PostgreSQL refuses for want of room it may do before the next call.
      if (!(error instanceof SqlError)) this.fail(error)
    }
  }

  #setFull(isFull: boolean): void {
    const [readOnly, recycle] = isFull ? ['on', 'off'] : ['off', 'on']
    this.#running.postgres.exec(`SET default_transaction_read_only = ${readOnly}; SET wal_recycle = ${recycle}`)
    this.#isFull = isFull
  }
}

function lacks(reserve: Reserve | undefined): boolean {
  return reserve !== undefined && !reserve.isKept
}

/** Whatever is in the way of the reserve, reads go on without it. */
function hasRoom(reserve: Reserve): boolean {
  try {
    return reserve.keep()
  } catch {
    return false
  }
}

/** Without it reads go on too, as long as they need no more room than there is. */
function keepLast(reserve: Reserve): void {
  try {
    reserve.keepLast()
  } catch {}
}

/** An opening is refused with codes of its own, which no caller of an open database expects. */
function asCallFailed(error: unknown): unknown {
  if (!(error instanceof RakkoError) || error.code === 'DATABASE_DAMAGED') return error
  return new RakkoError('STORAGE_FAILED', error.message, error.details, { cause: error })
}
