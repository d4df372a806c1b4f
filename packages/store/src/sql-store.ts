import {
  type DocumentId,
  type DocumentViewId,
  type Hash,
  type NextArgs,
  type OperationId,
  type PublicKey,
  type Query,
  RakkoError,
  type Schema,
  type SchemaId,
  type Verifier,
  type WriteArgs,
  type WriteTarget,
} from '@rakko/core'
import type { IngestContext } from './ingest/ingest.js'
import { learnSchema } from './ingest/learn-schema.js'
import { Publisher } from './ingest/publisher.js'
import { TakingBack } from './ingest/taking-back.js'
import { Listeners } from './listeners.js'
import { readIdempotent } from './load/idempotency.js'
import { isDecided, parkedEntryOf } from './load/parked-entries.js'
import { declareIndexes } from './maintain/declare-indexes.js'
import { fillTables } from './maintain/fill-tables.js'
import { forget } from './maintain/forget.js'
import { Maintenance } from './maintain/maintenance.js'
import type { PurgePolicy } from './maintain/purge-policy.js'
import type { MaintenanceSlice } from './maintenance-slice.js'
import { AppSql } from './read/app-sql/app-sql.js'
import { readDocuments } from './read/documents.js'
import { findKnownSchema, isSchemaId, knownSchemaOf, readSchemas } from './read/known-schemas.js'
import { readNextArgs, readWriteArgs } from './read/next-args.js'
import { runCount, runQuery, runSnapshot } from './read/query/run-query.js'
import { readStateHash } from './read/state-hash.js'
import { SqlSync } from './read/sync/sql-sync.js'
import { readHistory, readViews } from './read/views.js'
import type { KnownSchema } from './schemas/schema-registry.js'
import { storageFailed } from './storage-failed.js'
import type {
  CommitListener,
  Document,
  DocumentHistory,
  DocumentPage,
  DocumentSnapshot,
  ForgetTarget,
  ForkedLog,
  IndexDeclaration,
  IngestItem,
  IngestOutcome,
  Published,
  PublishItem,
  PublishOutcome,
  SqlRow,
  Store,
  StoreCommit,
} from './store.js'
import { CheckedSync } from './sync/checked-sync.js'
import type { Gone, SyncSource } from './sync-source.js'
import type { Database } from './transaction/database.js'
import { HistoryCache } from './transaction/history-cache.js'
import { WriteCache } from './transaction/write-cache.js'
import { DocumentsBack } from './verify/documents-back.js'
import { Verification } from './verify/verification.js'
import type { VerifyReport } from './verify-report.js'

export interface SqlStoreOptions {
  readonly databaseId: string
  readonly verifier: Verifier
  readonly now: () => number
  readonly random: (length: number) => Uint8Array
  readonly pause: () => Promise<void>
  readonly purge: PurgePolicy
  /** See StoreOptions. */
  readonly verifyEveryMs: number
}

/** The store on an open database. It hands each call to the room that does it. */
export class SqlStore implements Store {
  readonly databaseId: string
  readonly sync: SyncSource
  readonly #database: Database
  readonly #ingestContext: IngestContext
  readonly #publisher: Publisher
  readonly #listeners = new Listeners<StoreCommit>()
  readonly #maintenance: Maintenance
  readonly #verification: Verification
  readonly #appSql: AppSql
  /** Told when something was purged, forgotten or taken back. */
  readonly #gone = new Listeners<Gone>()
  readonly #silentChanges = new Listeners<ReadonlySet<SchemaId>>()
  readonly #now: () => number
  #closing: Promise<void> | undefined

  constructor(database: Database, options: SqlStoreOptions) {
    const { databaseId, verifier, now, random, pause, purge: policy, verifyEveryMs } = options
    this.databaseId = databaseId
    this.#database = database
    this.sync = new CheckedSync(new SqlSync({ database, now, gone: this.#gone, run: (work) => this.#run(work) }))
    const documentsBack = new DocumentsBack(database, now)
    const onBack: IngestContext['onBack'] = async (ids, stale) => {
      this.#silentChanges.tell(await documentsBack.look(ids, stale))
      // What builds on entries of these documents may have waited for them.
      this.#maintenance.entriesMissed()
    }
    const [cache, histories] = [new WriteCache(), new HistoryCache()]
    const onTakenBack: IngestContext['onTakenBack'] = (schemaIds) => {
      this.#gone.tell('decisions')
      this.#silentChanges.tell(schemaIds)
    }
    const told = { listeners: this.#listeners, onBack, onTakenBack }
    this.#ingestContext = { database, now, cache, histories, random, pause, ...told }
    const takingBack = new TakingBack(this.#ingestContext)
    const onMissed = () => this.#maintenance.entriesMissed()
    this.#publisher = new Publisher({ ...this.#ingestContext, verifier, onMissed, takingBack })
    const onMade = (schemaIds: ReadonlySet<SchemaId>): void => this.#silentChanges.tell(schemaIds)
    const verification = new Verification(database, now)
    this.#verification = verification
    const lookAtMissed = (after: Hash | undefined) => this.#publisher.lookAtMissed(after)
    const takeBack = () => this.#publisher.takeBack()
    const looks = { lookAtMissed, takeBack }
    this.#maintenance = new Maintenance({ database, now, policy, verification, verifyEveryMs, onMade, ...looks })
    this.#appSql = new AppSql(database)
    this.#now = now
    database.asked.fillWith((known) => fillTables(database, known))
    database.onRestart((schemaIds) => {
      for (const one of [cache, histories]) one.clear()
      takingBack.reopened()
      onMissed()
      onMade(schemaIds)
    })
  }

  async publish(items: readonly PublishItem[]): Promise<PublishOutcome[]> {
    if (this.#closing) throw closed()
    return this.#publisher.publish(items)
  }

  async publishBatch(items: readonly PublishItem[]): Promise<Published[]> {
    if (this.#closing) throw closed()
    return this.#publisher.publishBatch(items)
  }

  async ingest(items: readonly IngestItem[]): Promise<IngestOutcome[]> {
    if (this.#closing) throw closed()
    return this.#publisher.ingest(items)
  }

  onFork(listener: (forks: readonly ForkedLog[]) => void): () => void {
    return this.#publisher.onFork(listener)
  }

  nextArgs(publicKey: PublicKey, viewId?: DocumentViewId): Promise<NextArgs> {
    return this.#run(() => readNextArgs(this.#ingestContext, publicKey, viewId))
  }

  writeArgs(publicKey: PublicKey, targets: readonly (WriteTarget | undefined)[]): Promise<(WriteArgs | RakkoError)[]> {
    return this.#run(() => readWriteArgs(this.#ingestContext, publicKey, targets))
  }

  schema(id: SchemaId): Promise<Schema | undefined> {
    return this.#run(async () => (await this.#learnt(id))?.schema)
  }

  schemas(): Promise<Schema[]> {
    return this.#run(() => readSchemas(this.#database))
  }

  documents(ids: readonly DocumentId[]): Promise<(Document | undefined)[]> {
    return this.#run(() => readDocuments(this.#database, ids))
  }

  views(viewIds: readonly DocumentViewId[]): Promise<(Document | RakkoError | undefined)[]> {
    return this.#run(() => readViews(this.#database, viewIds))
  }

  history(documentId: DocumentId): Promise<DocumentHistory | undefined> {
    return this.#run(() => readHistory(this.#database, documentId))
  }

  stateHash(schemaId: SchemaId): Promise<string> {
    return this.#run(async () => {
      // Which views the definition had here depends on the order of arrival. Which schemas there are does not.
      await this.#learnt(schemaId)
      const { number } = await knownSchemaOf(this.#database, schemaId)
      return readStateHash(this.#database, number)
    })
  }

  declareIndexes(declarations: readonly IndexDeclaration[]): Promise<void> {
    return this.#run(async () => {
      const found = async (one: IndexDeclaration) => ({
        ...one,
        known: await knownSchemaOf(this.#database, one.schemaId),
      })
      const declared = await Promise.all(declarations.map(found))
      await declareIndexes(this.#database, declared)
      for (const { known } of declared) this.#appSql.bind(known)
    })
  }

  allowSchemas(ids: readonly SchemaId[]): void {
    this.#database.registry.allowed.add(ids)
  }

  forget(target: ForgetTarget): Promise<void> {
    return this.#run(async () => {
      await this.#publisher.endTakingBack()
      const schemaIds = await forget(this.#database, target)
      if (schemaIds.size > 0) {
        this.#gone.tell('payloads')
        this.#silentChanges.tell(schemaIds)
        await this.#maintenance.documentsForgotten(schemaIds)
      }
      await this.#publisher.lookAgain()
      await this.#database.flush()
    })
  }

  parkedEntryOf(author: PublicKey): Promise<OperationId | undefined> {
    return this.#run(() => parkedEntryOf(this.#database, author))
  }

  isDecided(id: OperationId): Promise<boolean> {
    return this.#run(() => isDecided(this.#database, id))
  }

  onSilentChange(listener: (schemaIds: ReadonlySet<SchemaId>) => void): () => void {
    return this.#silentChanges.add(listener)
  }

  query(query: Query): Promise<DocumentPage> {
    return this.#run(() => runQuery(this.#database, query))
  }

  snapshot(query: Query): Promise<DocumentSnapshot> {
    return this.#run(() => runSnapshot(this.#database, query))
  }

  onCommit(listener: CommitListener): () => void {
    return this.#listeners.add(listener)
  }

  count(query: Query): Promise<number> {
    return this.#run(() => runCount(this.#database, query))
  }

  sql(text: string, params: readonly unknown[] = []): Promise<SqlRow[]> {
    return this.#run(() => this.#appSql.run(text, params))
  }

  idempotent(ids: readonly string[]): Promise<(DocumentId | undefined)[]> {
    return this.#run(async () => {
      const documents = await readIdempotent(this.#database, ids, this.#now())
      return ids.map((id) => documents.get(id))
    })
  }

  maintain({ urgentOnly = false }: { readonly urgentOnly?: boolean } = {}): Promise<MaintenanceSlice | undefined> {
    return this.#run(async () => {
      const slice = await this.#maintenance.slice(urgentOnly)
      if (slice?.kind === 'purge') this.#gone.tell('payloads')
      return slice
    })
  }

  verify(): Promise<VerifyReport> {
    return this.#run(async () => {
      await this.#publisher.endTakingBack()
      return this.#verification.slice()
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#publisher.drain().then(() => this.#database.driver.close())
    return this.#closing
  }

  /** The schema, made known where its definition is here and no document has claimed it yet. */
  async #learnt(id: SchemaId): Promise<KnownSchema | undefined> {
    const { registry } = this.#database
    const known = registry.get(id) ?? (await findKnownSchema(this.#database, id))
    if (known || !isSchemaId(id)) return known
    await learnSchema(this.#database, id, this.#now())
    return registry.find(this.#database, id)
  }

  /** Turns what a call fails with into a RakkoError. */
  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closing) throw closed()
    try {
      return await this.#database.repeatable(work)
    } catch (error) {
      throw storageFailed(error)
    }
  }
}

function closed(): RakkoError {
  return new RakkoError('NODE_CLOSED', 'the store was closed')
}
