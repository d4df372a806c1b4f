import { RakkoError } from '@rakko/core'
import { isDamageToOurs } from './driver/damage.js'
import { SqlError } from './driver/sql-error.js'
import { NO_ROOM } from './driver/storage-full.js'

/** PostgreSQL's state for a write where only reads are allowed: a driver allows no others while the storage is full. */
const READ_ONLY = '25006'

/** What the driver threw, as the store reports it. Statements and values stay out of the text: they may be secrets. */
export function storageFailed(cause: unknown): RakkoError {
  if (cause instanceof RakkoError) return cause
  if (!(cause instanceof SqlError)) return new RakkoError('INTERNAL', 'the store failed', {}, { cause })
  if (isDamageToOurs(cause)) return databaseDamaged(cause)
  const isFull = cause.sqlState === NO_ROOM || cause.sqlState === READ_ONLY
  const sqlState = isFull ? NO_ROOM : cause.sqlState
  const words = isFull ? 'the storage is full:' : 'the database failed with'
  return new RakkoError('STORAGE_FAILED', `${words} SQL state ${sqlState}`, { sqlState }, { cause })
}

/** PostgreSQL's words of damage name files, blocks and tables, never values. */
function databaseDamaged(cause: SqlError): RakkoError {
  const { sqlState, message } = cause
  const words = `the database is damaged, and nothing of it was deleted: ${message}`
  return new RakkoError('DATABASE_DAMAGED', words, { sqlState, postgres: message }, { cause })
}
