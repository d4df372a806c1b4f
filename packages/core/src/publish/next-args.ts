import { operationIdsOf } from '../document/document-view-id.js'
import type { NextArgs } from '../entry/entry.js'
import { isSkiplinkRequired, lipmaa } from '../entry/lipmaa.js'
import type { DocumentId, DocumentViewId, Hash, OperationId, PublicKey } from '../ids.js'
import { RakkoError } from '../rakko-error.js'
import type { PublishLookup } from './publish-lookup.js'

export const MAX_LOG_ID = 2n ** 64n - 1n
export const MAX_SEQ_NUM = 2n ** 64n - 1n

/**
 * What an author needs to write next. It is the head of the log in which the author writes the view's document. It is a
 * new log where there is none, or where no view is given. The view need not be the latest.
 *
 * Throws PREVIOUS_NOT_FOUND, DIFFERENT_DOCUMENTS, DOCUMENT_DELETED, LOG_FORKED, LOG_NOT_FOUND, SKIPLINK_NOT_FOUND,
 * MAX_SEQ_NUM, MAX_LOG_ID.
 */
export function nextArgs(publicKey: PublicKey, viewId: DocumentViewId | undefined, lookup: PublishLookup): NextArgs {
  if (viewId === undefined) return newLog(publicKey, lookup)
  const documentId = documentOf(operationIdsOf(viewId), lookup)
  if (lookup.isDeleted(documentId)) {
    throw new RakkoError('DOCUMENT_DELETED', 'Document is deleted', { documentId })
  }
  const logId = lookup.logOf(publicKey, documentId)
  if (logId === undefined) return newLog(publicKey, lookup)
  refuseFork(publicKey, logId, lookup)
  const latest = lookup.latestEntry(publicKey, logId)
  if (!latest) {
    throw new RakkoError('LOG_NOT_FOUND', `Expected log id ${logId} not found when calculating next args`, {
      publicKey,
      logId,
      documentId,
    })
  }
  return nextInLog(publicKey, logId, latest, lookup)
}

/** What follows `latest` in its log; `latest` itself need not be stored. */
export function nextInLog(
  publicKey: PublicKey,
  logId: bigint,
  latest: { readonly seqNum: bigint; readonly hash: Hash },
  lookup: PublishLookup,
): NextArgs {
  if (latest.seqNum >= MAX_SEQ_NUM) {
    throw new RakkoError('MAX_SEQ_NUM', `Max sequence number reached for public key ${publicKey} log ${logId}`, {
      publicKey,
      logId,
    })
  }
  const seqNum = latest.seqNum + 1n
  const backlink = latest.hash
  if (!isSkiplinkRequired(seqNum)) return { logId, seqNum, backlink }
  const { hash: skiplink } = skiplinkTarget(publicKey, logId, seqNum, lookup)
  return { logId, seqNum, skiplink, backlink }
}

/** The stored entry that the skiplink of entry `seqNum` points at. Throws SKIPLINK_NOT_FOUND. */
export function skiplinkTarget(
  publicKey: PublicKey,
  logId: bigint,
  seqNum: bigint,
  lookup: PublishLookup,
): { readonly hash: Hash } {
  const target = lipmaa(seqNum)
  const entry = lookup.entryAt(publicKey, logId, target)
  if (entry) return entry
  throw new RakkoError(
    'SKIPLINK_NOT_FOUND',
    `Expected skiplink entry not found in store: public key ${publicKey}, log id ${logId}, seq num ${target}`,
    { publicKey, logId, seqNum: target },
  )
}

/** The one document that these operations belong to. Throws PREVIOUS_NOT_FOUND or DIFFERENT_DOCUMENTS. */
export function documentOf(ids: readonly OperationId[], lookup: PublishLookup): DocumentId {
  const documentIds = ids.map((id) => {
    const operation = lookup.operation(id)
    if (!operation) throw previousNotFound(id)
    return operation.documentId
  })
  const [documentId] = documentIds
  if (documentId !== undefined && documentIds.every((id) => id === documentId)) return documentId
  throw new RakkoError(
    'DIFFERENT_DOCUMENTS',
    'Operations in passed document view id originate from different documents',
    { documentIds: [...new Set(documentIds)] },
  )
}

export function previousNotFound(operationId: OperationId): RakkoError {
  return new RakkoError('PREVIOUS_NOT_FOUND', `Previous operation ${operationId} not found in store`, { operationId })
}

/** Throws LOG_FORKED: a log with two branches takes no more entries, since the next one could only deepen the fork. */
export function refuseFork(publicKey: PublicKey, logId: bigint, lookup: PublishLookup): void {
  if (!lookup.isForked(publicKey, logId)) return
  throw new RakkoError('LOG_FORKED', `log ${logId} of ${publicKey} is forked and takes no more entries`, {
    publicKey,
    logId,
  })
}

/** The log after the highest one; gaps below it stay free. */
function newLog(publicKey: PublicKey, lookup: PublishLookup): NextArgs {
  const highest = lookup.highestLogId(publicKey)
  if (highest === undefined) return { logId: 0n, seqNum: 1n }
  if (highest >= MAX_LOG_ID) {
    throw new RakkoError('MAX_LOG_ID', `Max log id reached for public key ${publicKey}`, { publicKey, logId: highest })
  }
  return { logId: highest + 1n, seqNum: 1n }
}
