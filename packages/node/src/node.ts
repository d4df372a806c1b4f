import {
  type DocumentId,
  type DocumentViewId,
  type NextArgs,
  type PublicKey,
  parseDocumentViewId,
  parseHash,
  type QueryInput,
  RakkoError,
  type Schema,
  type SchemaId,
} from '@rakko/core'
import type {
  Document,
  DocumentHistory,
  IngestItem,
  IngestOutcome,
  MaintenanceSlice,
  SqlRow,
  Store,
  VerifyReport,
} from '@rakko/store'
import { DocumentReads } from './document-reads.js'
import type { EventFeed } from './event-log.js'
import { forgetTarget } from './forget-target.js'
import type { LiveOwner } from './live/live-budget.js'
import { LiveQueries } from './live/live-queries.js'
import type { LiveQuery } from './live/live-query.js'
import { MaintenanceScheduler } from './maintenance-scheduler.js'
import type { NodeEvent } from './node-event.js'
import type { NodeOptions } from './node-options.js'
import type { ForgetParams, SchemaParams } from './open-params.js'
import { type DocumentsPage, Queries } from './queries.js'
import { RunningCalls } from './running-calls.js'
import { addSchemas } from './schema-lock.js'
import type { Batch, BatchResult } from './sign/batch.js'
import type { Intent, IntentOutcome } from './sign/intent.js'
import { type WriteOptions, Writer } from './sign/writer.js'
import type { StorageReport } from './storage-report.js'
import { NodeSync, type StatusFeed } from './sync/node-sync.js'
import { Watch } from './watch.js'

/** A store joined with the key that signs for it. Every rejection is a RakkoError; after `close` it is NODE_CLOSED. */
export class Node {
  readonly databaseId: string
  readonly #store: Store
  readonly #writer: Writer
  readonly #reads: DocumentReads
  readonly #queries: Queries
  readonly #watch: Watch
  readonly #liveQueries: LiveQueries
  readonly #storage: () => Promise<StorageReport>
  readonly #beforeClose: NodeOptions['beforeClose']
  readonly #calls = new RunningCalls()
  readonly #scheduler: MaintenanceScheduler | undefined
  readonly #sync: NodeSync | undefined
  #closing: Promise<void> | undefined

  constructor(options: NodeOptions) {
    const { store, signer, renewKey: renew, found = [], storage, pause, timers, sync } = options
    this.databaseId = store.databaseId
    this.#store = store
    this.#writer = new Writer({ store, signer, pause })
    this.#reads = new DocumentReads({ store, pause })
    this.#queries = new Queries(store)
    this.#watch = new Watch({ store, found, signer, renew, replace: (next) => this.#writer.replaceSigner(next) })
    this.#liveQueries = new LiveQueries(store, pause)
    this.#storage = storage
    this.#beforeClose = options.beforeClose
    const isBusy = () => this.#calls.isBusy
    const onSlice = (slice: MaintenanceSlice) => {
      if (slice.kind === 'verify') this.#watch.verified(slice.report)
    }
    this.#scheduler = timers && new MaintenanceScheduler({ store, timers, isBusy, onSlice })
    this.#scheduler?.open()
    this.#sync =
      sync &&
      new NodeSync({
        ...sync,
        store,
        ingest: (items) => this.ingest(items),
        signer: () => this.#watch.signer,
        onEvent: (event) => this.#watch.events.tell(event),
      })
  }

  /** Of the key that signs. It is another one once that key was cloned, see NodeEvent. */
  get publicKey(): PublicKey {
    return this.#watch.publicKey
  }

  /**
   * Takes the commits of a `schema.lock` as the documents they are, by the rules of replication. What of it cannot be
   * used and is not needed, an event tells. Throws INVALID_SCHEMA_LOCK where the lock does not define what is expected.
   */
  addSchemas(schemas: SchemaParams): Promise<void> {
    return this.#run(async () => {
      const errors = await addSchemas(this.#store, schemas)
      for (const error of errors) this.#watch.events.tell({ type: 'schema-lock-damaged', error })
    })
  }

  schema(id: SchemaId): Promise<Schema | undefined> {
    return this.#run(() => this.#store.schema(id))
  }

  schemas(): Promise<Schema[]> {
    return this.#run(() => this.#store.schemas())
  }

  /** Signs and publishes with this node's key, see Writer. */
  write(intents: readonly Intent[], options?: WriteOptions): Promise<IntentOutcome[]> {
    return this.#write(() => this.#writer.write(intents, options))
  }

  /** Signs and publishes all writes of a batch or none, see Writer. */
  writeBatch(batch: Batch, options?: WriteOptions): Promise<readonly BatchResult[]> {
    return this.#write(() => this.#writer.writeBatch(batch, options))
  }

  /**
   * Publishes what someone else signed. The node's own key is watched as in `ingest`. Throws the code of the first rule
   * broken; the same again is ALREADY_PUBLISHED.
   */
  publish(entry: Uint8Array, operation: Uint8Array): Promise<NextArgs> {
    return this.#write(async () => {
      const outcomes = await this.#store.publish([{ entry, operation }])
      await this.#watch.arrived([{ entry }], outcomes)
      const [outcome] = outcomes
      if (outcome?.status === 'refused') throw outcome.error
      if (outcome?.next) return outcome.next
      throw new RakkoError('INTERNAL', 'The store gave no outcome')
    })
  }

  /**
   * Takes entries that others have signed, in any order, by the rules of replication; see Store. An entry of this
   * node's own key that it has not written makes it sign with a new one: an event tells.
   */
  ingest(items: readonly IngestItem[]): Promise<IngestOutcome[]> {
    return this.#run(async () => {
      const outcomes = await this.#store.ingest(items)
      await this.#watch.arrived(items, outcomes)
      return outcomes
    })
  }

  /**
   * Calls the listener with what the node tells of by itself: at once with what has happened since it was opened, then
   * with each event as it happens. Returns what ends that.
   */
  onEvent(listener: (event: NodeEvent) => void): () => void {
    return this.#watch.events.listen(listener)
  }

  /** Tells all listeners. */
  tell(event: NodeEvent): void {
    this.#watch.events.tell(event)
  }

  /** The same for a reader that asks for one batch of events after the other. Throws NODE_CLOSED. */
  events(): Promise<EventFeed> {
    return this.#run(async () => this.#watch.events.open())
  }

  /** This node's peers. Throws SYNC_UNAVAILABLE where it was opened without sync. */
  get sync(): NodeSync {
    if (this.#sync !== undefined) return this.#sync
    throw new RakkoError('SYNC_UNAVAILABLE', 'The node was put together without a way to other nodes')
  }

  /** How it stands with all peers, for a reader that asks for one state after the other. */
  peers(): Promise<StatusFeed> {
    return this.#run(async () => this.sync.open())
  }

  /** Keeps a session with the peer at an address from now on. Throws INVALID_ARGUMENT and SYNC_UNAVAILABLE. */
  connect(address: string): Promise<void> {
    return this.#run(async () => this.sync.add(address))
  }

  disconnect(address: string): Promise<void> {
    return this.#run(() => this.sync.remove(address))
  }

  nextArgs(publicKey: PublicKey, viewId?: DocumentViewId): Promise<NextArgs> {
    return this.#run(() => this.#store.nextArgs(publicKey, viewId))
  }

  /** Undefined where unknown, deleted or of another schema. Throws INVALID_HASH. */
  document(schemaId: SchemaId, documentId: string): Promise<Document | undefined> {
    return this.#run(async () => {
      const document = await this.#reads.read(parseHash(documentId, 'documentId') as string as DocumentId)
      return document?.schemaId === schemaId && !document.deleted ? document : undefined
    })
  }

  /**
   * A document as it was at a view; it may be deleted by now. Undefined where an operation of the view is unknown, or
   * of another schema. Throws INVALID_HASH, INVALID_DOCUMENT_VIEW_ID, DIFFERENT_DOCUMENTS and PURGED.
   */
  view(schemaId: SchemaId, viewId: string): Promise<Document | undefined> {
    return this.#run(async () => {
      const [document] = await this.#store.views([parseDocumentViewId(viewId)])
      if (document instanceof RakkoError) throw document
      return document?.schemaId === schemaId ? document : undefined
    })
  }

  /** Also of a deleted document. Undefined where it is unknown or of another schema. Throws INVALID_HASH and PURGED. */
  history(schemaId: SchemaId, documentId: string): Promise<DocumentHistory | undefined> {
    return this.#run(async () => {
      const history = await this.#store.history(parseHash(documentId, 'documentId') as string as DocumentId)
      return history?.schemaId === schemaId ? history : undefined
    })
  }

  /** Throws SCHEMA_NOT_FOUND and INVALID_QUERY. */
  page(schemaId: SchemaId, input: QueryInput): Promise<DocumentsPage> {
    return this.#run(() => this.#queries.page(schemaId, input))
  }

  /** Throws SCHEMA_NOT_FOUND and INVALID_QUERY. */
  count(schemaId: SchemaId, input: QueryInput): Promise<number> {
    return this.#run(() => this.#queries.count(schemaId, input))
  }

  /**
   * Removes documents here and for good. Nobody else is told. `author` means those that this key has created, this
   * node's own included. Throws STILL_NEEDED, INVALID_HASH, INVALID_SCHEMA_ID, INVALID_PUBLIC_KEY and INVALID_ARGUMENT.
   */
  forget(target: ForgetParams): Promise<void> {
    return this.#run(() => this.#store.forget(forgetTarget(target)))
  }

  /** See Store. Throws SCHEMA_NOT_FOUND. */
  stateHash(schemaId: SchemaId): Promise<string> {
    return this.#run(() => this.#store.stateHash(schemaId))
  }

  /**
   * The query, kept up to date until it is closed. Throws SCHEMA_NOT_FOUND, INVALID_QUERY, LIVE_QUERY_TOO_LARGE and
   * LIVE_QUERIES_TOO_LARGE.
   */
  live(schemaId: SchemaId, input: QueryInput, owner?: LiveOwner): Promise<LiveQuery> {
    return this.#run(async () => {
      const query = await this.#queries.parse(schemaId, input)
      return this.#liveQueries.open(query, await this.#queries.schema(schemaId), owner)
    })
  }

  /** One SELECT of the app's own, see Store. Throws SQL_FAILED and INVALID_ARGUMENT. */
  sql(text: string, params: readonly unknown[] = []): Promise<SqlRow[]> {
    return this.#run(() => this.#store.sql(text, params))
  }

  /** Does the next slice of a verification, see Store. An event tells what it has found. */
  verify(): Promise<VerifyReport> {
    return this.#run(async () => {
      const report = await this.#store.verify()
      this.#watch.verified(report)
      return report
    })
  }

  storage(): Promise<StorageReport> {
    return this.#run(async () => ({
      ...(await this.#storage()),
      ...(this.#scheduler && { maintenance: this.#scheduler.report }),
    }))
  }

  /** Takes no more calls, lets those that run end, and closes the store. Closing again returns the same promise. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    const leaving = this.#beforeClose?.()
    if (leaving !== undefined) await leaving
    this.#calls.close()
    this.#watch.events.close()
    await this.#sync?.close()
    await this.#liveQueries.close()
    await this.#writer.close()
    await this.#calls.ended()
    await this.#scheduler?.close()
    await this.#store.close()
  }

  #write<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#run(() => work().finally(() => this.#sync?.wrote()))
  }

  #run<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#calls.run(() => {
      this.#scheduler?.wake()
      return work()
    })
  }
}

export function createNode(options: NodeOptions): Node {
  return new Node(options)
}
