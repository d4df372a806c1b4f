import {
  type DocumentId,
  type DocumentOperation,
  type DocumentViewId,
  type Entry,
  type Hash,
  type OperationId,
  type PublicKey,
  type ReducedDocument,
  reduce,
  type Schema,
  type SchemaId,
  SYSTEM_SCHEMAS,
} from '@rakko/core'
import type { PassedView } from '../decide/admit.js'
import type { Parked } from '../decide/parked.js'
import { arrivalId } from '../sync/arrival-id.js'
import type { ArrivalMark, ArrivedEntry, MetPeer } from '../sync-source.js'

/** A held entry. */
export interface MemoryEntry extends DocumentOperation {
  readonly entry: Entry
  readonly documentId: DocumentId
  /** It came without its payload. */
  readonly isPayloadLess: boolean
}

export class MemoryDocument {
  /** In order of arrival. */
  readonly operations: DocumentOperation[]
  /** Payloads are missing: only ids and flags of its views can be told. */
  isPurged: boolean
  isDeleted: boolean
  #view: ReducedDocument | undefined

  constructor({ operations, isPurged, isDeleted }: Partial<MemoryDocument>) {
    this.operations = [...(operations ?? [])]
    this.isPurged = isPurged ?? false
    this.isDeleted = isDeleted ?? false
  }

  /** `reduce` of its operations, once for all that came since somebody asked last. */
  get view(): ReducedDocument {
    this.#view ??= reduce(this.operations)
    return this.#view
  }

  /** Returns the view that it has now, whatever is added later. */
  add(operation: DocumentOperation): PassedView {
    this.operations.push(operation)
    this.isDeleted ||= operation.operation.action === 'delete'
    this.#view = undefined
    const { operations } = this
    const count = operations.length
    return {
      isLate: true,
      get viewId() {
        return reduce(operations.slice(0, count)).viewId
      },
    }
  }
}

export interface ParkedInMemory extends Parked {
  /** Milliseconds since 1970. */
  readonly time: number
  /** Where it was held before in a document: it is kept whatever there is of such entries. */
  readonly document?: DocumentId
}

/** A resume point. */
export interface KeptPoint {
  readonly databaseId: string
  readonly arrival: ArrivalMark
  readonly address: string | undefined
}

export interface MemoryLog {
  seqNum: bigint
  hash: Hash
  isForked: boolean
}

/** All that a store in memory keeps. */
export class MemoryData {
  readonly databaseId: string
  /** The last arrival number. */
  number = 0
  readonly entries = new Map<Hash, MemoryEntry | 'refused' | 'forgotten'>()
  /** What arrived, in order: what stands at index 0 has arrival number 1. */
  readonly arrived: ArrivedEntry[] = []
  /** Arrival numbers by id. */
  readonly numbers = new Map<Hash, number>()
  readonly documents = new Map<DocumentId, MemoryDocument>()
  /** Schemas that need no definition: the protocol's own, and others for tests. */
  readonly given: ReadonlyMap<SchemaId, Schema>
  /** Views that definitions had, and that operations claimed or callers asked for. */
  readonly definitions = new Set<DocumentViewId>()
  readonly logs = new Map<PublicKey, Map<bigint, MemoryLog>>()
  /** A log in which an author writes a document. */
  readonly logOf = new Map<PublicKey, Map<DocumentId, bigint>>()
  readonly parked = new Map<Hash, ParkedInMemory>()
  readonly idempotent = new Map<string, { readonly documentId: DocumentId; readonly time: number }>()

  /** By database id and scope; those kept longest ago come first. */
  readonly resumePoints = new Map<string, KeptPoint>()
  /** The id of this opening of a store, until something has arrived in it; without one arrivals have the entries' ids. */
  opening: Uint8Array | undefined
  /** Behind which number what arrived was decided in which opening, in order. */
  readonly openings: { readonly number: number; readonly id: Uint8Array }[] = []

  /** By address; those met longest ago come first. */
  readonly metPeers = new Map<string, MetPeer>()

  /** Knows the system schemas, and these. */
  constructor(databaseId: string, schemas: Iterable<Schema> = []) {
    this.databaseId = databaseId
    this.given = new Map([...SYSTEM_SCHEMAS.values(), ...schemas].map((schema) => [schema.id, schema]))
  }

  /** A copy that can be changed while this one stays as it is. */
  copy(): MemoryData {
    const copy = new MemoryData(this.databaseId, this.given.values())
    copy.number = this.number
    for (const entry of this.arrived) copy.arrive(entry)
    copy.openings.push(...this.openings)
    copy.opening = this.opening
    for (const [hash, entry] of this.entries) copy.entries.set(hash, entry)
    for (const [id, document] of this.documents) {
      copy.documents.set(id, new MemoryDocument(document))
    }
    for (const viewId of this.definitions) copy.definitions.add(viewId)
    for (const [author, logs] of this.logs) {
      copy.logs.set(author, new Map([...logs].map(([logId, log]) => [logId, { ...log }])))
    }
    for (const [author, logOf] of this.logOf) copy.logOf.set(author, new Map(logOf))
    for (const [hash, parked] of this.parked) copy.parked.set(hash, parked)
    for (const [id, used] of this.idempotent) copy.idempotent.set(id, used)
    for (const [key, mark] of this.resumePoints) copy.resumePoints.set(key, mark)
    for (const [address, peer] of this.metPeers) copy.metPeers.set(address, peer)
    return copy
  }

  arrivalAt(number: number): ArrivalMark | undefined {
    const arrived = this.arrived[number - 1]
    const opening = this.openings.findLast((one) => one.number < number)?.id
    return arrived && { number, id: arrivalId(arrived.id, opening) }
  }

  arrive(entry: ArrivedEntry): void {
    if (this.opening !== undefined) this.openings.push({ number: entry.number - 1, id: this.opening })
    this.opening = undefined
    this.arrived.push(entry)
    this.numbers.set(entry.id, entry.number)
  }

  held(hash: Hash): MemoryEntry | undefined {
    const entry = this.entries.get(hash)
    return typeof entry === 'string' ? undefined : entry
  }

  /** All operations of the document that this one belongs to. */
  historyOf(id: OperationId): readonly DocumentOperation[] | undefined {
    const documentId = this.held(id)?.documentId
    return documentId && this.documents.get(documentId)?.operations
  }
}
