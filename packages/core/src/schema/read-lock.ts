import { portableVerifier } from '../key/portable-verifier.js'
import type { SyncVerifier } from '../key/signer.js'
import type { LockFile } from './lock-file.js'
import { SchemaHistory } from './schema-history.js'

/**
 * Takes a lock's commits in memory, whatever their order, and returns their history. A commit that cannot be used is
 * named in `unusable` and changes nothing else. Throws nothing. `verifier` says whose signatures are right: the portable
 * one where there is no other.
 */
export function readLock({ commits }: LockFile, verifier: SyncVerifier = portableVerifier): SchemaHistory {
  return new SchemaHistory(commits, verifier)
}
