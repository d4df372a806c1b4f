import { RakkoError } from '@rakko/core'
import { SqlError } from './sql-error.js'

/** PostgreSQL's state for a storage that has no room, and what `details.sqlState` says then. */
export const NO_ROOM = '53100'

/** Whether this is why a call has failed. */
export function isStorageFull(error: unknown): boolean {
  if (error instanceof SqlError) return error.sqlState === NO_ROOM
  return error instanceof RakkoError && error.details.sqlState === NO_ROOM
}
