import { RakkoError } from '@rakko/core'
import { SqlError } from './driver/sql-error.js'

/** What the driver threw, as the store reports it; statements and values stay out of the text, they may be secrets. */
export function storageFailed(cause: unknown): RakkoError {
  if (cause instanceof RakkoError) return cause
  if (!(cause instanceof SqlError)) return new RakkoError('INTERNAL', 'the store failed', {}, { cause })
  const { sqlState } = cause
  return new RakkoError('STORAGE_FAILED', `the database failed with SQL state ${sqlState}`, { sqlState }, { cause })
}
