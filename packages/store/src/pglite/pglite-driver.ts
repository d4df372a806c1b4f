import { type ErrorCode, RakkoError } from '@rakko/core'
import type { Driver, DriverMaintenance, DriverTransaction, QueryResult } from '../driver/driver.js'
import { SqlError } from '../driver/sql-error.js'
import type { Postgres } from './postgres.js'
import { Turns } from './turns.js'
import { wordsOf } from './webassembly.js'
import { WriteAheadLog } from './write-ahead-log.js'

/** The storage under PostgreSQL's files, as far as the driver has to look after it. */
export interface Durability {
  /** Makes durable what is written. */
  makeDurable?(): Promise<void>
}

export interface PgliteDriverOptions {
  readonly postgres: Postgres
  readonly durability: Durability
  /** Ends PostgreSQL and its files; called once. */
  readonly end: () => Promise<void>
}

/**
 * Log after which the driver makes a checkpoint, within the writes. PGlite makes none by itself. The log would grow for
 * ever, and an opening after a crash would take ever longer. The benchmark `reopen-after-kill` measures one.
 */
const MAX_WAL_BYTES = 32 * 1024 * 1024

/** Errors that say nothing about the database. */
const OF_THE_CALL: ReadonlySet<ErrorCode> = new Set(['INVALID_ARGUMENT', 'ANSWER_TOO_LARGE'])

/** One PGlite, opened already. */
export class PgliteDriver implements Driver {
  readonly #postgres: Postgres
  readonly #durability: Durability
  readonly #end: () => Promise<void>
  readonly #turns = new Turns()
  #flushing: Promise<void> | undefined
  #nextFlush: Promise<void> | undefined
  readonly #log: WriteAheadLog
  readonly maintenance: DriverMaintenance
  #failure: RakkoError | undefined
  #closing: Promise<void> | undefined

  constructor({ postgres, durability, end }: PgliteDriverOptions) {
    this.#postgres = postgres
    this.#durability = durability
    this.#end = end
    this.#log = new WriteAheadLog(postgres)
    this.maintenance = {
      logBytes: () => this.#turn(async () => this.#run(() => this.#log.bytes())),
      checkpoint: () => this.#turn(async () => this.#run(() => this.#log.checkpoint())),
    }
  }

  query<Row>(sql: string, params: readonly unknown[] = [], maxBytes?: number): Promise<QueryResult<Row>> {
    return this.#turn(async () => {
      const result = this.#run(() => this.#postgres.query<Row>(sql, params, maxBytes))
      if (result.affectedRows > 0) this.#checkpointWhereDue()
      return result
    })
  }

  exec(sql: string): Promise<void> {
    return this.#turn(async () => {
      this.#run(() => this.#postgres.exec(sql))
      this.#checkpointWhereDue()
    })
  }

  transaction<T>(run: (transaction: DriverTransaction) => Promise<T>): Promise<T> {
    return this.#turn(async () => {
      this.#run(() => this.#postgres.exec('BEGIN'))
      const transaction = new OpenTransaction(this.#postgres, (work) => this.#run(work))
      let result: T
      try {
        result = await run(transaction)
        transaction.end()
        const [tag] = this.#run(() => this.#postgres.exec('COMMIT'))
        // PostgreSQL rolls back at COMMIT where a statement failed before and the callback ignored its error.
        if (tag === 'ROLLBACK') throw transaction.failure ?? new Error('the transaction had failed and was rolled back')
      } catch (error) {
        transaction.end()
        if (this.#postgres.inTransaction) this.#run(() => this.#postgres.exec('ROLLBACK'))
        throw error
      }
      this.#checkpointWhereDue()
      return result
    })
  }

  flush(): Promise<void> {
    const { makeDurable } = this.#durability
    if (this.#closing) return Promise.reject(closed())
    if (!makeDurable) return this.#failure ? Promise.reject(this.#failure) : Promise.resolve()
    // A flush under way may have begun before this caller's commit. The next flush serves all who wait by then.
    this.#nextFlush ??= (this.#flushing ?? Promise.resolve()).catch(noop).then(() => {
      this.#flushing = this.#nextFlush
      this.#nextFlush = undefined
      return makeDurable.call(this.#durability).catch((error: unknown) => {
        throw this.#fail(error)
      })
    })
    return this.#nextFlush
  }

  close(): Promise<void> {
    this.#closing ??= this.#turns.run(async () => {
      try {
        // A checkpoint first, so that the next opening has nothing to recover.
        if (!this.#failure) this.#run(() => this.#postgres.exec('CHECKPOINT'))
      } catch {
        // A storage that takes no more has all that was reported as stored. The next opening recovers it.
      }
      await (this.#nextFlush ?? this.#flushing)?.catch(noop)
      await this.#end()
    })
    return this.#closing
  }

  async #turn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw closed()
    return this.#turns.run(() => {
      if (this.#failure) throw this.#failure
      return work()
    })
  }

  /** After an error that is neither PostgreSQL's nor the caller's, nobody should go on with the database. */
  #run<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (error instanceof SqlError || (error instanceof RakkoError && OF_THE_CALL.has(error.code))) throw error
      throw this.#fail(error)
    }
  }

  #fail(error: unknown): RakkoError {
    if (this.#failure === undefined) {
      const { code, message, details } =
        error instanceof RakkoError
          ? error
          : {
              code: 'STORAGE_FAILED' as const,
              message: `the storage failed: ${wordsOf(error)}`,
              details: {},
            }
      // Every later call gets this too, until the database is opened again.
      this.#failure = new RakkoError(code, message, { ...details, reopen: true }, { cause: error })
    }
    return this.#failure
  }

  /**
   * What was committed before stays so, whatever becomes of the checkpoint. One that PostgreSQL refuses is tried again
   * after the next write. A storage that failed tells the next call.
   */
  #checkpointWhereDue(): void {
    try {
      this.#run(() => {
        if (this.#log.bytes() >= MAX_WAL_BYTES) this.#log.checkpoint()
      })
    } catch {}
  }
}

/** What a transaction's callback is handed. It refuses every use after the transaction. */
class OpenTransaction implements DriverTransaction {
  readonly #postgres: Postgres
  readonly #run: <T>(work: () => T) => T
  #ended = false
  /** Of the first statement that PostgreSQL refused or did not finish. */
  failure: SqlError | RakkoError | undefined

  constructor(postgres: Postgres, run: <T>(work: () => T) => T) {
    this.#postgres = postgres
    this.#run = run
  }

  end(): void {
    this.#ended = true
  }

  async query<Row>(sql: string, params: readonly unknown[] = [], maxBytes?: number): Promise<QueryResult<Row>> {
    const result = this.#statement(() => this.#postgres.query<Row>(sql, params, maxBytes))
    return result
  }

  async exec(sql: string): Promise<void> {
    this.#statement(() => this.#postgres.exec(sql))
  }

  #statement<T>(work: () => T): T {
    if (this.#ended) throw new RakkoError('INVALID_ARGUMENT', 'the transaction is over', { field: 'transaction' })
    try {
      return this.#run(work)
    } catch (error) {
      const isUnfinished = error instanceof RakkoError && error.code === 'ANSWER_TOO_LARGE'
      if (error instanceof SqlError || isUnfinished) this.failure ??= error
      throw error
    }
  }
}

function closed(): RakkoError {
  return new RakkoError('NODE_CLOSED', 'the database was closed')
}

function noop(): void {}
