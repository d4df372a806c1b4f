import type { Entry } from '../entry/entry.js'
import { lipmaa } from '../entry/lipmaa.js'
import type { DocumentId, Hash } from '../ids.js'
import { RakkoError } from '../rakko-error.js'
import type { DecidedEntry, HeldEntry, IngestLookup } from './ingest-lookup.js'

export function heldEntry(entry: DecidedEntry | undefined): HeldEntry | undefined {
  return entry?.decision === 'held' || entry?.decision === 'purged' ? entry : undefined
}

/**
 * Checks the links of an entry whose backlink is held, with all that comes before it. Throws INVALID_LINK, and
 * DOCUMENT_DELETED where the backlink is a DELETE.
 */
export function checkLinks(entry: Entry, backlink: HeldEntry, lookup: IngestLookup): void {
  const { publicKey, logId, seqNum } = entry
  expectLink('backlink', 'author', backlink.publicKey, publicKey)
  expectLink('backlink', 'log', backlink.logId, logId)
  expectLink('backlink', 'sequence number', backlink.seqNum, seqNum - 1n)
  if (entry.skiplink !== undefined && entry.backlink !== undefined) {
    const target = lookup.ancestor(entry.backlink, lipmaa(seqNum))
    if (target === undefined) throw new Error('a held entry lacks an ancestor in its log')
    expectLink('skiplink', 'hash', target, entry.skiplink)
  }
  if (backlink.action === 'delete') throw deleted(backlink.documentId)
}

function expectLink(field: string, what: string, expected: unknown, got: unknown): void {
  if (expected === got) return
  throw new RakkoError('INVALID_LINK', `claimed ${what} does not match ${field} entry`, { field, expected, got })
}

export function dependencyRefused(kind: string, id: Hash): RakkoError {
  return new RakkoError('DEPENDENCY_REFUSED', `The entry builds on ${id}, which was refused`, { field: kind, got: id })
}

export function deleted(documentId: DocumentId): RakkoError {
  return new RakkoError('DOCUMENT_DELETED', 'You are trying to update or delete a document which has been deleted', {
    documentId,
  })
}
