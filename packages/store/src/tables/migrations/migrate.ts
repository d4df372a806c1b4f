import { refusal } from '@rakko/core'
import type { Driver, DriverTransaction } from '../../driver/driver.js'
import { execSql, querySql } from '../../sql/run-sql.js'
import { sql } from '../../sql/sql.js'
import { Names } from '../names.js'
import { tables } from './0001-tables.js'
import { pinsPurgesHashes } from './0002-pins-purges-hashes.js'
import { parking } from './0003-parking.js'
import { awaitedViews } from './0004-awaited-views.js'
import { tableMakers } from './0005-table-makers.js'
import { roomForUpdates } from './0006-room-for-updates.js'
import { schemasById } from './0007-schemas-by-id.js'
import { searchWords } from './0008-search-words.js'
import { pruneCounters } from './0009-prune-counters.js'
import { verifications } from './0010-verifications.js'
import { droppedTables } from './0011-dropped-tables.js'
import { resumePoints } from './0012-resume-points.js'
import { comparedIds } from './0013-compared-ids.js'
import { resumePointsByAddress } from './0014-resume-points-by-address.js'
import { takenBack } from './0015-taken-back.js'
import type { Migration } from './migration.js'

/** In order of their formats. A new one wants a dump of the format before it, see test/formats. */
export const MIGRATIONS: readonly Migration[] = [
  tables,
  pinsPurgesHashes,
  parking,
  awaitedViews,
  tableMakers,
  roomForUpdates,
  schemasById,
  searchWords,
  pruneCounters,
  verifications,
  droppedTables,
  resumePoints,
  comparedIds,
  resumePointsByAddress,
  takenBack,
]

/** The format that this code writes. */
export const DATABASE_FORMAT = MIGRATIONS.length

/**
 * Brings the tables in `schemaName` to DATABASE_FORMAT, in one transaction a migration. Makes the schema where it is
 * missing. Draws nothing that one database has alone, so its result can be shipped as a prepared directory.
 *
 * Throws DATABASE_TOO_NEW where a later version has been here, and leaves everything as it is.
 */
export async function migrate(driver: Driver, schemaName: string, migrations = MIGRATIONS): Promise<void> {
  const names = new Names(schemaName)
  const format = await readFormat(driver, names)
  if (format > migrations.length) {
    const about = 'The database was written by a later version of Rakko, in a format that is not known'
    throw refusal('DATABASE_TOO_NEW', { expected: migrations.length, got: format, about })
  }
  for (const migration of migrations.slice(format)) {
    await driver.transaction((transaction) => apply(transaction, names, migration))
  }
}

async function apply(transaction: DriverTransaction, names: Names, migration: Migration): Promise<void> {
  // Another node may be opening the same database. The second one to get here finds the work done.
  await querySql(transaction, sql`SELECT pg_advisory_xact_lock(hashtextextended(${`rakko ${names.schema.text}`}, 0))`)
  if ((await readFormat(transaction, names)) >= migration.format) return
  await execSql(transaction, sql`CREATE SCHEMA IF NOT EXISTS ${names.schema}`)
  // Views stand on tables that a migration may change. They are made again when they are asked for.
  await execSql(transaction, sql`DROP SCHEMA IF EXISTS ${names.appSchema} CASCADE`)
  await transaction.exec(migration.sql(names.schema.text))
  await querySql(transaction, sql`UPDATE ${names.table('meta')} SET format = ${migration.format}`)
}

/** 0 where there are no tables. */
async function readFormat(transaction: DriverTransaction, names: Names): Promise<number> {
  const { rows: tables } = await querySql<{ found: boolean }>(
    transaction,
    sql`SELECT to_regclass(${names.table('meta').text}) IS NOT NULL AS found`,
  )
  if (!tables[0]?.found) return 0
  const { rows } = await querySql<{ format: number }>(transaction, sql`SELECT format FROM ${names.table('meta')}`)
  return rows[0]?.format ?? 0
}
