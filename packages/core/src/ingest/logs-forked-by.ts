import type { DocumentId, PublicKey } from '../ids.js'

/** What is held of an author's logs, without the entry in question. */
export interface LogLookup {
  latestEntry(publicKey: PublicKey, logId: bigint): { readonly seqNum: bigint } | undefined
  /** A log in which this author writes this document. */
  logOf(publicKey: PublicKey, documentId: DocumentId): bigint | undefined
}

/**
 * Ids of the author's logs that are forked once a valid entry is held. It is the entry's log where its place is taken.
 * It is both logs where the author writes the document in another one.
 *
 * Everything before an entry is held. So a place is taken exactly where the log's latest entry is not the one before
 * it. Whichever of two such entries comes last, the same logs are marked.
 */
export function logsForkedBy(
  { publicKey, logId, seqNum }: { readonly publicKey: PublicKey; readonly logId: bigint; readonly seqNum: bigint },
  documentId: DocumentId,
  lookup: LogLookup,
): readonly bigint[] {
  const other = lookup.logOf(publicKey, documentId)
  if (other !== undefined && other !== logId) return [logId, other]
  const latest = lookup.latestEntry(publicKey, logId)
  return latest !== undefined && seqNum <= latest.seqNum ? [logId] : []
}
