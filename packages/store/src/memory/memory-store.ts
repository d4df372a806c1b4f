import {
  type DocumentId,
  type DocumentViewId,
  documentHistory,
  type NextArgs,
  nextArgs,
  orRakkoError,
  type PublicKey,
  parseSchemaId,
  RakkoError,
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
import { withheldOf } from '../decide/withheld.js'
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
import { CheckedSync } from '../sync/checked-sync.js'
import type { Gone, SyncSource } from '../sync-source.js'
import { forgetInMemory } from './forget-in-memory.js'
import type { MemoryData } from './memory-data.js'
import { MemoryRules } from './memory-rules.js'
import { MemorySync } from './memory-sync.js'
import { latestDocument, purged, viewAt } from './memory-views.js'
import { parkInMemory } from './park-in-memory.js'
import { purgeInMemory } from './purge-in-memory.js'
import { takeBackInMemory } from './take-back-in-memory.js'
import { newForks, type ToldBefore } from './told-before.js'

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
  readonly sync: SyncSource
  readonly #options: MemoryStoreOptions
  readonly #data: MemoryData
  readonly #commits = new Listeners<StoreCommit>()
  readonly #forks = new Listeners<readonly ForkedLog[]>()
  readonly #gone = new Listeners<Gone>()
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: MemoryStoreOptions) {
    this.#options = options
    this.#data = options.data
    this.databaseId = options.data.databaseId
    this.sync = new CheckedSync(
      new MemorySync({ data: options.data, inTurn: (work) => this.#inTurn(work), gone: this.#gone }),
    )
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
    return this.#inTurn(async () => viewIds.map((viewId) => viewAt(this.#data, viewId)))
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

  /** Drops the payloads that deleted documents can do without, as `maintain` of a database does. */
  purge(): Promise<void> {
    return this.#inTurn(async () => {
      if (purgeInMemory(this.#data)) this.#gone.tell('payloads')
    })
  }

  /** Removes a document here and for good, as a database does. */
  forget({ document }: { readonly document: DocumentId }): Promise<void> {
    return this.#inTurn(async () => {
      if (!forgetInMemory(this.#data, document)) return
      this.#gone.tell('payloads')
      // What waits for something else may build on it.
      await this.#decide(
        [],
        [...this.#data.parked.values()].map(({ item }) => item),
      )
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
    parkedAgain: readonly Arrival[] = [],
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
    const withheld = withheldOf(arrived, rules).map(({ entryHash }) => entryHash)
    const { arrivals: again, heldIn, told } = takeBackInMemory(this.#data, withheld)
    if (withheld.length > 0) this.#gone.tell('decisions')
    arrivals.wait([...this.#data.parked.values()])
    await arrivals.run([...arrived, ...again, ...parkedAgain])
    const parked = parkInMemory(this.#data, arrivals.left(), heldIn, this.#options.now())
    this.#tell(rules, told)
    const outcomes = arrivals.outcomes.slice(0, arrived.length).map((outcome, index) => {
      const isParked = outcome.status === 'waiting' && parked.has((arrived[index] as Arrival).entryHash)
      return isParked ? { ...outcome, parked: true } : outcome
    })
    let next = 0
    return received.map((one) => (one instanceof RakkoError ? one : (outcomes[next++] as Outcome)))
  }

  #tell({ changed, made, forks: all }: MemoryRules, told: ToldBefore): void {
    // A view is reduced from the whole document: not where nobody listens, call after call.
    if (this.#commits.areThere && changed.size > 0) {
      const changes = [...changed].flatMap((id) => {
        const document = latestDocument(this.#data.documents.get(id))
        return document ? [{ ...document, isNew: made.has(id) && told.documents.get(id) !== document.schemaId }] : []
      })
      this.#commits.tell({ number: this.#data.number, changes })
    }
    const forks = newForks(all, told)
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
}

async function decoded<Received>(
  received: readonly (Incoming<Received> | Promise<Incoming<Received>>)[],
): Promise<Received[]> {
  return (await Promise.all(received)).map((decode) => decode())
}
