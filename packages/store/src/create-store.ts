import {
  bytesToHex,
  type DocumentId,
  type DocumentViewId,
  type NextArgs,
  type OperationId,
  type PublicKey,
  parseSchemaIdParts,
  type Query,
  RakkoError,
  type Schema,
  type SchemaId,
  type Verifier,
  type WriteArgs,
  type WriteTarget,
} from '@rakko/core'
import { Kysely } from 'kysely'
import { AppSql, type SqlRow } from './app-sql/app-sql.js'
import type { Driver } from './driver/driver.js'
import { kyselyDialect } from './driver/kysely-dialect.js'
import { type ForgetTarget, forget } from './forget/forget.js'
import { readIdempotent } from './ingest/idempotency.js'
import { type IngestContext, learnSchema, lookAgain } from './ingest/ingest.js'
import { Listeners } from './ingest/listeners.js'
import { isDecided, parkedEntryOf } from './ingest/parking.js'
import { Publisher } from './ingest/publisher.js'
import { Recall } from './ingest/recall.js'
import { Keeper } from './keeper/keeper.js'
import { migrate } from './migrations/migrate.js'
import { fillTables } from './pins/settle-views.js'
import { type PurgePolicy, purgePolicy } from './purge/purge-policy.js'
import { runCount, runQuery, runSnapshot } from './query/run-query.js'
import { readNextArgs, readWriteArgs } from './read/next-args.js'
import { readDocuments } from './read/read-documents.js'
import { readHistory, readViews } from './read/read-views.js'
import { AllowedSchemas, type AllowSchemas } from './schemas/allowed-schemas.js'
import { type KnownSchema, SchemaRegistry } from './schemas/schema-registry.js'
import { type DeclaredIndexes, declareIndexes, viewIndexes } from './schemas/view-indexes.js'
import type { ViewsTable } from './schemas/views-table.js'
import { Names } from './sql/names.js'
import { readStateHash } from './state/read-state-hash.js'
import { storageFailed } from './storage-failed.js'
import type {
  Chore,
  CommitListener,
  Document,
  DocumentHistory,
  DocumentPage,
  DocumentSnapshot,
  ForkedLog,
  IndexDeclaration,
  IngestItem,
  IngestOutcome,
  PublishItem,
  PublishOutcome,
  Store,
  StoreCommit,
} from './store.js'

export interface StoreOptions {
  /** Open; the store closes it. */
  readonly driver: Driver
  /** PostgreSQL schema that the tables live in; many stores can share one database. */
  readonly schemaName: string
  readonly verifier: Verifier
  /** Default `all`. What is not on the list is refused with SCHEMA_NOT_ALLOWED; see also `Store.allowSchemas`. */
  readonly allowSchemas?: AllowSchemas | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** So many random bytes, fit for keys. */
  readonly random: (length: number) => Uint8Array
  /**
   * Called before each publishing transaction; resolves once what already waits in the event loop was handled, so that
   * calls which have arrived join it. Without it only calls of one tick and those made meanwhile do.
   */
  readonly pause?: () => Promise<void>
  /** Default DEFAULT_PURGE; INVALID_ARGUMENT on what is none. */
  readonly purge?: Partial<PurgePolicy> | undefined
}

export const DEFAULT_SCHEMA_NAME = 'rakko'
const DATABASE_ID_BYTES = 16

/**
 * Opens a store: migrates, draws the database id where there is none, reads the known schemas. Throws
 * DATABASE_TOO_NEW and STORAGE_FAILED.
 */
export async function createStore(options: StoreOptions): Promise<Store> {
  const { driver, schemaName, now, random } = options
  const names = new Names(schemaName)
  try {
    await migrate(driver, schemaName)
    const { databaseId, unfilled } = await openMeta(driver, names, random)
    const registry = new SchemaRegistry(new AllowedSchemas(options.allowSchemas))
    await registry.load(driver, names)
    if (unfilled) await fillTables(driver, names, registry, now())
    await driver.flush()
    return new SqlStore(options, names, registry, databaseId)
  } catch (error) {
    throw storageFailed(error)
  }
}

async function openMeta(driver: Driver, names: Names, random: StoreOptions['random']) {
  // COALESCE: of two nodes that open a new database at once, both get the id of the first.
  const { rows } = await driver.query<{ database_id: Uint8Array; unfilled: boolean }>(
    `UPDATE ${names.table('meta')} SET database_id = COALESCE(database_id, $1::bytea) RETURNING database_id, unfilled`,
    [random(DATABASE_ID_BYTES)],
  )
  const [row] = rows
  if (!row) throw new Error('the database has lost its meta row')
  return { databaseId: bytesToHex(row.database_id), unfilled: row.unfilled }
}

class SqlStore implements Store {
  readonly databaseId: string
  readonly #driver: Driver
  readonly #names: Names
  readonly #registry: SchemaRegistry
  #kysely: Kysely<unknown> | undefined
  readonly #ingestContext: IngestContext
  readonly #publisher: Publisher
  readonly #listeners = new Listeners<StoreCommit>()
  readonly #keeper: Keeper
  readonly #appSql: AppSql
  readonly #silentChanges = new Listeners<ReadonlySet<SchemaId>>()
  readonly #now: () => number
  #closing: Promise<void> | undefined

  constructor(options: StoreOptions, names: Names, registry: SchemaRegistry, databaseId: string) {
    const { driver, verifier, now, pause = async () => {}, purge } = options
    this.databaseId = databaseId
    this.#driver = driver
    this.#names = names
    this.#registry = registry
    this.#ingestContext = { driver, names, registry, now, listeners: this.#listeners, recall: new Recall() }
    this.#publisher = new Publisher({ ...this.#ingestContext, verifier, pause })
    const onMade = (schemaIds: ReadonlySet<SchemaId>): void => this.#silentChanges.tell(schemaIds)
    this.#keeper = new Keeper({ driver, names, registry, now, policy: purgePolicy(purge), onMade })
    this.#appSql = new AppSql(driver, names, registry)
    this.#now = now
  }

  async publish(items: readonly PublishItem[]): Promise<PublishOutcome[]> {
    if (this.#closing) throw closed()
    return this.#publisher.publish(items)
  }

  async ingest(items: readonly IngestItem[]): Promise<IngestOutcome[]> {
    if (this.#closing) throw closed()
    return this.#publisher.ingest(items)
  }

  onFork(listener: (forks: readonly ForkedLog[]) => void): () => void {
    return this.#publisher.onFork(listener)
  }

  nextArgs(publicKey: PublicKey, viewId?: DocumentViewId): Promise<NextArgs> {
    return this.#read(() => readNextArgs(this.#ingestContext, publicKey, viewId))
  }

  writeArgs(publicKey: PublicKey, targets: readonly (WriteTarget | undefined)[]): Promise<(WriteArgs | RakkoError)[]> {
    return this.#read(() => readWriteArgs(this.#ingestContext, publicKey, targets))
  }

  schema(id: SchemaId): Promise<Schema | undefined> {
    return this.#read(async () => {
      const known = this.#registry.get(id) ?? (await this.#knownSchema(id))
      if (known || !isSchemaId(id)) return known?.schema
      await learnSchema(this.#ingestContext, id)
      return (await this.#registry.find(this.#driver, this.#names, id))?.schema
    })
  }

  schemas(): Promise<Schema[]> {
    return this.#read(async () => {
      const known = await this.#registry.readAll(this.#driver, this.#names)
      return known.map(({ schema }) => schema)
    })
  }

  documents(ids: readonly DocumentId[]): Promise<(Document | undefined)[]> {
    return this.#read(() =>
      readDocuments(this.#database, this.#names, this.#registry, ids, () => this.#refreshSchemas()),
    )
  }

  views(viewIds: readonly DocumentViewId[]): Promise<(Document | RakkoError | undefined)[]> {
    return this.#read(() => readViews(this.#driver, this.#names, this.#registry, viewIds, () => this.#refreshSchemas()))
  }

  history(documentId: DocumentId): Promise<DocumentHistory | undefined> {
    return this.#read(() =>
      readHistory(this.#driver, this.#names, this.#registry, documentId, () => this.#refreshSchemas()),
    )
  }

  stateHash(schemaId: SchemaId): Promise<string> {
    return this.#read(async () => {
      const { number } = await this.#knownSchemaOf(schemaId)
      return readStateHash(this.#driver, this.#names, number)
    })
  }

  declareIndexes(declarations: readonly IndexDeclaration[]): Promise<void> {
    return this.#read(async () => {
      const checked: (DeclaredIndexes & { known: KnownSchema; number: number; views: ViewsTable })[] = []
      for (const { schemaId, indexes, search } of declarations) {
        const known = await this.#knownSchemaOf(schemaId)
        const { number, views } = known
        viewIndexes(this.#names, views, { indexes, search })
        checked.push({ known, number, views, indexes, search })
      }
      for (const { known, indexes, search } of checked) {
        this.#registry.change(known, { indexes, search, isDeclared: true })
        this.#appSql.bind(known)
      }
      await declareIndexes(this.#driver, this.#names, checked)
    })
  }

  allowSchemas(ids: readonly SchemaId[]): void {
    this.#registry.allowed.add(ids)
  }

  forget(target: ForgetTarget): Promise<void> {
    return this.#read(async () => {
      const schemaIds = await forget(this.#driver, this.#names, this.#registry, target)
      if (schemaIds.size > 0) {
        this.#keeper.haveForgotten()
        this.#silentChanges.tell(schemaIds)
      }
      await lookAgain(this.#ingestContext)
      await this.#driver.flush()
    })
  }

  parkedEntryOf(author: PublicKey): Promise<OperationId | undefined> {
    return this.#read(() => parkedEntryOf(this.#driver, this.#names, author))
  }

  isDecided(id: OperationId): Promise<boolean> {
    return this.#read(() => isDecided(this.#driver, this.#names, id))
  }

  onSilentChange(listener: (schemaIds: ReadonlySet<SchemaId>) => void): () => void {
    return this.#silentChanges.add(listener)
  }

  query(query: Query): Promise<DocumentPage> {
    return this.#read(async () => runQuery(this.#database, this.#names, await this.#queriedSchemas(query), query))
  }

  snapshot(query: Query): Promise<DocumentSnapshot> {
    return this.#read(async () => {
      // A table that comes while the statement waits for its turn is missing in it, though its number may tell otherwise. A
      // schema gets tables twice at most, and is in memory once it has.
      for (let left = 2 * queryParts(query).length; ; left -= 1) {
        const schemas = await this.#queriedSchemas(query)
        const snapshot = await runSnapshot(this.#database, this.#names, schemas, query)
        const isMissed = (known: KnownSchema) => {
          const { hasTable, hasPinned } = this.#registry.at(known.number) ?? known
          return hasTable !== known.hasTable || hasPinned !== known.hasPinned
        }
        if (left === 0 || ![...schemas.values()].some(isMissed)) return snapshot
      }
    })
  }

  onCommit(listener: CommitListener): () => void {
    return this.#listeners.add(listener)
  }

  count(query: Query): Promise<number> {
    return this.#read(async () => {
      const schema = await this.#queriedSchema(query)
      return schema.hasTable ? runCount(this.#database, this.#names, schema, query) : 0
    })
  }

  sql(text: string, params: readonly unknown[] = []): Promise<SqlRow[]> {
    return this.#read(() => this.#appSql.run(text, params))
  }

  idempotent(ids: readonly string[]): Promise<(DocumentId | undefined)[]> {
    return this.#read(async () => {
      const documents = await readIdempotent(this.#driver, this.#names, ids, this.#now())
      return ids.map((id) => documents.get(id))
    })
  }

  maintain({ urgentOnly = false }: { readonly urgentOnly?: boolean } = {}): Promise<Chore | undefined> {
    return this.#read(() => this.#keeper.slice(urgentOnly))
  }

  close(): Promise<void> {
    this.#closing ??= this.#publisher.drain().then(() => this.#driver.close())
    return this.#closing
  }

  /** Made by the first read: a start need not wait for it. */
  get #database(): Kysely<unknown> {
    this.#kysely ??= new Kysely({ dialect: kyselyDialect(this.#driver) })
    return this.#kysely
  }

  async #queriedSchemas(query: Query): Promise<ReadonlyMap<SchemaId, KnownSchema>> {
    const schemas = new Map<SchemaId, KnownSchema>()
    for (const part of queryParts(query)) {
      if (!schemas.has(part.schemaId)) schemas.set(part.schemaId, await this.#queriedSchema(part))
    }
    // Another node on this database may have met the first view that is pinned.
    if (pinnedSchemas(query).some((id) => !schemas.get(id)?.hasPinned)) {
      await this.#refreshSchemas()
      for (const [id, known] of schemas) schemas.set(id, this.#registry.get(id) ?? known)
    }
    return schemas
  }

  async #queriedSchema({ schemaId }: Query): Promise<KnownSchema> {
    return this.#knownSchemaOf(schemaId)
  }

  async #knownSchemaOf(schemaId: SchemaId): Promise<KnownSchema> {
    const schema = await this.#knownSchema(schemaId)
    if (schema) return schema
    throw new RakkoError('SCHEMA_NOT_FOUND', `Schema not found: ${schemaId}`, { schemaId })
  }

  /** Another node on this database may have met the schema, or its first document. */
  async #knownSchema(id: SchemaId): Promise<KnownSchema | undefined> {
    const known = this.#registry.get(id)
    if (known?.hasTable) return known
    const [found] = await this.#registry.reread(this.#driver, this.#names, [id])
    return found
  }

  #refreshSchemas(): Promise<void> {
    return this.#registry.load(this.#driver, this.#names)
  }

  async #read<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closing) throw closed()
    try {
      return await work()
    } catch (error) {
      throw storageFailed(error)
    }
  }
}

/** A query and all that it includes. */
function queryParts(query: Query): Query[] {
  return [query, ...(query.include ?? []).flatMap((included) => queryParts(included.query))]
}

function isSchemaId(text: string): boolean {
  try {
    parseSchemaIdParts(text)
    return true
  } catch {
    return false
  }
}

/** Schemas whose pinned views a query includes. */
function pinnedSchemas({ include = [] }: Query): SchemaId[] {
  return include.flatMap(({ type, query }) => {
    const isPinned = type === 'pinned_relation' || type === 'pinned_relation_list'
    return [...(isPinned ? [query.schemaId] : []), ...pinnedSchemas(query)]
  })
}

function closed(): RakkoError {
  return new RakkoError('NODE_CLOSED', 'the store was closed')
}
