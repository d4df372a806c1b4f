import {
  type ClaimedSchema,
  type DecidedEntry,
  type DocumentId,
  type Entry,
  type Hash,
  type HeldEntry,
  type IngestDecision,
  type IngestLookup,
  lipmaa,
  type SchemaId,
} from '@rakko/core'
import type { PreparedLookup } from './admit.js'
import { isPayloadLess, type PayloadLessItem, type ReceivedItem } from './received-item.js'

interface AssumedEntry extends HeldEntry {
  readonly links: Pick<Entry, 'backlink' | 'skiplink'>
}

/** What the rules would be told if some entries were held. It looks ahead while nothing is decided. */
export class AssumedLookup implements IngestLookup {
  readonly #lookup: PreparedLookup
  readonly #assumed = new Map<Hash, AssumedEntry>()
  readonly #deleted = new Set<DocumentId>()

  constructor(lookup: PreparedLookup) {
    this.#lookup = lookup
  }

  async prepare(item: ReceivedItem | PayloadLessItem): Promise<void> {
    if (!isPayloadLess(item)) await this.#lookup.prepareSchema(item.unchecked.schemaId)
    const { backlink, skiplink, seqNum } = item.entry
    if (backlink === undefined || skiplink === undefined) return
    const left = this.#walk(backlink, lipmaa(seqNum))
    if (left !== undefined && !this.#assumed.has(left)) await this.#lookup.prepareAncestor(left, lipmaa(seqNum))
  }

  assume(
    { entry, entryHash }: ReceivedItem | PayloadLessItem,
    held: Extract<IngestDecision, { decision: 'held' }>,
  ): void {
    const { publicKey, logId, seqNum } = entry
    const { documentId, operation } = held
    const { action, schemaId } = operation
    this.#assumed.set(entryHash, {
      decision: 'held',
      publicKey,
      logId,
      seqNum,
      action,
      documentId,
      schemaId,
      links: entry,
    })
    if (action === 'delete') this.#deleted.add(documentId)
  }

  entry(hash: Hash): DecidedEntry | undefined {
    return this.#assumed.get(hash) ?? this.#lookup.entry(hash)
  }

  ancestor(tip: Hash, seqNum: bigint): Hash | undefined {
    const left = this.#walk(tip, seqNum)
    return left === undefined || this.#assumed.has(left) ? left : this.#lookup.ancestor(left, seqNum)
  }

  isDeleted(documentId: DocumentId): boolean {
    return this.#deleted.has(documentId) || this.#lookup.isDeleted(documentId)
  }

  claimedSchema(id: SchemaId): ClaimedSchema {
    return this.#lookup.claimedSchema(id)
  }

  /** The ancestor at this place of the log, or the first one on the way there that is not assumed. */
  #walk(tip: Hash, seqNum: bigint): Hash | undefined {
    let hash: Hash | undefined = tip
    for (let one = this.#assumed.get(tip); one && hash !== undefined; one = this.#assumed.get(hash)) {
      if (one.seqNum === seqNum) return hash
      const { skiplink, backlink }: AssumedEntry['links'] = one.links
      hash = skiplink !== undefined && lipmaa(one.seqNum) >= seqNum ? skiplink : backlink
      if (hash === undefined) return undefined
    }
    return hash
  }
}
