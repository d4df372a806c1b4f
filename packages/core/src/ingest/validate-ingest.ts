import { operationIdsOf } from '../document/document-view-id.js'
import type { Entry } from '../entry/entry.js'
import type { DocumentId, Hash, OperationId, SchemaId } from '../ids.js'
import type { Operation, UncheckedOperation } from '../operation/operation.js'
import { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import { validateOperation } from '../schema/validate-operation.js'
import { checkLinks, deleted, dependencyRefused, heldEntry } from './check-links.js'
import type { HeldEntry, IngestLookup } from './ingest-lookup.js'

export interface IngestRequest {
  /** Decoded, its signature verified and its payload checked against it. All that is the caller's work. */
  readonly entry: Entry
  /** Hash of the entry's bytes as received. The entry is not decided. */
  readonly entryHash: Hash
  readonly unchecked: UncheckedOperation
  readonly lookup: IngestLookup
}

export type IngestDecision =
  | {
      readonly decision: 'held'
      readonly operation: Operation
      readonly operationId: OperationId
      readonly documentId: DocumentId
    }
  | { readonly decision: 'refused'; readonly error: RakkoError }
  /** It builds on what was forgotten here, and does not bring that back. */
  | { readonly decision: 'forgotten' }
  | { readonly decision: 'waiting'; readonly for: readonly Dependency[] }

/** What an entry waits for. */
export type Dependency =
  | { readonly kind: 'backlink' | 'previous'; readonly id: Hash }
  /** `missing`: operations that its views lack. None: no operation can make the schema known to this version. */
  | { readonly kind: 'schema'; readonly id: SchemaId; readonly missing: readonly OperationId[] }
  /**
   * The payload of the entry itself, or a DELETE of its document instead (see `validatePayloadLessEntry`). Or it is the
   * payload of an entry that this one builds on. `documentId` is absent where only the payload will do.
   */
  | { readonly kind: 'payload'; readonly id: Hash; readonly documentId?: DocumentId }

/**
 * The rules of replication, beside the stricter ones of publishing. Replicas that get the same entries must hold the
 * same ones, whatever the order. So each rule asks about an entry and its ancestors alone. These are its backlink, the
 * operations in `previous`, those that define its schema, and the ancestors of all these. An entry is
 *
 * - **waiting** while one of these is not decided: it is decided later, and the result is the same then,
 * - **refused** where one of these was refused (DEPENDENCY_REFUSED), or where it can never be valid beside them:
 *     1. the schema's views describe no schema (INVALID_SCHEMA), or the operation does not match it
 *      (`validateOperation`),
 *     2. the backlink has another author, log or place, or the skiplink is not the entry at lipmaa(seq num) among those
 *      that the backlink leads to (INVALID_LINK),
 *     3. `previous` is of another schema or of several documents (SCHEMA_MISMATCH, DIFFERENT_DOCUMENTS),
 *     4. the document is not the backlink's (UNEXPECTED_LOG_ID): a log never changes its document from one entry to the
 *      next, a fork at its first entry aside,
 *     5. it follows a DELETE (DOCUMENT_DELETED), by `previous` or by its backlink,
 * - **held** otherwise.
 *
 * Hashes keep the ancestors free of cycles. By induction over them the decision is a function of bytes: those of the
 * entry and of its ancestors. What else is stored does not count. What publishing refuses because of it is held here:
 *
 * - an UPDATE or DELETE beside a DELETE: neither follows the other, and in reduction delete wins,
 * - two entries at one place of a log, with all that follows each: a fork, whose branches are concurrent operations,
 * - a second log of an author for a document, or a second document in a log that forks at its first entry: forks too.
 *
 * `logsForkedBy` tells which logs are forked by what is held; that changes no decision.
 *
 * Rule 5 needs no walk through history. What follows a DELETE is refused, so nothing held follows one, and an entry
 * follows one exactly where it names one. Rule 4 needs none either: every entry of a branch has the document of the one
 * before.
 */
export function validateIngest(request: IngestRequest): IngestDecision {
  const { entry, entryHash, unchecked, lookup } = request
  const claimed = lookup.claimedSchema(unchecked.schemaId)
  const named = dependenciesOf(entry, unchecked)
  const decided = named.map(({ id }) => lookup.entry(id))
  try {
    if (claimed.status === 'invalid') {
      const expected = 'a schema id whose definition describes a schema'
      throw refusal('INVALID_SCHEMA', { field: 'schemaId', expected, got: unchecked.schemaId })
    }
    for (const [index, { kind, id }] of named.entries()) {
      if (decided[index]?.decision === 'refused') throw dependencyRefused(kind, id)
    }
    const operation = claimed.status === 'known' ? validateOperation(unchecked, claimed.schema) : undefined
    const backlink = entry.backlink === undefined ? undefined : heldEntry(lookup.entry(entry.backlink))
    if (backlink) checkLinks(entry, backlink, lookup)
    const previous = decided.slice(entry.backlink === undefined ? 0 : 1).flatMap((one) => heldEntry(one) ?? [])
    checkPrevious(unchecked, previous)

    if (claimed.status === 'forgotten' || decided.some((one) => one?.decision === 'forgotten')) {
      return { decision: 'forgotten' }
    }
    const missing: Dependency[] = named.filter((_, index) => decided[index] === undefined)
    if (claimed.status === 'incomplete') {
      missing.push({ kind: 'schema', id: unchecked.schemaId, missing: claimed.missing })
    }
    if (missing.length > 0 || operation === undefined) return { decision: 'waiting', for: missing }

    const operationId = entryHash as OperationId
    const documentId = previous[0]?.documentId ?? (operationId as string as DocumentId)
    if (backlink) checkDocument(entry, backlink, documentId)
    return { decision: 'held', operation, operationId, documentId }
  } catch (error) {
    if (!(error instanceof RakkoError)) throw error
    const unsure = ABOUT_DOCUMENTS.has(error.code)
      ? named.find((_, at) => decided[at]?.decision === 'purged')
      : undefined
    const before = unsure && heldEntry(lookup.entry(unsure.id))
    if (unsure === undefined || before === undefined) return { decision: 'refused', error }
    return { decision: 'waiting', for: [{ kind: 'payload', id: unsure.id, documentId: before.documentId }] }
  }
}

/**
 * What is wrong with the documents of what an entry builds on. Where one of these came without its payload, it may be of
 * another document than is believed here. What is refused would stay so: the entry waits for that payload instead.
 */
const ABOUT_DOCUMENTS: ReadonlySet<string> = new Set(['SCHEMA_MISMATCH', 'DIFFERENT_DOCUMENTS', 'UNEXPECTED_LOG_ID'])

type NamedEntry = Extract<Dependency, { kind: 'backlink' | 'previous' }>

/** The backlink first, where there is one. */
function dependenciesOf({ backlink }: Entry, { previous }: UncheckedOperation): NamedEntry[] {
  const named = previous === undefined ? [] : operationIdsOf(previous).map((id) => ({ kind: 'previous' as const, id }))
  return backlink === undefined ? named : [{ kind: 'backlink', id: backlink }, ...named]
}

function checkPrevious({ schemaId }: UncheckedOperation, previous: readonly HeldEntry[]): void {
  const [first] = previous
  for (const { schemaId: actual, documentId, action } of previous) {
    if (actual !== schemaId) {
      const about = 'The operation claims another schema than its document has'
      throw refusal('SCHEMA_MISMATCH', { field: 'schemaId', expected: actual, got: schemaId, about })
    }
    if (documentId !== first?.documentId) {
      throw new RakkoError(
        'DIFFERENT_DOCUMENTS',
        'Operations in passed document view id originate from different documents',
        { documentIds: [...new Set(previous.map((one) => one.documentId))] },
      )
    }
    if (action === 'delete') throw deleted(documentId)
  }
}

function checkDocument({ publicKey, logId }: Entry, backlink: HeldEntry, documentId: DocumentId): void {
  if (backlink.documentId === documentId) return
  throw refusal('UNEXPECTED_LOG_ID', {
    field: 'logId',
    expected: backlink.documentId,
    got: documentId,
    about: `Log ${logId} of ${publicKey} holds another document`,
    details: { publicKey },
  })
}
