import { operationIdsOf } from '../document/document-view-id.js'
import type { Entry, NextArgs } from '../entry/entry.js'
import { checkPayload } from '../entry/entry-payload.js'
import type { DocumentId, Hash, OperationId } from '../ids.js'
import type { Operation, UncheckedOperation } from '../operation/operation.js'
import { RakkoError } from '../rakko-error.js'
import { validateOperation } from '../schema/validate-operation.js'
import { documentOf, MAX_SEQ_NUM, nextInLog, previousNotFound, refuseFork, skiplinkTarget } from './next-args.js'
import type { PublishLookup } from './publish-lookup.js'

export interface PublishRequest {
  /** Decoded, and its signature verified. Both are the caller's work. */
  readonly entry: Entry
  /** Hash of the entry's bytes as received. */
  readonly entryHash: Hash
  readonly unchecked: UncheckedOperation
  /** The encoded operation as received; absent where the caller has checked it against the entry already. */
  readonly payload?: Uint8Array
  readonly lookup: PublishLookup
}

export interface CheckedPublish {
  readonly operation: Operation
  readonly operationId: OperationId
  readonly documentId: DocumentId
}

export interface ValidPublish extends CheckedPublish {
  /** For the entry after this one in the same log. */
  readonly next: NextArgs
}

/**
 * Every rule of publishing that asks what is stored, in the reference's order. Writes nothing.
 *
 * 1. the schema is known (SCHEMA_NOT_FOUND),
 * 2. the log is not forked (LOG_FORKED; ours), and the sequence number is the next one (ALREADY_PUBLISHED where these
 *   very bytes are stored, else UNEXPECTED_SEQ_NUM),
 * 3. the entry that the skiplink names is stored (SKIPLINK_NOT_FOUND),
 * 4. the payload is what the entry claims (PAYLOAD_MISMATCH, PAYLOAD_TOO_LARGE),
 * 5. skiplink, then backlink, are the stored entries' hashes (INVALID_LINK),
 * 6. the operation matches its schema (see `validateOperation`),
 * 7. what `previous` names is stored, has the same schema and one document (PREVIOUS_NOT_FOUND, SCHEMA_MISMATCH,
 *   DIFFERENT_DOCUMENTS), and that document has no DELETE (DOCUMENT_DELETED),
 * 8. the log is the author's for this document, or free (UNEXPECTED_LOG_ID, LOG_NOT_FOUND),
 * 9. there is room for a next entry, and its skiplink's target is stored (MAX_SEQ_NUM, SKIPLINK_NOT_FOUND).
 *
 * Not checked: whether `previous` are tips, and whether relations and the pieces of a blob exist.
 */
export function validatePublish(request: PublishRequest): ValidPublish {
  const { entry, entryHash, lookup } = request
  const checked = checkPublish(request)
  const next = nextInLog(entry.publicKey, entry.logId, { seqNum: entry.seqNum, hash: entryHash }, lookup)
  return { ...checked, next }
}

/** Rules 1 to 8, for a writer who does not ask what comes next: less has to be looked up. */
export function checkPublish(request: PublishRequest): CheckedPublish {
  const { entry, entryHash, unchecked, lookup } = request
  const schema = lookup.schema(unchecked.schemaId)
  if (!schema) {
    throw new RakkoError('SCHEMA_NOT_FOUND', `Schema not found: ${unchecked.schemaId}`, {
      schemaId: unchecked.schemaId,
    })
  }
  checkSeqNum(request)
  checkLinks(request)
  const operation = validateOperation(unchecked, schema)
  const operationId = entryHash as OperationId
  const documentId = findDocument(operation, operationId, lookup)
  checkLogId(entry, documentId, lookup)
  return { operation, operationId, documentId }
}

function checkSeqNum({ entry, entryHash, lookup }: PublishRequest): void {
  const { publicKey, logId, seqNum } = entry
  const latest = lookup.latestEntry(publicKey, logId)
  const expected = (latest?.seqNum ?? 0n) + 1n
  const stored = lookup.hasEntry(entryHash)
  if (!stored) {
    refuseFork(publicKey, logId, lookup)
    if (expected > MAX_SEQ_NUM) throw new RakkoError('MAX_SEQ_NUM', 'Max sequence number reached', { publicKey, logId })
    if (seqNum === expected) return
  }
  throw new RakkoError(
    stored ? 'ALREADY_PUBLISHED' : 'UNEXPECTED_SEQ_NUM',
    `Entry's claimed seq num of ${seqNum} does not match expected seq num of ${expected} for given public key and log`,
    { field: 'seqNum', expected, got: seqNum, publicKey, logId, entryHash },
  )
}

function checkLinks({ entry, payload, lookup }: PublishRequest): void {
  const { publicKey, logId, seqNum } = entry
  const skiplink = entry.skiplink && skiplinkTarget(publicKey, logId, seqNum, lookup)
  if (payload) checkPayload(entry, payload)
  if (skiplink && skiplink.hash !== entry.skiplink) throw invalidLink('skiplink', skiplink.hash, entry.skiplink)
  const backlink = lookup.latestEntry(publicKey, logId)
  if (backlink?.hash !== entry.backlink) throw invalidLink('backlink', backlink?.hash, entry.backlink)
}

function findDocument(operation: Operation, operationId: OperationId, lookup: PublishLookup): DocumentId {
  if (operation.previous === undefined) return operationId as DocumentId
  const previous = operationIdsOf(operation.previous)
  for (const id of previous) {
    const stored = lookup.operation(id)
    if (!stored) throw previousNotFound(id)
    if (stored.schemaId === operation.schemaId) continue
    throw new RakkoError(
      'SCHEMA_MISMATCH',
      `Operation ${id} claims incorrect schema ${operation.schemaId} for document with schema ${stored.schemaId}`,
      { field: 'schemaId', expected: stored.schemaId, got: operation.schemaId, operationId: id },
    )
  }
  const documentId = documentOf(previous, lookup)
  if (lookup.isDeleted(documentId)) {
    throw new RakkoError('DOCUMENT_DELETED', 'You are trying to update or delete a document which has been deleted', {
      documentId,
    })
  }
  return documentId
}

/** One log for an author and a document. A new log may take any free id, gaps allowed. */
function checkLogId({ publicKey, logId, seqNum }: Entry, documentId: DocumentId, lookup: PublishLookup): void {
  const known = lookup.logOf(publicKey, documentId)
  if (known === logId) return
  if (known !== undefined) {
    throw new RakkoError(
      'UNEXPECTED_LOG_ID',
      `Entry's claimed log id of ${logId} does not match existing log id of ${known} for given public key and document id`,
      { field: 'logId', expected: known, got: logId, publicKey, documentId },
    )
  }
  if (seqNum > 1n) {
    throw new RakkoError(
      'LOG_NOT_FOUND',
      `Expected log not found in store for: public key ${publicKey}, document id ${documentId}`,
      { publicKey, documentId, logId },
    )
  }
  if (lookup.entryAt(publicKey, logId, 1n)) {
    throw new RakkoError(
      'UNEXPECTED_LOG_ID',
      `Entry's claimed log id of ${logId} is already in use for given public key`,
      { field: 'logId', expected: 'a log id that is free', got: logId, publicKey, documentId },
    )
  }
}

function invalidLink(field: string, expected: unknown, got: unknown): RakkoError {
  return new RakkoError('INVALID_LINK', `claimed hash does not match ${field} entry`, { field, expected, got })
}
