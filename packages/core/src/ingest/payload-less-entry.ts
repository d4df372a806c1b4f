import type { Entry } from '../entry/entry.js'
import type { DocumentId, DocumentViewId, Hash, OperationId, SchemaId } from '../ids.js'
import type { Operation, UncheckedOperation } from '../operation/operation.js'
import { unlessInvalid } from '../or-rakko-error.js'
import { RakkoError } from '../rakko-error.js'
import type { Schema } from '../schema/schema.js'
import { SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION } from '../schema/system-schemas.js'
import { validateOperation } from '../schema/validate-operation.js'
import { checkLinks, dependencyRefused, heldEntry } from './check-links.js'
import type { DecidedEntry, IngestLookup } from './ingest-lookup.js'
import type { IngestDecision } from './validate-ingest.js'

export interface PayloadLessRequest {
  /** Decoded, its signature verified. */
  readonly entry: Entry
  /** Hash of the entry's bytes as received. The entry is not decided. */
  readonly entryHash: Hash
  readonly lookup: IngestLookup
  /**
   * Schema of a DELETE that follows the entry, over its backlinks and over `previous`, and is held together with it.
   */
  readonly deletion?: SchemaId | undefined
}

/**
 * Whether the payload says something else than was believed of an entry that was held without it, or nothing valid.
 * The schema is that which the entry was held for.
 */
export function isWithheld(
  entry: Entry,
  operation: UncheckedOperation,
  decided: DecidedEntry | undefined,
  schema: (id: SchemaId) => Schema | undefined,
): boolean {
  if (decided?.decision !== 'purged') return false
  if (!entryTells(entry, operation) || operation.schemaId !== decided.schemaId) return true
  const known = schema(decided.schemaId)
  return known !== undefined && unlessInvalid(() => validateOperation(operation, known)) === undefined
}

/** Documents that others are read with keep their payloads, deleted or not. */
const NEVER_WITHOUT_PAYLOADS: ReadonlySet<SchemaId> = new Set([SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION])

/** Whether an entry of a document of this schema is ever held without its payload. */
export function mayLackPayloads(schemaId: SchemaId): boolean {
  return !NEVER_WITHOUT_PAYLOADS.has(schemaId)
}

/**
 * Whether the entry alone tells the graph what the operation did. The first entry of a log creates its document, and each
 * later one follows its backlink and nothing else. Of a DELETE it never does.
 */
export function entryTells({ backlink }: Entry, { action, previous }: UncheckedOperation): boolean {
  return action !== 'delete' && previous === (backlink as string | undefined)
}

/**
 * Whether a deleted document can do without this payload, since its entry tells. A purge keeps the payload of every
 * DELETE, and of every operation of which this is not true.
 */
export function canDropPayload(entry: Entry, operation: UncheckedOperation): boolean {
  return entryTells(entry, operation) && mayLackPayloads(operation.schemaId)
}

/**
 * The rules for a payload-less entry, beside `validateIngest`. It is held only where its document is deleted, so that
 * nobody misses what is gone. A DELETE of the document is held already, or follows the entry and is held together with
 * it. Otherwise the entry waits, since its payload may still come. What the entry did is what `canDropPayload` says.
 *
 * It is refused where no payload could make it valid: its links are wrong, or its backlink was refused or is a DELETE.
 *
 * Whether the payload was valid and fit to be dropped, nobody can see without it. So a document may live on here that is
 * deleted elsewhere. Alice CREATEs it. Bob UPDATEs it with the first entry of his log, and DELETEs it with the second.
 * A peer sends the UPDATE without its payload, and the DELETE. Here these two become a document of their own, the UPDATE
 * its CREATE. Nothing is ever deleted here without a signed DELETE.
 *
 * So this decision alone is not for good. The payload may come later, and tell what the entry did not (`isWithheld`). A
 * store then takes back what it has decided about the document, and decides again.
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
