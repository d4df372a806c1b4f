import {
  type DocumentId,
  type DocumentViewId,
  documentHistory,
  type Hash,
  type NextArgs,
  nextArgs,
  type OperationId,
  operationIdsOf,
  orRakkoError,
  type PublicKey,
  parsePublicKey,
  parseSchemaId,
  parseSchemaIdParts,
  RakkoError,
  type ReducedDocument,
  reduceAt,
  type Schema,
  type SchemaId,
  schemaAt,
  stateHash,
  unlessInvalid,
  type Verifier,
  type WriteArgs,
  type WriteTarget,
  writeArgs,
} from '@rakko/core'
import { admitPublished } from '../decide/admit.js'
import { type Arrival, Arrivals } from '../decide/arrivals.js'
import { batchRefusal } from '../decide/batch-refusal.js'
import { type ReceivedFromPeer, receiveFromPeer } from '../decide/receive-from-peer.js'
import { receiveItem } from '../decide/received-item.js'
import type { Incoming } from '../decide/verify-received.js'
import { Listeners } from '../listeners.js'
import type {
  CommitListener,
  Document,
  DocumentHistory,
  DocumentStore,
  ForkedLog,
  IngestItem,
  IngestOutcome,
  Published,
  PublishItem,
  PublishOutcome,
  StoreCommit,
} from '../store.js'
import {
  checkAfter,
  checkArrival,
  checkDatabaseId,
  checkIds,
  checkItems,
  checkLimits,
  checkMetPeer,
  checkNumber,
  checkNumbers,
  checkRange,
  checkRanges,
  checkScope,
} from '../sync/bounds.js'
import { scopeHash } from '../sync/scope-hash.js'
import type {
  ArrivalMark,
  ArrivedEntry,
  DecidedId,
  DecidedIdOptions,
  EntriesAfter,
  EntriesAfterOptions,
  IdRange,
  LogHeight,
  LogHeightOptions,
  MetPeer,
  RangeFingerprint,
  ReadLimits,
  SyncScope,
} from '../sync-source.js'
import type { MemoryData, MemoryDocument } from './memory-data.js'
import { MemoryRules } from './memory-rules.js'
import {
  arrivalNumber,
  decidedIds,
  definitionEntries,
  entriesAfter,
  entriesAt,
  keepMetPeer,
  keepResumePoint,
  latestArrival,
  logHeights,
  rangeFingerprint,
  unknownIds,
} from './memory-sync.js'
import { parkInMemory } from './park-in-memory.js'

export interface MemoryStoreOptions {
  /** What the store starts with and changes. Another store made with it goes on from there. */
  readonly data: MemoryData
  readonly verifier: Verifier
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * A store without a database, for simulations and as a second opinion. It has the same rules over plain maps, and
 * reduces each document again from all of its operations. It has no queries and is gone with its process.
 */
export class MemoryStore implements DocumentStore {
  readonly databaseId: string
  readonly #options: MemoryStoreOptions
  readonly #data: MemoryData
  readonly #commits = new Listeners<StoreCommit>()
  readonly #forks = new Listeners<readonly ForkedLog[]>()
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: MemoryStoreOptions) {
    this.#options = options
    this.#data = options.data
    this.databaseId = options.data.databaseId
  }

  publish(items: readonly PublishItem[]): Promise<PublishOutcome[]> {
    const received = items.map((item) => receiveItem(item, this.#options.verifier))
    return this.#inTurn(async () => {
      const outcomes = await this.#decide<PublishOutcome>(await decoded(received))
      return outcomes.map((one) => (one instanceof RakkoError ? { status: 'refused', error: one } : one))
    })
  }

  publishBatch(items: readonly PublishItem[]): Promise<Published[]> {
    const received = items.map((item) => receiveItem(item, this.#options.verifier))
    return this.#inTurn(async () => {
      const arrived = await decoded(received)
      // Judged on a copy first: what was put into maps cannot be taken out again.
      const copied = new MemoryStore({ ...this.#options, data: this.#data.copy() })
      const refusal = batchRefusal(await copied.#decide<PublishOutcome>(arrived))
      if (refusal) throw refusal
      return (await this.#decide<Published>(arrived)) as Published[]
    })
  }

  ingest(items: readonly IngestItem[]): Promise<IngestOutcome[]> {
    const received = items.map((item) => receiveFromPeer(item, this.#options.verifier))
    return this.#inTurn(async () => {
      const outcomes = await this.#decide<IngestOutcome>(await decoded(received))
      return outcomes.map((one) => (one instanceof RakkoError ? { status: 'refused', error: one, final: false } : one))
    })
  }

  async latestArrival(): Promise<ArrivalMark> {
    return this.#inTurn(async () => latestArrival(this.#data))
  }

  async entriesAfter(number: number, options: EntriesAfterOptions = {}): Promise<EntriesAfter> {
    const [from, scope, bounds] = [checkNumber(number), checkScope(options), checkLimits(options)]
    return this.#inTurn(async () => entriesAfter(this.#data, from, scope, bounds))
  }

  async arrivalNumbers(ids: readonly Hash[]): Promise<(number | undefined)[]> {
    const checked = checkIds(ids)
    return this.#inTurn(async () => checked.map((id) => arrivalNumber(this.#data, id)))
  }

  async entriesAt(numbers: readonly number[], limits?: ReadLimits): Promise<ArrivedEntry[]> {
    const [checked, bounds] = [checkNumbers(numbers), checkLimits(limits)]
    return this.#inTurn(async () => entriesAt(this.#data, checked, bounds))
  }

  async unknownIds(ids: readonly Hash[]): Promise<Hash[]> {
    const checked = checkIds(ids)
    return this.#inTurn(async () => unknownIds(this.#data, checked))
  }

  async logHeights({ schemas, author, after, items }: LogHeightOptions = {}): Promise<LogHeight[]> {
    const of = {
      schemas: checkScope({ schemas }).schemas,
      author: author && parsePublicKey(author),
      after: checkAfter(after),
    }
    const most = checkItems(items)
    return this.#inTurn(async () => logHeights(this.#data, of, most))
  }

  async fingerprints(ranges: readonly IdRange[], scope: SyncScope = {}): Promise<RangeFingerprint[]> {
    const [checked, within] = [checkRanges(ranges), checkScope(scope)]
    return this.#inTurn(async () => checked.map((range) => rangeFingerprint(this.#data, range, within)))
  }

  async decidedIds(range: IdRange, { items, ...scope }: DecidedIdOptions = {}): Promise<DecidedId[]> {
    const [checked, within, most] = [checkRange(range), checkScope(scope), checkItems(items)]
    return this.#inTurn(async () => decidedIds(this.#data, checked, within, most))
  }

  async resumePoint(databaseId: string, scope: SyncScope = {}): Promise<ArrivalMark | undefined> {
    const key = checkDatabaseId(databaseId) + scopeHash(checkScope(scope))
    return this.#inTurn(async () => this.#data.resumePoints.get(key))
  }

  async keepResumePoint(databaseId: string, arrival: ArrivalMark, scope: SyncScope = {}): Promise<void> {
    const key = checkDatabaseId(databaseId) + scopeHash(checkScope(scope))
    const at = checkArrival(arrival)
    return this.#inTurn(async () => keepResumePoint(this.#data, key, at))
  }

  async metPeers(): Promise<MetPeer[]> {
    return this.#inTurn(async () => [...this.#data.metPeers.values()].sort((a, b) => b.metAt - a.metAt))
  }

  async keepMetPeer(peer: MetPeer): Promise<void> {
    const checked = checkMetPeer(peer)
    return this.#inTurn(async () => keepMetPeer(this.#data, checked))
  }

  async definitionEntries(schemaId: SchemaId, number = 0, limits?: ReadLimits): Promise<ArrivedEntry[]> {
    const [id, from, bounds] = [parseSchemaId(schemaId), checkNumber(number), checkLimits(limits)]
    return this.#inTurn(async () => definitionEntries(this.#data, id, this.#definition(id), from, bounds))
  }

  async nextArgs(publicKey: PublicKey, viewId?: DocumentViewId): Promise<NextArgs> {
    return this.#inTurn(async () => nextArgs(publicKey, viewId, this.#rules()))
  }

  writeArgs(publicKey: PublicKey, targets: readonly (WriteTarget | undefined)[]): Promise<(WriteArgs | RakkoError)[]> {
    return this.#inTurn(async () => {
      const rules = this.#rules()
      return targets.map((target) => orRakkoError(() => this.#writeArgs(rules, publicKey, target)))
    })
  }

  schema(id: SchemaId): Promise<Schema | undefined> {
    return this.#inTurn(async () => this.#schema(id))
  }

  schemas(): Promise<Schema[]> {
    return this.#inTurn(async () => {
      const states = [...this.#data.definitions].map((viewId) => schemaAt(viewId, (id) => this.#data.historyOf(id)))
      return [...this.#data.given.values(), ...states.flatMap((state) => ('schema' in state ? [state.schema] : []))]
    })
  }

  documents(ids: readonly DocumentId[]): Promise<(Document | undefined)[]> {
    return this.#inTurn(async () => ids.map((id) => latestDocument(this.#data.documents.get(id))))
  }

  views(viewIds: readonly DocumentViewId[]): Promise<(Document | RakkoError | undefined)[]> {
    return this.#inTurn(async () => viewIds.map((viewId) => this.#view(viewId)))
  }

  history(documentId: DocumentId): Promise<DocumentHistory | undefined> {
    return this.#inTurn(async () => {
      const document = this.#data.documents.get(documentId)
      if (document?.isPurged) throw purged(documentId)
      return document && { schemaId: document.view.schemaId, operations: documentHistory(document.operations) }
    })
  }

  stateHash(schemaId: SchemaId): Promise<string> {
    return this.#inTurn(async () => {
      if (!this.#schema(schemaId))
        throw new RakkoError('SCHEMA_NOT_FOUND', `Schema not found: ${schemaId}`, { schemaId })
      const documents = [...this.#data.documents].map(([id, { view }]) => ({ ...view, id }))
      return stateHash(documents.filter((document) => document.schemaId === schemaId))
    })
  }

  onCommit(listener: CommitListener): () => void {
    return this.#commits.add(listener)
  }

  onFork(listener: (forks: readonly ForkedLog[]) => void): () => void {
    return this.#forks.add(listener)
  }

  idempotent(ids: readonly string[]): Promise<(DocumentId | undefined)[]> {
    return this.#inTurn(async () => {
      const { idempotent } = this.#rules()
      return ids.map((id) => idempotent.get(id))
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#last
  }

  #rules(): MemoryRules {
    return new MemoryRules(this.#data, this.#options.now())
  }

  /** One call after the other, as they came. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new RakkoError('NODE_CLOSED', 'the store was closed'))
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }

  /** The caller knows by which rules its items are judged, and so which outcomes there can be. */
  async #decide<Outcome extends PublishOutcome | IngestOutcome>(
    received: readonly ReceivedFromPeer[],
  ): Promise<(Outcome | RakkoError)[]> {
    const rules = this.#rules()
    const arrived = received.flatMap((one) => (one instanceof RakkoError ? [] : [one]))
    const arrivals = new Arrivals({
      decider: rules,
      lookup: rules,
      pick: ([first]) => first,
      admitPublished: async (item) => admitPublished(rules, item),
      parking: {
        wokenBy: async () => [],
        moreWokenBy: async () => [],
        ancestorsOf: async () => [],
        prepare: async () => {},
      },
    })
    arrivals.wait([...this.#data.parked.values()])
    await arrivals.run(arrived)
    const parked = parkInMemory(this.#data, arrivals.left(), this.#options.now())
    this.#tell(rules)
    const outcomes = arrivals.outcomes.map((outcome, index) => {
      const isParked = outcome.status === 'waiting' && parked.has((arrived[index] as Arrival).entryHash)
      return isParked ? { ...outcome, parked: true } : outcome
    })
    let next = 0
    return received.map((one) => (one instanceof RakkoError ? one : (outcomes[next++] as Outcome)))
  }

  #tell({ changed, made, forks }: MemoryRules): void {
    // A view is reduced from the whole document: not where nobody listens, call after call.
    if (this.#commits.areThere && changed.size > 0) {
      const changes = [...changed].flatMap((id) => {
        const document = latestDocument(this.#data.documents.get(id))
        return document ? [{ ...document, isNew: made.has(id) }] : []
      })
      this.#commits.tell({ number: this.#data.number, changes })
    }
    if (forks.length > 0) this.#forks.tell(forks)
  }

  /** New logs get ids one after another. */
  #writeArgs(rules: MemoryRules, publicKey: PublicKey, target: WriteTarget | undefined): WriteArgs {
    const result = writeArgs(publicKey, target, rules)
    if (result.args.seqNum === 1n) rules.givenOut.set(publicKey, result.args.logId)
    return result
  }

  #schema(id: SchemaId): Schema | undefined {
    return unlessInvalid(() => this.#rules().schema(parseSchemaId(id)))
  }

  #view(viewId: DocumentViewId): Document | RakkoError | undefined {
    const documents = new Set(operationIdsOf(viewId).map((id) => this.#documentOf(id)))
    const [document] = documents
    if (!document || documents.has(undefined)) return undefined
    if (documents.size > 1) {
      return new RakkoError('DIFFERENT_DOCUMENTS', 'The operations of a view belong to one document', { viewId })
    }
    if (document.isPurged) return purged(document.view.documentId)
    return documentAt(reduceAt(document.operations, viewId), document.view.deleted)
  }

  /** The view of its definition that a schema id names, if it can be read. */
  #definition(id: SchemaId): Document | undefined {
    const parts = parseSchemaIdParts(id)
    const view = parts.kind === 'system' ? undefined : this.#view(parts.viewId)
    return view instanceof RakkoError ? undefined : view
  }

  #documentOf(id: OperationId): MemoryDocument | undefined {
    const documentId = this.#data.held(id)?.documentId
    return documentId && this.#data.documents.get(documentId)
  }
}

async function decoded<Received>(
  received: readonly (Incoming<Received> | Promise<Incoming<Received>>)[],
): Promise<Received[]> {
  return (await Promise.all(received)).map((decode) => decode())
}

function purged(documentId: DocumentId): RakkoError {
  return new RakkoError('PURGED', `The payloads of the deleted document ${documentId} were dropped`, { documentId })
}

function latestDocument(document: MemoryDocument | undefined): Document | undefined {
  return document && documentAt(document.view, document.view.deleted)
}

function documentAt(view: ReducedDocument, deleted: boolean): Document {
  const { documentId: id, viewId, follow, schemaId, owner, signer, edited } = view
  const fields = new Map([...view.fields].map(([name, { value }]) => [name, value]))
  return { id, viewId, follow, schemaId, owner, signer, edited, deleted, fields }
}
