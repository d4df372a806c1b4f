import { RakkoError, refusal } from '@rakko/core'
import { answerTooLarge } from '../../driver/answer-too-large.js'
import { isDamage } from '../../driver/damage.js'
import type { DriverTransaction } from '../../driver/driver.js'
import { SqlError } from '../../driver/sql-error.js'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { digest } from '../../sql/digest.js'
import { execSql, querySql } from '../../sql/run-sql.js'
import { sql } from '../../sql/sql.js'
import { decodeText } from '../../sql/text-code.js'
import type { SqlRow } from '../../store.js'
import type { Database, WriteTransaction } from '../../transaction/database.js'
import { MAX_READ_BYTES } from '../read-limits.js'
import { appIndexes } from './app-indexes.js'
import { appViews } from './app-views.js'
import { checkParameters, checkStatement } from './check-statement.js'

/** Rows that a statement may return. */
export const MAX_SQL_ROWS = 100_000
/** What one FETCH should come to. */
const FETCHED_BYTES = 4 * 1024 * 1024
/** The limit where PostgreSQL can interrupt a statement. PGlite cannot. */
export const SQL_TIMEOUT_MS = 30_000

/**
 * Functions by which a statement could take another role, leave something behind that outlives it, or see what other
 * statements do. Whoever owns the database still has them.
 */
const WITHHELD =
  '^(set_config|setseed|pg_notify|pg_sleep.*|pg_(try_)?advisory_.*|lo_.*|loread|lowrite|pg_logical_.*|pg_replication_.*' +
  '|pg_prepared_.*|pg_cursor|pg_current_xact_id|txid_current|pg_export_snapshot)$'

/**
 * An app's own SQL: one SELECT over the views of its schemas, see app-views.ts. A cursor takes only a SELECT that
 * writes nothing. Its transaction is READ ONLY. Its role may read the views and PostgreSQL's public catalog, and no
 * other table or file. It cannot leave the role: no function that could do so is granted to it.
 */
export class AppSql {
  readonly #database: Database
  /** Numbers of the schemas that have views, by name. Who takes a name first keeps it. */
  readonly #bound = new Map<string, number>()
  /** Digest of the views that are known to exist. */
  #made: string | undefined

  constructor(database: Database) {
    this.#database = database
  }

  bind({ number, schema }: KnownSchema): void {
    if (!this.#bound.has(schema.name)) this.#bound.set(schema.name, number)
  }

  /** Throws SQL_FAILED, and INVALID_ARGUMENT on a parameter that does not fit. */
  async run(text: string, params: readonly unknown[]): Promise<SqlRow[]> {
    checkStatement(text)
    const parameters = checkParameters(params)
    await this.#makeViews()
    const { appSchema, appRole } = this.#database.names
    return this.#database.driver.transaction(async (transaction) => {
      // PostgreSQL's own names come first where the search path does not list them: a schema may be called `text`.
      await execSql(
        transaction,
        sql`SET TRANSACTION READ ONLY; SET LOCAL search_path = ${appSchema};
          SET LOCAL statement_timeout = ${sql.integer(SQL_TIMEOUT_MS)}; SET LOCAL ROLE ${appRole}`,
      )
      try {
        // The app's text numbers its parameters itself.
        await transaction.query(`DECLARE result NO SCROLL CURSOR FOR ${text}`, parameters)
        return (await fetchAll(transaction)).map(decodeRow)
      } catch (error) {
        throw error instanceof SqlError && !isDamage(error) ? sqlFailed(error) : error
      }
    })
  }

  /**
   * Makes them again where they do not fit the schemas as they are now: the first document of a schema brings its
   * table.
   */
  async #makeViews(): Promise<void> {
    await this.#learnTables()
    const schemas = this.#schemas()
    const { names } = this.#database
    const statements = sql.join([...appViews(names, schemas), ...appIndexes(names, schemas)], '\n')
    const wanted = digest(statements.text + WITHHELD)
    if (this.#made === wanted) return
    const { appSchema, appRole } = names
    if ((await this.#found()) !== wanted) {
      await this.#database.write(async (transaction) => {
        // With this lock nobody makes a table or an index meanwhile.
        await makeRole(transaction)
        await transaction.exec(sql`
          DROP SCHEMA IF EXISTS ${appSchema} CASCADE;
          CREATE SCHEMA ${appSchema};
          ${statements}
          GRANT USAGE ON SCHEMA ${appSchema} TO ${appRole};
          GRANT SELECT ON ALL TABLES IN SCHEMA ${appSchema} TO ${appRole};
          COMMENT ON SCHEMA ${appSchema} IS '${sql.raw(wanted)}';`)
      })
      await this.#database.flush()
    }
    this.#made = wanted
  }

  #schemas(): KnownSchema[] {
    return [...this.#bound.values()].flatMap((number) => this.#database.registry.at(number) ?? [])
  }

  /** Where documents of a schema rest, they get tables before they are read. */
  async #learnTables(): Promise<void> {
    const without = this.#schemas().filter(({ hasTable }) => !hasTable)
    if (without.length === 0) return
    // Another node on this database may have met the first document.
    const numbers = without.map(({ number }) => number)
    for (const known of await this.#database.registry.reread(this.#database, numbers)) {
      await this.#database.asked.standing(this.#database, known)
    }
  }

  /** Digest of the views in the database. */
  async #found(): Promise<string | null | undefined> {
    const { rows } = await this.#database.query<{ made: string | null }>(
      sql`SELECT obj_description(to_regnamespace(${this.#database.names.appSchema.text}), 'pg_namespace') AS made`,
    )
    return rows[0]?.made
  }
}

/**
 * The rows of the cursor `result`. PostgreSQL puts aside what one FETCH returns before it sends any of it. So the first
 * takes one row. Each of the next takes twice as many, as long as those come to little.
 */
async function fetchAll(transaction: DriverTransaction): Promise<SqlRow[]> {
  const found: SqlRow[] = []
  let received = 0
  for (let count = 1; ; ) {
    const fetch = sql`FETCH ${sql.integer(count)} FROM result`
    const { rows, bytes } = await querySql<SqlRow>(transaction, fetch, MAX_READ_BYTES)
    received += bytes
    if (received > MAX_READ_BYTES) throw answerTooLarge(MAX_READ_BYTES, received)
    for (const row of rows) found.push(row)
    if (found.length > MAX_SQL_ROWS) throw tooManyRows(found.length)
    if (rows.length < count) return found
    const fitting = Math.max(Math.floor((FETCHED_BYTES * count) / bytes), 1)
    count = Math.min(2 * count, fitting, MAX_SQL_ROWS + 1 - found.length)
  }
}

async function makeRole(transaction: WriteTransaction): Promise<void> {
  const { appRole, appRoleName } = transaction.names
  const { rows: roles } = await transaction.query(sql`SELECT FROM pg_roles WHERE rolname = ${appRoleName}`)
  if (roles.length === 0) {
    await transaction.exec(sql`CREATE ROLE ${appRole} NOLOGIN; GRANT ${appRole} TO CURRENT_USER`)
  }
  const { rows } = await transaction.query<{ routine: string }>(
    sql`SELECT oid::regprocedure::text AS routine FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ ${WITHHELD}
      AND has_function_privilege(${appRoleName}, oid, 'EXECUTE')
      AND current_setting('is_superuser')::boolean`,
  )
  const revokes = rows.map(({ routine }) => sql`REVOKE EXECUTE ON FUNCTION ${sql.raw(routine)} FROM PUBLIC;`)
  if (revokes.length > 0) await transaction.exec(sql.join(revokes, '\n'))
}

function decodeRow(row: SqlRow): SqlRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, decodeCell(value)]))
}

function decodeCell(value: unknown): unknown {
  if (typeof value === 'string') return decodeText(value)
  return Array.isArray(value) ? value.map(decodeCell) : value
}

/** What PostgreSQL says of the app's own statement. It says nothing about anything else. */
function sqlFailed({ message, sqlState }: SqlError): RakkoError {
  return new RakkoError('SQL_FAILED', `PostgreSQL refused the statement: ${message}`, { sqlState })
}

/** As many as were fetched: the rest is not counted. */
function tooManyRows(fetched: number): RakkoError {
  const expected = `at most ${MAX_SQL_ROWS} rows: the statement needs a LIMIT`
  const about = 'The statement returns too much'
  return refusal('SQL_FAILED', { expected, got: fetched, about, details: { sqlState: '54000' } })
}
