import type { Entry } from '../entry/entry.js'
import type { DocumentId, DocumentViewId, Hash, OperationId, SchemaId } from '../ids.js'
import type { Operation, PlainOperation } from '../operation/operation.js'
import { RakkoError } from '../rakko-error.js'
import { SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION } from '../schema/system-schemas.js'
import { checkLinks, dependencyRefused, heldEntry } from './check-links.js'
import type { IngestLookup } from './ingest-lookup.js'
import type { IngestDecision } from './validate-ingest.js'

export interface PayloadLessRequest {
  /** Decoded, its signature verified. */
  readonly entry: Entry
  /** Hash of the entry's bytes as received. Nothing was decided about it yet. */
  readonly entryHash: Hash
  readonly lookup: IngestLookup
  /** Schema of a DELETE that follows the entry, over its backlinks and over `previous`, and is held together with it. */
  readonly deletion?: SchemaId | undefined
}

/** Documents that others are read by keep their payloads, deleted or not. */
const NEVER_WITHOUT_PAYLOADS: ReadonlySet<SchemaId> = new Set([SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION])

/** Whether entries of documents of this schema are ever held without their payloads. */
export function mayLackPayloads(schemaId: SchemaId): boolean {
  return !NEVER_WITHOUT_PAYLOADS.has(schemaId)
}

/**
 * Whether a deleted document needs this payload no more: all that a graph asks of the operation can be told from its entry
 * alone. The first entry of a log creates its document, and each one after it follows its backlink and nothing else.
 * Who purges keeps the payloads of DELETEs and of all operations of which that is not true.
 */
export function canDropPayload({ backlink }: Entry, { action, previous, schemaId }: PlainOperation): boolean {
  return action !== 'delete' && previous === (backlink as string | undefined) && mayLackPayloads(schemaId)
}

/**
 * The rules for an entry without its payload, beside `validateIngest`: it is held only where its document is deleted, so
 * that no one misses what is gone: a DELETE of the document is held already, or is held together with it, since it follows the entry.
 * Otherwise it waits: the payload may come as well. What the entry did is what `canDropPayload` says.
 *
 * Refused is what no payload could make valid: wrong links, a backlink that was refused or is a DELETE.
 *
 * That the payload was fit to be dropped, and valid, can be seen by nobody who has not got it. A peer that withholds
 * others makes deleted documents differ here, in their view ids, or in which document a deletion belongs to, and that is not
 * mended by the payloads when they come. A document may so live on here that is deleted elsewhere: Alice CREATEs it,
 * Bob UPDATEs it as the first entry of his log, and DELETEs it as the second. Who sends the UPDATE without its payload
 * and the DELETE makes them a document of their own, the UPDATE its CREATE; no DELETE of Alice's document is known here then,
 * and these two are decided about. Nothing is deleted here by that which nobody has signed a DELETE for.
 */
export function validatePayloadLessEntry({ entry, entryHash, lookup, deletion }: PayloadLessRequest): IngestDecision {
  const { backlink } = entry
  try {
    if (backlink === undefined) {
      const documentId = entryHash as string as DocumentId
      return deletion === undefined ? waiting(entryHash, documentId) : held(entryHash, documentId, deletion)
    }
    const decided = lookup.entry(backlink)
    if (decided?.decision === 'refused') throw dependencyRefused('backlink', backlink)
    if (decided?.decision === 'forgotten') return { decision: 'forgotten' }
    const before = heldEntry(decided)
    if (!before) return { decision: 'waiting', for: [{ kind: 'backlink', id: backlink }] }
    checkLinks(entry, before, lookup)
    const { documentId, schemaId } = before
    const isDeleted = deletion !== undefined || lookup.isDeleted(documentId)
    if (!isDeleted && mayLackPayloads(schemaId)) return waiting(entryHash, documentId)
    return held(entryHash, documentId, schemaId, backlink)
  } catch (error) {
    if (error instanceof RakkoError) return { decision: 'refused', error }
    throw error
  }
}

function held(entryHash: Hash, documentId: DocumentId, schemaId: SchemaId, backlink?: Hash): IngestDecision {
  if (!mayLackPayloads(schemaId)) return waiting(entryHash)
  const operation: Operation =
    backlink === undefined
      ? { action: 'create', schemaId }
      : { action: 'update', schemaId, previous: backlink as string as DocumentViewId }
  return { decision: 'held', operation, operationId: entryHash as OperationId, documentId }
}

function waiting(id: Hash, documentId?: DocumentId): IngestDecision {
  return { decision: 'waiting', for: [{ kind: 'payload', id, ...(documentId !== undefined && { documentId }) }] }
}
