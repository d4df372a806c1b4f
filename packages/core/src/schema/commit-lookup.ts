import type { Entry } from '../entry/entry.js'
import type { DocumentId, Hash, PublicKey, SchemaId } from '../ids.js'
import type { ClaimedSchema, DecidedEntry, HeldEntry, IngestLookup } from '../ingest/ingest-lookup.js'
import { logsForkedBy } from '../ingest/logs-forked-by.js'
import type { Operation } from '../operation/operation.js'
import { SYSTEM_SCHEMAS } from './system-schemas.js'

/** A commit that was found valid. */
export interface HeldCommit extends HeldEntry {
  readonly hash: Hash
  readonly backlink?: Hash | undefined
}

/** A log of which the commits hold two branches. */
export interface ForkedCommitLog {
  readonly publicKey: PublicKey
  readonly logId: bigint
}

/** What the rules of replication ask about the commits of a lock: those that were taken so far. */
export class CommitLookup implements IngestLookup {
  readonly #commits = new Map<Hash, HeldCommit>()
  readonly #refused = new Set<Hash>()
  readonly #deleted = new Set<DocumentId>()
  /** The last commit of each log. */
  readonly #heads = new Map<string, HeldCommit>()
  /** The last commit of an author to a document. */
  readonly #latest = new Map<string, HeldCommit>()
  readonly #forked = new Map<string, ForkedCommitLog>()

  hold(hash: Hash, entry: Entry, { action, schemaId }: Operation, documentId: DocumentId): void {
    const { publicKey, logId, seqNum, backlink } = entry
    const commit = { decision: 'held', hash, publicKey, logId, seqNum, backlink, action, documentId, schemaId } as const
    const forked = logsForkedBy(entry, documentId, {
      latestEntry: (author, id) => this.#heads.get(`${author} ${id}`),
      logOf: (author, document) => this.#latest.get(`${author} ${document}`)?.logId,
    })
    for (const id of forked) this.#forked.set(`${publicKey} ${id}`, { publicKey, logId: id })
    this.#commits.set(hash, commit)
    if (action === 'delete') this.#deleted.add(documentId)
    keepLatest(this.#heads, `${publicKey} ${logId}`, commit)
    keepLatest(this.#latest, `${publicKey} ${documentId}`, commit)
  }

  refuse(hash: Hash): void {
    this.#refused.add(hash)
  }

  /** In the order in which they were found. */
  get forkedLogs(): readonly ForkedCommitLog[] {
    return [...this.#forked.values()]
  }

  commit(hash: Hash): HeldCommit | undefined {
    return this.#commits.get(hash)
  }

  /** The author's commit to a document with the highest sequence number; of several the one with the lowest hash. */
  latestOf(publicKey: PublicKey, documentId: DocumentId): HeldCommit | undefined {
    return this.#latest.get(`${publicKey} ${documentId}`)
  }

  hasLog(publicKey: PublicKey, logId: bigint): boolean {
    return this.#heads.has(`${publicKey} ${logId}`)
  }

  claimedSchema(id: SchemaId): ClaimedSchema {
    const schema = SYSTEM_SCHEMAS.get(id)
    return schema ? { status: 'known', schema } : { status: 'incomplete', missing: [] }
  }

  entry(hash: Hash): DecidedEntry | undefined {
    return this.#commits.get(hash) ?? (this.#refused.has(hash) ? { decision: 'refused' } : undefined)
  }

  ancestor(tip: Hash, seqNum: bigint): Hash | undefined {
    let commit = this.#commits.get(tip)
    while (commit && commit.seqNum > seqNum) commit = commit.backlink && this.#commits.get(commit.backlink)
    return commit?.seqNum === seqNum ? commit.hash : undefined
  }

  isDeleted(documentId: DocumentId): boolean {
    return this.#deleted.has(documentId)
  }
}

/** Independent of the order in which commits come, so that two runs go on from the same one. */
function keepLatest(latest: Map<string, HeldCommit>, key: string, commit: HeldCommit): void {
  const known = latest.get(key)
  const isBehind =
    known && (commit.seqNum < known.seqNum || (commit.seqNum === known.seqNum && commit.hash > known.hash))
  if (!isBehind) latest.set(key, commit)
}
