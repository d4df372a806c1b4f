import { RakkoError } from '@rakko/core'
import { isDamageToOurs } from './driver/damage.js'
import { SqlError } from './driver/sql-error.js'

/** PostgreSQL's state for a disk that is full. */
const NO_ROOM = '53100'

/** What the driver threw, as the store reports it. Statements and values stay out of the text: they may be secrets. */
export function storageFailed(cause: unknown): RakkoError {
  if (cause instanceof RakkoError) return cause
  if (!(cause instanceof SqlError)) return new RakkoError('INTERNAL', 'the store failed', {}, { cause })
  const { sqlState } = cause
  if (isDamageToOurs(cause)) return databaseDamaged(cause)
  const words =
    sqlState === NO_ROOM
      ? `the storage is full: SQL state ${sqlState}`
      : `the database failed with SQL state ${sqlState}`
  return new RakkoError('STORAGE_FAILED', words, { sqlState }, { cause })
}

/** PostgreSQL's words of damage name files, blocks and tables, never values. */
function databaseDamaged(cause: SqlError): RakkoError {
  const { sqlState, message } = cause
  const words = `the database is damaged, and nothing of it was deleted: ${message}`
  return new RakkoError('DATABASE_DAMAGED', words, { sqlState, postgres: message }, { cause })
}
