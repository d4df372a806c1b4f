import { type ErrorCode, RakkoError } from '@rakko/core'
import type { Driver, DriverMaintenance, DriverTransaction, QueryResult } from '../driver/driver.js'
import { SqlError } from '../driver/sql-error.js'
import { isStorageFull } from '../driver/storage-full.js'
import type { Durability } from './files/database-files.js'
import type { Postgres } from './server/postgres.js'
import type { Server } from './server/server.js'
import { Turns } from './turns.js'

export interface PgliteDriverOptions {
  readonly server: Server
  readonly durability: Durability
  /** Called when PostgreSQL and its files have ended. */
  readonly onEnd?: (() => Promise<void>) | undefined
}

/**
 * Log after which the driver makes a checkpoint, within the writes. PGlite makes none by itself. The log would grow for
 * ever, and an opening after a crash would take ever longer. The benchmark `reopen-after-kill` measures one.
 */
const MAX_WAL_BYTES = 32 * 1024 * 1024

/** The first may end PostgreSQL, the second finds it as another call has left it. */
const MAX_READ_RUNS = 3
/** What writes nothing, whatever it calls: no function of the store's does. */
const READS = /^\s*SELECT\b/i
/** Errors that say nothing about the database. */
const OF_THE_CALL: ReadonlySet<ErrorCode> = new Set(['INVALID_ARGUMENT', 'ANSWER_TOO_LARGE'])

/** PGlite, opened already. */
export class PgliteDriver implements Driver {
  readonly #server: Server
  readonly #durability: Durability
  readonly #onEnd: PgliteDriverOptions['onEnd']
  readonly #turns = new Turns()
  #flushing: Promise<void> | undefined
  #nextFlush: Promise<void> | undefined
  readonly maintenance: DriverMaintenance
  #closing: Promise<void> | undefined

  constructor({ server, durability, onEnd }: PgliteDriverOptions) {
    this.#server = server
    this.#durability = durability
    this.#onEnd = onEnd
    this.maintenance = {
      logBytes: () => this.#turn(async () => this.#run(() => server.log.bytes())),
      checkpoint: () => this.#turn(async () => this.#run(() => server.log.checkpoint())),
    }
  }

  get isFull(): boolean {
    return this.#server.isFull
  }

  onRestart(listener: () => void): () => void {
    return this.#server.onRestart(listener)
  }

  query<Row>(sql: string, params: readonly unknown[] = [], maxBytes?: number): Promise<QueryResult<Row>> {
    return this.#turn(async (postgres) => {
      const result = await this.#ask(sql, postgres, (one) => one.query<Row>(sql, params, maxBytes))
      if (result.affectedRows > 0) this.#checkpointWhereDue()
      return result
    })
  }

  exec(sql: string): Promise<void> {
    return this.#turn(async (postgres) => {
      this.#commit(() => postgres.exec(sql))
      this.#checkpointWhereDue()
    })
  }

  transaction<T>(run: (transaction: DriverTransaction) => Promise<T>): Promise<T> {
    return this.#turn(async (postgres) => {
      this.#run(() => postgres.exec('BEGIN'))
      const transaction = new OpenTransaction(postgres, (work) => this.#run(work))
      let result: T
      try {
        result = await run(transaction)
        transaction.end()
        const [tag] = this.#commit(() => postgres.exec('COMMIT'))
        // PostgreSQL rolls back at COMMIT where a statement failed before and the callback ignored its error.
        if (tag === 'ROLLBACK') throw transaction.failure ?? new Error('the transaction had failed and was rolled back')
      } catch (error) {
        transaction.end()
        this.#rollBack(postgres)
        throw error
      }
      this.#checkpointWhereDue()
      return result
    })
  }

  flush(): Promise<void> {
    const { makeDurable } = this.#durability
    if (this.#closing) return Promise.reject(closed())
    if (!makeDurable) {
      // A commit was as durable as it can be when it was answered.
      const { end } = this.#server
      return end ? Promise.reject(end) : Promise.resolve()
    }
    // A flush under way may have begun before this caller's commit. The next flush serves all who wait by then.
    this.#nextFlush ??= (this.#flushing ?? Promise.resolve()).catch(noop).then(() => {
      this.#flushing = this.#nextFlush
      this.#nextFlush = undefined
      return makeDurable.call(this.#durability).catch((error: unknown) => {
        throw this.#server.fail(error)
      })
    })
    return this.#nextFlush
  }

  close(): Promise<void> {
    this.#closing ??= this.#turns.run(async () => {
      try {
        // A checkpoint first, so that the next opening has nothing to recover.
        this.#run(() => this.#server.log.checkpoint())
      } catch {
        // A storage that takes no more has all that was reported as stored. The next opening recovers it.
      }
      await (this.#nextFlush ?? this.#flushing)?.catch(noop)
      try {
        await this.#server.close()
      } finally {
        await this.#onEnd?.()
      }
    })
    return this.#closing
  }

  async #turn<T>(work: (postgres: Postgres) => Promise<T>): Promise<T> {
    if (this.#closing) throw closed()
    return this.#turns.run(() => {
      const postgres = this.#server.ready()
      return postgres instanceof Promise ? postgres.then(work) : work(postgres)
    })
  }

  /** Where PostgreSQL ends instead, the transaction has ended too. The caller is told why it failed before. */
  #rollBack(postgres: Postgres): void {
    if (!postgres.inTransaction || this.#server.failure) return
    try {
      this.#run(() => postgres.exec('ROLLBACK'))
    } catch {}
  }

  /** An instance that gave up serves no more, whatever becomes of the call that met it. */
  #run<T>(work: () => T): T {
    const { failure } = this.#server
    if (failure) throw failure
    try {
      return work()
    } catch (error) {
      if (error instanceof SqlError) this.#server.refused(error)
      else if (!(error instanceof RakkoError && OF_THE_CALL.has(error.code))) throw this.#server.fail(error)
      throw error
    }
  }

  /** The same for what commits: where PostgreSQL ends before it has answered, nobody knows whether it has. */
  #commit<T>(work: () => T): T {
    const { failure } = this.#server
    if (failure) throw failure
    try {
      return this.#run(work)
    } catch (error) {
      const { failure: met } = this.#server
      if (!met || error !== met) throw error
      throw new RakkoError(met.code, met.message, { ...met.details, outcome: 'unknown' }, { cause: met.cause })
    }
  }

  /**
   * A read that finds no room finds the reserve's, or PostgreSQL started again. It has changed nothing before, but has
   * logged what it found out about rows. That is some way that the next run need not go.
   */
  async #ask<T>(sql: string, postgres: Postgres, work: (postgres: Postgres) => T): Promise<T> {
    let current = postgres
    for (let run = 1; ; run++) {
      try {
        return this.#commit(() => work(current))
      } catch (error) {
        if (!isStorageFull(error) || !READS.test(sql) || run === MAX_READ_RUNS) throw error
        current = await this.#server.ready({ afterRead: true })
      }
    }
  }

  /**
   * What was committed before stays so, whatever becomes of the checkpoint. One that PostgreSQL refuses is tried again
   * after the next write. A storage that failed tells the next call.
   */
  #checkpointWhereDue(): void {
    try {
      this.#run(() => {
        const { log } = this.#server
        if (log.bytes() >= MAX_WAL_BYTES) log.checkpoint()
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
