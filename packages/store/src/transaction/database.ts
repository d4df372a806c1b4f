import type { DocumentId, SchemaId } from '@rakko/core'
import type { Driver, DriverTransaction, QueryResult } from '../driver/driver.js'
import { SqlError } from '../driver/sql-error.js'
import type { SchemaRegistry } from '../schemas/schema-registry.js'
import { execSql, querySql } from '../sql/run-sql.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Names } from '../tables/names.js'
import type { Queries } from '../tables/queries.js'
import { lockArrival, type Marks, NO_COUNTERS } from './arrival.js'
import { AskedSchemas } from './asked-schemas.js'
import { AuthorKeys } from './author-keys.js'
import { Ledger } from './ledger.js'
import { writeOpening } from './openings.js'

const UNDEFINED_TABLE = '42P01'
const MAX_REPETITIONS = 8

/** Queries whose results go into a ledger: those of a transaction, or of a reader without one. */
export interface LedgerQueries extends Queries {
  readonly ledger: Ledger
}

/** One store's place in a database: its driver, the names of its tables and the schemas that they know. */
export class Database implements Queries {
  readonly driver: Driver
  readonly names: Names
  readonly registry: SchemaRegistry
  readonly authorKeys = new AuthorKeys()
  readonly asked: AskedSchemas
  /**
   * Documents that a verification has found to be lost, with the numbers of their schemas where these are known, see
   * verify/. Nobody is told that they never were.
   */
  readonly lost = new Map<DocumentId, number | undefined>()

  readonly #pause: () => Promise<void>
  /** The id of this opening, until something has arrived in it. */
  #opening: Uint8Array | undefined
  readonly #drawOpening: () => Uint8Array

  /** `drawOpening`: OPENING_BYTES that no other opening has drawn. `pause`: see StoreOptions. */
  constructor(
    driver: Driver,
    names: Names,
    registry: SchemaRegistry,
    drawOpening: () => Uint8Array,
    pause: () => Promise<void> = async () => {},
  ) {
    this.driver = driver
    this.names = names
    this.registry = registry
    this.asked = new AskedSchemas(registry)
    this.#drawOpening = drawOpening
    this.#opening = drawOpening()
    this.#pause = pause
  }

  /**
   * Called between two transactions of one call. Calls of others may still wait in the event loop, where no turn of the
   * driver finds them.
   */
  async letOthersIn(): Promise<void> {
    await this.#pause().catch(() => {})
  }

  /** How many documents of a schema are lost, and may be missing in what is read of it. Those of an unknown one count. */
  lostOf(schema: number): number {
    return [...this.lost.values()].filter((number) => number === schema || number === undefined).length
  }

  query<Row>(statement: Sql, maxBytes?: number): Promise<QueryResult<Row>> {
    return querySql(this.driver, statement, maxBytes)
  }

  /** Several statements without parameters. */
  exec(statements: Sql): Promise<void> {
    return execSql(this.driver, statements)
  }

  /** Makes what is committed as durable as the storage can. */
  flush(): Promise<void> {
    return this.driver.flush()
  }

  /**
   * Calls the listener when PostgreSQL had ended and was started again, once the registry has the schemas that the
   * database knows: these. Nobody knows whether a last COMMIT was stored. So what was read may be out of date, and what
   * arrives from now on is in another opening.
   */
  onRestart(listener: (schemaIds: ReadonlySet<SchemaId>) => void): void {
    this.driver.onRestart?.(() => {
      this.#opening = this.#drawOpening()
      const loaded = this.registry.load(this)
      // Where that fails PostgreSQL has ended again, and comes here once more.
      loaded.then(() => listener(this.registry.ids)).catch(() => {})
    })
  }

  /**
   * For what can be done twice. Statements name tables that may be dropped while they wait. Then the registry learns
   * which there are, and all is done again: a few times, where others ask for many schemas.
   */
  async repeatable<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let left = MAX_REPETITIONS; ; left -= 1) {
      const { dropped } = this.registry
      try {
        return await work()
      } catch (error) {
        if (left === 0 || !(error instanceof SqlError && error.sqlState === UNDEFINED_TABLE)) throw error
        await this.registry.load(this)
        if (this.registry.dropped === dropped) throw error
      }
    }
  }

  /** For statements that have to see the same state of the database. */
  snapshot<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    const { names } = this
    return this.driver.transaction(async (opened) => {
      await execSql(opened, sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`)
      return work({ names, query: (statement, maxBytes) => querySql(opened, statement, maxBytes) })
    })
  }

  /** For what only reads: outside of a transaction, into a ledger of its own. */
  reading(): LedgerQueries {
    const { driver, names, registry } = this
    return { names, ledger: new Ledger(registry, NO_COUNTERS), query: (statement) => querySql(driver, statement) }
  }

  /**
   * The only way to change what is stored: one transaction that holds the row `arrival` locked. So write transactions
   * of all nodes on this database come one after another. The schemas and tables that it makes known go to the registry
   * once it has committed. Where `work` rejects nothing was stored.
   */
  async write<Result>(work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result> {
    const { names, registry } = this
    let opened: Uint8Array | undefined
    const { result, ledger } = await this.driver.transaction(async (session) => {
      const { counters, marks } = await lockArrival(session, names)
      const { number } = counters
      const ledger = new Ledger(registry, counters)
      const transaction = new WriteTransaction(session, names, ledger, marks)
      if (registry.newest < counters.schema || registry.dropped !== counters.dropped) await registry.load(transaction)
      const result = await work(transaction)
      if (this.#opening !== undefined && ledger.counters.number > number) {
        await transaction.query(writeOpening(names, number, this.#opening))
        opened = this.#opening
      }
      return { result, ledger }
    })
    if (opened === this.#opening) this.#opening = undefined
    for (const schema of ledger.newSchemas.values()) registry.set(schema)
    for (const { schema, author } of ledger.newTables.values()) {
      registry.change(schema, { hasTable: true, rests: false, madeBy: author.number })
    }
    for (const schema of ledger.restingSchemas) registry.change(schema, { rests: true })
    for (const schema of ledger.newPinned.values()) registry.change(schema, { hasPinned: true })
    for (const schema of ledger.droppedTables) {
      registry.change(schema, { hasTable: false, rests: schema.rests, madeBy: undefined, hasPinned: false })
    }
    registry.tablesAsOf(ledger.counters.dropped)
    return result
  }
}

/**
 * A transaction that holds `arrival`: where its statements run, and what it knows and adds. Only `Database.write` opens
 * one.
 */
class WriteTransaction implements LedgerQueries {
  readonly names: Names
  readonly ledger: Ledger
  readonly marks: Marks
  readonly #transaction: DriverTransaction

  constructor(transaction: DriverTransaction, names: Names, ledger: Ledger, marks: Marks) {
    this.#transaction = transaction
    this.names = names
    this.ledger = ledger
    this.marks = marks
  }

  query<Row>(statement: Sql): Promise<QueryResult<Row>> {
    return querySql(this.#transaction, statement)
  }

  /** Several statements without parameters. */
  exec(statements: Sql): Promise<void> {
    return execSql(this.#transaction, statements)
  }

  /** Runs one statement after another, for what they change. */
  async run(statements: readonly Sql[]): Promise<void> {
    for (const statement of statements) await this.query(statement)
  }

  /** Tells every write cache that what it holds may be out of date, see write-cache.ts. */
  async dropCaches(): Promise<void> {
    await this.query(sql`UPDATE ${this.names.table('arrival')} SET number = number`)
  }
}

export type { WriteTransaction }
