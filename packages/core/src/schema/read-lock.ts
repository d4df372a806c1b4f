import type { LockFile } from './lock-file.js'
import { SchemaHistory } from './schema-history.js'

/**
 * Takes a lock's commits in memory, whatever their order, and returns their history. A commit that cannot be used is
 * named in `unusable` and changes nothing else. Throws nothing.
 */
export function readLock({ commits }: LockFile): SchemaHistory {
  return new SchemaHistory(commits)
}
