import { type SchemaId, SYSTEM_SCHEMAS } from '@rakko/core'
import type { KnownSchema } from '../schemas/schema-registry.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Queries } from '../tables/queries.js'
import type { Database, WriteTransaction } from '../transaction/database.js'
import { dropTables, tablesOf, viewedSchemas } from './evict-tables.js'

/** Tables that one slice drops. Of a wide schema more go, since all of them go together. */
const TABLES_AT_ONCE = 16

/**
 * Drops the tables of schemas that have no documents, slice by slice. So they count no longer, and other schemas may
 * have tables. The schema's next document has them made again.
 *
 * Only `forget` takes the last document of a schema, and has them dropped before it resolves. Where it failed or its
 * process ended, a quiet moment of the next one does it. The tables of what the app ships, lists or declares stay. So do
 * those that an app's own SQL has views of: another node on this database may have declared these schemas.
 *
 * Tables of a schema that rests go too where somebody has begun to fill them, and nobody goes on.
 */
export class TableDropper {
  readonly #database: Database
  #isDue = true

  constructor(database: Database) {
    this.#database = database
  }

  /** Called when documents of these schemas were forgotten. */
  async documentsForgotten(schemaIds: ReadonlySet<SchemaId>): Promise<void> {
    const { registry } = this.#database
    if (![...schemaIds].some((id) => this.#isOthers(registry.get(id)))) return
    this.#isDue = true
    while (await this.slice()) await this.#database.letOthersIn()
  }

  /** Returns whether it has dropped any. */
  async slice(): Promise<boolean> {
    if (await this.#dropLeft()) return true
    if (!this.#isDue) return false
    this.#isDue = false
    // What is lost may be documents of these schemas.
    if (this.#database.lost.size > 0 || (await this.#findUnused(this.#database)).length === 0) return false
    try {
      this.#isDue = await this.#database.write((transaction) => this.#dropSome(transaction))
    } catch (error) {
      this.#isDue = true
      throw error
    }
    return this.#isDue
  }

  /** Drops tables that nobody goes on filling. Another process that does begins again. */
  async #dropLeft(): Promise<boolean> {
    const { asked } = this.#database
    if (!asked.mayHaveLeft) return false
    const isDropped =
      (await this.#findLeft(this.#database)).length > 0 &&
      (await this.#database.write(async (transaction) => {
        const left = await this.#findLeft(transaction)
        if (left.length > 0) await transaction.exec(sql`DROP TABLE ${sql.join(left)}`)
        return left.length > 0
      }))
    if (!isDropped) asked.mayHaveLeft = false
    return isDropped
  }

  /** Some of them. Those of a wide schema go together. */
  async #findLeft(queries: Queries): Promise<Sql[]> {
    const { names } = queries
    const { rows } = await queries.query<{ number: number; tables: string[] }>(
      sql`SELECT substring(relname FROM '[0-9]+')::integer AS number, array_agg(relname::text) AS tables
       FROM pg_class WHERE relnamespace = ${names.schema.text}::regnamespace AND relkind = 'r' AND relname ~ '^w[0-9]'
       GROUP BY 1 ORDER BY 1`,
    )
    const left: Sql[] = []
    for (const { number, tables } of rows) {
      if (this.#database.asked.isFilling(number)) continue
      if (left.length > 0 && left.length + tables.length > TABLES_AT_ONCE) break
      left.push(...tables.map((table) => sql`${names.schema}.${sql.quoted(table)}`))
    }
    return left
  }

  /** Returns whether it has dropped any. */
  async #dropSome(transaction: WriteTransaction): Promise<boolean> {
    const { ledger } = transaction
    if (ledger.counters.lost > 0) return false
    const unused: KnownSchema[] = []
    let tables = 0
    for (const known of await this.#findUnused(transaction)) {
      const named = tablesOf(transaction.names, known)
      if (tables > 0 && tables + named.length > TABLES_AT_ONCE) break
      if (!(await areEmpty(transaction, named))) continue
      unused.push(known)
      tables += named.length
    }
    if (unused.length > 0) await dropTables(transaction, unused)
    return unused.length > 0
  }

  async #findUnused(queries: Queries): Promise<KnownSchema[]> {
    const { registry } = this.#database
    const { names } = queries
    const { rows } = await queries.query<{ number: number }>(
      sql`WITH ${viewedSchemas(names)}
       SELECT number FROM ${names.table('schemas')} AS s
       WHERE (has_table OR has_pinned) AND number > ${sql.integer(SYSTEM_SCHEMAS.size)}
         AND NOT EXISTS (SELECT FROM ${names.table('documents')} AS d WHERE d.schema = s.number)
         AND NOT EXISTS (SELECT FROM viewed AS v WHERE v.number = s.number)
       ORDER BY number`,
    )
    const numbers = rows.map(({ number }) => number).filter((number) => this.#isOthers(registry.at(number)))
    if (numbers.length === 0) return []
    // Another node on this database may have made tables that this process does not know of.
    const some = await registry.reread(queries, numbers.slice(0, TABLES_AT_ONCE))
    return some.filter((known) => this.#isOthers(known))
  }

  #isOthers(known: KnownSchema | undefined): boolean {
    return !known || this.#database.registry.isStrangers(known)
  }
}

/** Rows without a document are what a damage has left. They are the verification's business. */
async function areEmpty(transaction: WriteTransaction, tables: readonly Sql[]): Promise<boolean> {
  const isFilled = tables.map((table) => sql`EXISTS (SELECT FROM ${table})`)
  const { rows } = await transaction.query<{ filled: boolean }>(sql`SELECT ${sql.join(isFilled, ' OR ')} AS filled`)
  return rows[0]?.filled === false
}
