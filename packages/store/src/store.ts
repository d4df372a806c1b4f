import type {
  Decision,
  Dependency,
  DocumentId,
  DocumentViewId,
  Entry,
  FilterValue,
  HistoryOperation,
  NextArgs,
  OperationId,
  OperationValue,
  PublicKey,
  Query,
  RakkoError,
  Schema,
  SchemaId,
  SearchLanguage,
  WriteArgs,
  WriteTarget,
} from '@rakko/core'

import type { SyncSource } from './sync-source.js'

/**
 * The database behind one small port: entries come in, documents are read by id. Everything is durable, as far as the
 * storage goes, when a promise resolves.
 */
export interface DocumentStore extends SyncSource {
  /** Drawn at first open, 32 hexadecimal digits; a key is bound to it. */
  readonly databaseId: string
  /**
   * Checks and stores in order of the list, in ONE transaction with the views they lead to; an item may build on an
   * earlier one. Reports per item, never throws for one item's fault. Calls in flight together share a transaction.
   */
  publish(items: readonly PublishItem[]): Promise<PublishOutcome[]>
  /**
   * Publishes all items or none, in a transaction of its own, as one commit. Rejects with the error of the first item that is
   * refused, whose `details.index` is its place, and with STORAGE_FAILED.
   */
  publishBatch(items: readonly PublishItem[]): Promise<Published[]>
  /**
   * Takes entries from elsewhere in any order, by the rules of replication: what is held in the end does not depend on it.
   * Reports per item. Calls in flight together share a transaction with each other and with `publish`. Rejects with
   * STORAGE_FAILED, and nothing was decided then.
   */
  ingest(items: readonly IngestItem[]): Promise<IngestOutcome[]>
  /** Calls the listener after each commit that forks logs, until the function that it answers with is called. */
  onFork(listener: (forks: readonly ForkedLog[]) => void): () => void
  nextArgs(publicKey: PublicKey, viewId?: DocumentViewId): Promise<NextArgs>
  /**
   * What an author needs who is about to change many documents, in order; `undefined` stands for a new document, which takes
   * the next free log ids in order. What is published upon that needs not be read again.
   */
  writeArgs(publicKey: PublicKey, targets: readonly (WriteTarget | undefined)[]): Promise<(WriteArgs | RakkoError)[]>
  /** A schema is known exactly while its views can be built from held operations, in whatever order they came. */
  schema(id: SchemaId): Promise<Schema | undefined>
  /** Known schemas, system schemas included: of every view of a definition is one, those are left out that nobody had. */
  schemas(): Promise<Schema[]>
  /** Latest views in order of the ids; undefined where unknown. */
  documents(ids: readonly DocumentId[]): Promise<(Document | undefined)[]>
  /**
   * Documents as they were at views, whether latest or long past, in order of the ids: undefined where an operation of
   * a view is unknown, PURGED where payloads were dropped, DIFFERENT_DOCUMENTS where it is no view. A view id that names
   * an ancestor beside its descendant leads to the view of the descendant.
   */
  views(viewIds: readonly DocumentViewId[]): Promise<(Document | RakkoError | undefined)[]>
  /**
   * A document's operations, in the order of their reduction; undefined where it is unknown. Each leads to a view that
   * `views` reads. Throws PURGED.
   */
  history(documentId: DocumentId): Promise<DocumentHistory | undefined>
  /**
   * 32 bytes in hexadecimal, the same on two stores where the schema's documents have the same ids, view ids and deleted
   * flags: core's `stateHash` of them all. Reads only what has changed since it was asked last. Throws SCHEMA_NOT_FOUND.
   */
  stateHash(schemaId: SchemaId): Promise<string>
  /**
   * Tells of every commit that stored operations, in their order and as soon as queries see it; the caller of `publish` may
   * get its answer later, once it is durable. Returns what ends it. Only commits of this store, not of others on its database.
   */
  onCommit(listener: CommitListener): () => void
  /** What an idempotency id led to, if it was used within the last day. */
  idempotent(ids: readonly string[]): Promise<(DocumentId | undefined)[]>
  close(): Promise<void>
}

/** A store that answers queries as well. */
export interface Store extends DocumentStore {
  /**
   * Makes the indexes of these schemas those that are declared: what is missing is made, now or with the schema's first
   * document, and what is declared no longer is dropped. `sql` then has views of their names. Throws SCHEMA_NOT_FOUND and INVALID_ARGUMENT.
   */
  declareIndexes(declarations: readonly IndexDeclaration[]): Promise<void>
  /**
   * Puts schemas on the allow list: those that the app ships. Their tables count against no author. It lasts until the
   * store is closed.
   */
  allowSchemas(ids: readonly SchemaId[]): void
  /**
   * Removes documents here and for good, see maintain/forget.ts: they do not come back from peers, nor does what builds on
   * them. Throws STILL_NEEDED on definitions of schemas.
   */
  forget(target: ForgetTarget): Promise<void>
  /** An entry of this author that waits for others: a node's own never do, so it was signed with a copy of its key. */
  parkedEntryOf(author: PublicKey): Promise<OperationId | undefined>
  /** Whether there was a decision about an entry: it is held, or its hash is remembered. */
  isDecided(id: OperationId): Promise<boolean>
  /**
   * Tells of the schemas whose documents are shown otherwise than before though no commit tells so: some were forgotten, or
   * `maintain` has made views that are pinned. Returns what ends it.
   */
  onSilentChange(listener: (schemaIds: ReadonlySet<SchemaId>) => void): () => void
  query(query: Query): Promise<DocumentPage>
  /** The same, and which commits it shows: all up to `number`, none after it. */
  snapshot(query: Query): Promise<DocumentSnapshot>
  count(query: Query): Promise<number>
  /**
   * Runs an app's own statement, one SELECT, over views named as the schemas that were declared, see read/app-sql/app-views.ts.
   * `$1`, `$2`… stand for the parameters. Ints and counts are bigints in the rows. Throws SQL_FAILED, whose details hold
   * PostgreSQL's `sqlState`, and INVALID_ARGUMENT.
   */
  sql(text: string, params?: readonly unknown[]): Promise<SqlRow[]>
  /**
   * Does the next piece of the care that the database needs and answers what it was; undefined where nothing is due.
   * Writes wait until it is over: with `urgentOnly` it does only what must not wait for a quiet moment.
   */
  maintain(options?: { readonly urgentOnly?: boolean }): Promise<MaintenanceSlice | undefined>
}

/** An entry from elsewhere. */
export interface IngestItem {
  /** Encoded entry, as received. */
  readonly entry: Uint8Array
  /** Encoded operation, as received; absent where it was purged, see core's `validatePayloadLessEntry`. */
  readonly operation?: Uint8Array | undefined
}

/** What became of an entry from elsewhere, see `validateIngest`. */
export type IngestOutcome =
  | { readonly status: 'held'; readonly operationId: OperationId; readonly documentId: DocumentId }
  /** It was decided about before: nothing changed. `isNew`: just now, since it builds on what was forgotten here. */
  | { readonly status: 'decided'; readonly decision: Decision; readonly isNew?: true }
  /**
   * `final`: it can never be valid, which is remembered, so that nothing fetches it again. Otherwise these bytes are no
   * entry with its payload, and others for the same hash may be.
   */
  | { readonly status: 'refused'; readonly error: RakkoError; readonly final: boolean }
  /** `parked`: it is kept, and held or refused as soon as what it waits for is; else it has to come again. */
  | { readonly status: 'waiting'; readonly for: readonly Dependency[]; readonly parked: boolean }

/** A log in which two branches were seen; it takes no more entries by publishing. */
export interface ForkedLog {
  readonly publicKey: PublicKey
  readonly logId: bigint
  /** Document of the entry that made it a fork, and its schema. */
  readonly documentId: DocumentId
  readonly schemaId: SchemaId
  readonly operationId: OperationId
}

/** A slice of maintenance, see maintain/maintenance.ts. */
export type MaintenanceSlice =
  | { readonly kind: 'vacuum' | 'analyze' | 'compact'; readonly table: string }
  | { readonly kind: 'checkpoint' }
  /** Dropped idempotency ids that are a day old. */
  | { readonly kind: 'expire' }
  /** Made pinned views, and removed those that nothing pins any more. */
  | { readonly kind: 'pins' }
  /** Dropped payloads of deleted documents. */
  | { readonly kind: 'purge' }

/** One document, all of a schema, or all that an author has created. */
export type ForgetTarget =
  | { readonly document: DocumentId }
  | { readonly schema: SchemaId }
  | { readonly author: PublicKey }

/** A row of an app's own SQL: column names as PostgreSQL gives them. */
export type SqlRow = Readonly<Record<string, unknown>>

/** What an app declares to be searched: see core's SearchDefinition. */
export interface DeclaredSearch {
  readonly fields: readonly string[]
  readonly language: SearchLanguage
}

/** All indexes of one schema, each a list of fields. */
export interface IndexDeclaration {
  readonly schemaId: SchemaId
  readonly indexes: readonly (readonly string[])[]
  /** Text fields to search and index together. */
  readonly search?: DeclaredSearch | undefined
}

export interface PublishItem {
  /** Encoded entry, as received. */
  readonly entry: Uint8Array
  /** Encoded operation, as received. */
  readonly operation: Uint8Array
  /**
   * What the entry says, where this process has just signed it over this operation: it is neither decoded nor held against
   * its operation again, nor its signature verified. Never taken from anybody else.
   */
  readonly trusted?: Entry | undefined
  /** Chosen by the caller, 1 to 80 characters; the document of the item is remembered by it. */
  readonly idempotencyId?: string | undefined
}

export interface Published {
  readonly status: 'published'
  readonly operationId: OperationId
  readonly documentId: DocumentId
  readonly viewId: DocumentViewId
  readonly next: NextArgs
}

export type PublishOutcome = Published | { readonly status: 'refused'; readonly error: RakkoError }

export interface DocumentHistory {
  readonly schemaId: SchemaId
  readonly operations: readonly HistoryOperation[]
}

/** A document in its latest view, or in the one that was asked for. */
export interface Document {
  readonly id: DocumentId
  readonly viewId: DocumentViewId
  /** What the next operation names as `previous`, so that readers see what it sets: mostly the view itself. */
  readonly follow: DocumentViewId
  readonly schemaId: SchemaId
  /** Signer of the CREATE. */
  readonly owner: PublicKey
  /** Signer of the last change in sorted order. */
  readonly signer: PublicKey
  readonly edited: boolean
  /** Whether it is deleted by now, whichever view this is. */
  readonly deleted: boolean
  /** In field order; empty in a view that a DELETE led to. */
  readonly fields: ReadonlyMap<string, OperationValue>
  /** What a query included, by field; of a single relation at most one document. */
  readonly related?: ReadonlyMap<string, DocumentPage>
}

export interface DocumentPage {
  readonly documents: readonly Document[]
  /** Values of the order keys of the first document, for `before`; undefined on an empty page. */
  readonly start?: readonly FilterValue[]
  /** Those of the last one, for `after`. */
  readonly end?: readonly FilterValue[]
  /** Whether documents lie behind the page, `before` or not. */
  readonly hasNextPage: boolean
  /** Whether documents lie before the page, `after` or not. */
  readonly hasPreviousPage: boolean
  /** Documents of all pages, where the query asked for it. */
  readonly count?: number
}

/** A page with the arrival number of the latest entry that was stored when it was read. */
export interface DocumentSnapshot extends DocumentPage {
  readonly number: number
}

export type CommitListener = (commit: StoreCommit) => void

export interface StoreCommit {
  /** Arrival number of its last entry. */
  readonly number: number
  /** Each document once. */
  readonly changes: readonly DocumentChange[]
}

/** What a commit made of a document: all of its latest view, but for fields that it left as they were. */
export interface DocumentChange extends Omit<Document, 'related'> {
  readonly isNew: boolean
  /** In a document that was merely followed those that were set, after a merge or a create all; empty where deleted. */
  readonly fields: ReadonlyMap<string, OperationValue>
}
