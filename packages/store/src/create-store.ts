import { bytesToHex, RakkoError, type Verifier } from '@rakko/core'
import type { Driver } from './driver/driver.js'
import { migrateData } from './maintain/data-migration.js'
import { verifyInterval } from './maintain/due-verification.js'
import { type PurgePolicy, purgePolicy } from './maintain/purge-policy.js'
import { AllowedSchemas, type AllowSchemas } from './schemas/allowed-schemas.js'
import { SchemaRegistry } from './schemas/schema-registry.js'
import type { TableLimits } from './schemas/table-limits.js'
import { querySql } from './sql/run-sql.js'
import { sql } from './sql/sql.js'
import { SqlStore } from './sql-store.js'
import { storageFailed } from './storage-failed.js'
import type { Store } from './store.js'
import { OPENING_BYTES } from './sync/arrival-id.js'
import { migrate } from './tables/migrations/migrate.js'
import { Names } from './tables/names.js'
import type { Queries } from './tables/queries.js'
import { Database } from './transaction/database.js'
import { readLost } from './verify/lost.js'

export interface StoreOptions {
  /** Open; the store closes it. */
  readonly driver: Driver
  /** PostgreSQL schema that the tables live in; many stores can share one database. */
  readonly schemaName: string
  readonly verifier: Verifier
  /** Default `all`. What is not on the list is refused with SCHEMA_NOT_ALLOWED; see also `Store.allowSchemas`. */
  readonly allowSchemas?: AllowSchemas | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Returns this many random bytes, fit for keys. */
  readonly random: (length: number) => Uint8Array
  /**
   * Called before each publishing transaction. Resolves once what already waits in the event loop was handled, so that
   * calls which have arrived join it. Without it only calls of one tick, and those made during a transaction, share the
   * next. So it is between the transactions of a long call.
   */
  readonly pause?: (() => Promise<void>) | undefined
  /** By default the creator's deletions, after seven days. Throws INVALID_ARGUMENT on an invalid policy. */
  readonly purge?: Partial<PurgePolicy> | undefined
  /**
   * Time between two verifications in quiet moments, in milliseconds; by default a week. Infinity: only `verify` looks.
   */
  readonly verifyEveryMs?: number | undefined
  /** Tables that schemas may have which the app does not declare; by default `TABLE_LIMITS`. */
  readonly tableLimits?: TableLimits | undefined
}

export const DEFAULT_SCHEMA_NAME = 'rakko'
const DATABASE_ID_BYTES = 16

/**
 * Opens a store: migrates, draws the database id where there is none, reads the known schemas. Throws
 * DATABASE_TOO_NEW, DATABASE_DAMAGED and STORAGE_FAILED.
 */
export async function createStore(options: StoreOptions): Promise<Store> {
  const { driver, schemaName, verifier, now, random, pause = async () => {}, purge, verifyEveryMs } = options
  try {
    await migrate(driver, schemaName)
    const registry = new SchemaRegistry(new AllowedSchemas(options.allowSchemas), options.tableLimits)
    const names = new Names(schemaName)
    const queries: Queries = { names, query: (statement, maxBytes) => querySql(driver, statement, maxBytes) }
    const { databaseId, unfilled, isLost } = await openMeta(queries, random)
    const database = new Database(driver, names, registry, () => random(OPENING_BYTES), pause)
    await registry.load(database)
    if (isLost) await readLost(database)
    if (unfilled) await migrateData(database, now())
    await driver.flush()
    return new SqlStore(database, {
      databaseId,
      verifier,
      now,
      random,
      pause,
      purge: purgePolicy(purge),
      verifyEveryMs: verifyInterval(verifyEveryMs),
    })
  } catch (error) {
    throw storageFailed(error)
  }
}

/** Only a new database is written to. */
async function openMeta(queries: Queries, random: StoreOptions['random']) {
  const [meta, lost] = [queries.names.table('meta'), queries.names.table('lost')]
  const read = async () => {
    const statement = sql`SELECT database_id, unfilled, EXISTS (SELECT FROM ${lost}) AS "isLost" FROM ${meta}`
    const { rows } = await queries.query<MetaRow>(statement)
    if (!rows[0]) throw new RakkoError('DATABASE_DAMAGED', 'the database is damaged: the row that names it is lost')
    return rows[0]
  }
  const { database_id: known, unfilled, isLost } = await read()
  if (known) return { databaseId: bytesToHex(known), unfilled, isLost }
  // Of two nodes that open a new database at once, both get the id of the first.
  const drawn = random(DATABASE_ID_BYTES)
  await queries.query(sql`UPDATE ${meta} SET database_id = ${drawn}::bytea WHERE database_id IS NULL`)
  return { databaseId: bytesToHex((await read()).database_id ?? drawn), unfilled, isLost }
}

interface MetaRow {
  /** Null in a new database. */
  database_id: Uint8Array | null
  unfilled: boolean
  isLost: boolean
}
