import { RakkoError } from '../rakko-error.js'
import type { LockFile } from './lock-file.js'
import { SchemaHistory } from './schema-history.js'

/**
 * Publishes a lock's commits in memory and returns their history, schemas included. Throws INVALID_SCHEMA_LOCK, with
 * the number of the commit in `details.commit` (from 0) and the fault as `cause`.
 */
export function readLock({ commits }: LockFile): SchemaHistory {
  const history = new SchemaHistory()
  for (const [i, commit] of commits.entries()) {
    try {
      history.publish(commit)
    } catch (cause) {
      if (!(cause instanceof RakkoError)) throw cause
      throw new RakkoError(
        'INVALID_SCHEMA_LOCK',
        `schema.lock, commit ${i}: ${cause.message}`,
        { ...cause.details, commit: i, reason: cause.code },
        { cause },
      )
    }
  }
  return history
}
