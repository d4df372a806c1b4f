import {
  type CheckedPublish,
  type ClaimedSchema,
  type DecidedEntry,
  type DocumentId,
  type DocumentViewId,
  entryTells,
  type Hash,
  lipmaa,
  logsForkedBy,
  type OperationId,
  type PublicKey,
  parseSchemaIdParts,
  SCHEMA_DEFINITION,
  type Schema,
  type SchemaId,
  schemaAt,
  type WriteLookup,
} from '@rakko/core'
import type { PreparedLookup, PublishDecider } from '../decide/admit.js'
import { IDEMPOTENCY_MS, type ReceivedItem } from '../decide/received-item.js'
import type { ForkedLog } from '../store.js'
import { type MemoryData, MemoryDocument, type MemoryLog } from './memory-data.js'

/** What the rules ask, read from memory. What they have decided is put there at once. Made for one call. */
export class MemoryRules implements PublishDecider, PreparedLookup, WriteLookup {
  readonly forks: ForkedLog[] = []
  /** Documents that the call changes, including those that it makes. */
  readonly changed = new Set<DocumentId>()
  readonly made = new Set<DocumentId>()
  /** Log ids that the call gave out. */
  readonly givenOut = new Map<PublicKey, bigint>()
  readonly #data: MemoryData
  readonly #now: number

  constructor(data: MemoryData, now: number) {
    this.#data = data
    this.#now = now
  }

  readonly idempotent = {
    get: (id: string): DocumentId | undefined => {
      const used = this.#data.idempotent.get(id)
      return used && used.time > this.#now - IDEMPOTENCY_MS ? used.documentId : undefined
    },
  }

  schema(id: SchemaId): Schema | undefined {
    const claimed = this.claimedSchema(id)
    return claimed.status === 'known' ? claimed.schema : undefined
  }

  claimedSchema(id: SchemaId): ClaimedSchema {
    const given = this.#data.given.get(id)
    if (given) return { status: 'known', schema: given }
    const parts = parseSchemaIdParts(id)
    if (parts.kind === 'system') return { status: 'incomplete', missing: [] }
    const { viewId } = parts
    // The reference takes other digits for another schema: one that nobody can define.
    if (viewId !== viewId.toLowerCase()) return { status: 'invalid' }
    const state = schemaAt(viewId, (operationId) => this.#data.historyOf(operationId))
    if (state.status === 'known' && state.schema.id === id) {
      this.#data.definitions.add(viewId)
      return state
    }
    if (state.status !== 'incomplete') return { status: 'invalid' }
    const isRefused = state.missing.some((operationId) => this.#data.entries.get(operationId) === 'refused')
    return isRefused ? { status: 'invalid' } : state
  }

  async prepare(): Promise<void> {}

  async prepareSchema(): Promise<void> {}

  async prepareAncestor(): Promise<void> {}

  prepareLog(): undefined {}

  entry(hash: Hash): DecidedEntry | undefined {
    const stored = this.#data.entries.get(hash)
    if (stored === undefined || typeof stored === 'string') return stored && { decision: stored }
    const { entry, operation, documentId, isPayloadLess } = stored
    const { publicKey, logId, seqNum } = entry
    const { action, schemaId } = operation
    return { decision: isPayloadLess ? 'purged' : 'held', publicKey, logId, seqNum, action, documentId, schemaId }
  }

  ancestor(tip: Hash, seqNum: bigint): Hash | undefined {
    let hash: Hash | undefined = tip
    for (let entry = this.#data.held(tip)?.entry; entry && hash; entry = this.#data.held(hash)?.entry) {
      if (entry.seqNum === seqNum) return hash
      const far = entry.skiplink !== undefined && lipmaa(entry.seqNum) >= seqNum
      hash = far ? entry.skiplink : entry.backlink
      if (hash === undefined) return undefined
    }
    return undefined
  }

  latestEntry(publicKey: PublicKey, logId: bigint): MemoryLog | undefined {
    return this.#data.logs.get(publicKey)?.get(logId)
  }

  entryAt(publicKey: PublicKey, logId: bigint, seqNum: bigint): { readonly hash: Hash } | undefined {
    const latest = this.latestEntry(publicKey, logId)
    const hash = latest && this.ancestor(latest.hash, seqNum)
    return hash && { hash }
  }

  isForked(publicKey: PublicKey, logId: bigint): boolean {
    return this.latestEntry(publicKey, logId)?.isForked ?? false
  }

  hasEntry(hash: Hash): boolean {
    return this.#data.held(hash) !== undefined
  }

  operation(id: OperationId): { documentId: DocumentId; schemaId: SchemaId } | undefined {
    const held = this.#data.held(id)
    return held && { documentId: held.documentId, schemaId: held.operation.schemaId }
  }

  isDeleted(documentId: DocumentId): boolean {
    return this.#data.documents.get(documentId)?.isDeleted ?? false
  }

  follow(documentId: DocumentId): DocumentViewId | undefined {
    return this.#data.documents.get(documentId)?.view.follow
  }

  logOf(publicKey: PublicKey, documentId: DocumentId): bigint | undefined {
    return this.#data.logOf.get(publicKey)?.get(documentId)
  }

  highestLogId(publicKey: PublicKey): bigint | undefined {
    const used = [...(this.#data.logs.get(publicKey)?.keys() ?? []), this.givenOut.get(publicKey) ?? -1n]
    const highest = used.reduce((most, logId) => (logId > most ? logId : most), -1n)
    return highest < 0n ? undefined : highest
  }

  decide(hash: Hash, decision: 'refused' | 'forgotten'): void {
    this.#data.number += 1
    this.#data.entries.set(hash, decision)
    this.#data.arrive({ number: this.#data.number, id: hash, decision })
  }

  accept(
    item: ReceivedItem,
    { operation, operationId, documentId }: CheckedPublish,
  ): ReturnType<MemoryDocument['add']> {
    const { entry, idempotencyId, operationBytes } = item
    const isPayloadLess = operationBytes === undefined
    const added = { id: operationId, publicKey: entry.publicKey, operation }
    this.#data.number += 1
    this.#data.entries.set(item.entryHash, { ...added, entry, documentId, isPayloadLess })
    this.#data.arrive({
      number: this.#data.number,
      id: item.entryHash,
      decision: isPayloadLess ? 'purged' : 'held',
      ...(!isPayloadLess && !entryTells(entry, item.unchecked) && { compared: 'turned' }),
      entry: item.entryBytes,
      ...(!isPayloadLess && { operation: operationBytes }),
    })
    const document = this.#data.documents.get(documentId) ?? new MemoryDocument({})
    this.#data.documents.set(documentId, document)
    if (document.operations.length === 0) this.made.add(documentId)
    this.changed.add(documentId)
    document.isPurged ||= isPayloadLess
    const view = document.add(added)
    this.#advanceLog(item, documentId, operation.schemaId)
    if (operation.schemaId === SCHEMA_DEFINITION) this.#data.definitions.add(view.viewId)
    if (idempotencyId !== undefined) this.#data.idempotent.set(idempotencyId, { documentId, time: this.#now })
    return view
  }

  #advanceLog({ entry, entryHash }: ReceivedItem, documentId: DocumentId, schemaId: SchemaId): void {
    const { publicKey, logId, seqNum } = entry
    const forked = logsForkedBy(entry, documentId, this)
    const logs = this.#data.logs.get(publicKey) ?? new Map<bigint, MemoryLog>()
    this.#data.logs.set(publicKey, logs)
    const log = logs.get(logId)
    if (!log) logs.set(logId, { seqNum, hash: entryHash, isForked: false })
    else if (seqNum > log.seqNum) Object.assign(log, { seqNum, hash: entryHash })
    const logOf = this.#data.logOf.get(publicKey) ?? new Map<DocumentId, bigint>()
    this.#data.logOf.set(publicKey, logOf)
    if (!logOf.has(documentId)) logOf.set(documentId, logId)
    for (const id of forked) {
      const fork = logs.get(id)
      if (!fork || fork.isForked) continue
      fork.isForked = true
      this.forks.push({ publicKey, logId: id, documentId, schemaId, operationId: entryHash as string as OperationId })
    }
  }
}
