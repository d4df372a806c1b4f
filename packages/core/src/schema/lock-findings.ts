import type { SchemaId } from '../ids.js'
import type { ForkedCommitLog } from './commit-lookup.js'
import type { UnusableCommit } from './schema-history.js'

/** What there is to say of a lock: how two branches of an app met in it, and what is damaged. */
export interface LockFindings {
  readonly unusable: readonly UnusableCommit[]
  /** Names of schemas of which the commit of a field is missing. */
  readonly incomplete: readonly string[]
  /** How many commits stood there once more. */
  readonly repeated: number
  /** Logs that two branches have both used; the commits of both are kept. */
  readonly forkedLogs: readonly ForkedCommitLog[]
  /** Schemas that two branches have both added. The documents of the others are those of earlier versions. */
  readonly namesakes: readonly {
    readonly name: string
    readonly used: SchemaId
    readonly others: readonly SchemaId[]
  }[]
  /** Names of schemas that two branches have both changed: a new commit joins the two. */
  readonly joined: readonly string[]
}
