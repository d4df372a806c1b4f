import type {
  Decision,
  Dependency,
  DocumentId,
  DocumentViewId,
  Entry,
  FilterValue,
  HistoryOperation,
  NextArgs,
  Operation,
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

import type { MaintenanceSlice } from './maintenance-slice.js'
import type { SyncSource } from './sync-source.js'
import type { VerifyReport } from './verify-report.js'

/**
 * The database behind one small interface: entries come in, documents are read by id. When a promise resolves, its result is
 * as durable as the storage can make it.
 */
export interface DocumentStore {
  /** Drawn at first open, 32 hexadecimal digits; a key is bound to it. */
  readonly databaseId: string
  /** What replication reads and keeps. */
  readonly sync: SyncSource
  /**
   * Checks items in order and stores them in ONE transaction, with the views that they lead to. An item may build on an
   * earlier one. Reports per item and never throws for the fault of one. Calls in flight together share a transaction.
   */
  publish(items: readonly PublishItem[]): Promise<PublishOutcome[]>
  /**
   * Publishes all items or none, in a transaction of its own and as one commit. Rejects with the error of the first
   * refused item, whose `details.index` is its place, and with STORAGE_FAILED.
   */
  publishBatch(items: readonly PublishItem[]): Promise<Published[]>
  /**
   * Takes entries from elsewhere in any order, by the rules of replication. What is held in the end does not depend on
   * the order. Reports per item. Calls in flight together share a transaction with each other and with `publish`.
   * Rejects with STORAGE_FAILED; then nothing was decided.
   */
  ingest(items: readonly IngestItem[]): Promise<IngestOutcome[]>
  /** Calls the listener after each commit that forks logs. Returns what ends it. */
  onFork(listener: (forks: readonly ForkedLog[]) => void): () => void
  nextArgs(publicKey: PublicKey, viewId?: DocumentViewId): Promise<NextArgs>
  /**
   * What an author needs to change many documents, in order. `undefined` stands for a new document, which takes the
   * next free log id. What is published upon that needs no second read.
   */
  writeArgs(publicKey: PublicKey, targets: readonly (WriteTarget | undefined)[]): Promise<(WriteArgs | RakkoError)[]>
  /** A schema is known exactly while its views can be built from held operations, in whatever order they came. */
  schema(id: SchemaId): Promise<Schema | undefined>
  /**
   * Known schemas, system schemas included. Each view of a definition makes one; views that nobody had are left out.
   */
  schemas(): Promise<Schema[]>
  /** Latest views in order of the ids; undefined where unknown. */
  documents(ids: readonly DocumentId[]): Promise<(Document | undefined)[]>
  /**
   * Documents as they were at views, latest or long past, in order of the ids. Undefined where an operation of a view
   * is unknown. PURGED where payloads were dropped. DIFFERENT_DOCUMENTS where it is no view. A view id that names an
   * ancestor beside its descendant leads to the view of the descendant.
   */
  views(viewIds: readonly DocumentViewId[]): Promise<(Document | RakkoError | undefined)[]>
  /**
   * A document's operations, in the order of their reduction; undefined where it is unknown. Each leads to a view that
   * `views` reads. Throws PURGED, and HISTORY_TOO_LARGE where its operations take more than 64 MiB.
   */
  history(documentId: DocumentId): Promise<DocumentHistory | undefined>
  /**
   * 32 bytes in hexadecimal: core's `stateHash` of all documents of the schema. They are the same on two stores where
   * these documents have the same ids, view ids and deleted flags. Reads only what has changed since the last call.
   * Throws SCHEMA_NOT_FOUND.
   */
  stateHash(schemaId: SchemaId): Promise<string>
  /**
   * Tells of every commit of this store that stored operations, in order and as soon as queries see it. `publish` may
   * resolve later, once the commit is durable. Commits of other stores on the database are not told. Returns what ends
   * it.
   */
  onCommit(listener: CommitListener): () => void
  /** What an idempotency id led to, if it was used within the last day. */
  idempotent(ids: readonly string[]): Promise<(DocumentId | undefined)[]>
  close(): Promise<void>
}

/** A store that runs queries as well. */
export interface Store extends DocumentStore {
  /**
   * Makes the indexes of these schemas those that are declared. What is missing is made, now or with the schema's first
   * document. What is declared no longer is dropped. `sql` then has views of their names. Throws SCHEMA_NOT_FOUND and
   * INVALID_ARGUMENT.
   */
  declareIndexes(declarations: readonly IndexDeclaration[]): Promise<void>
  /**
   * Puts schemas that the app ships on the allow list, until the store is closed. Their tables count against no author.
   */
  allowSchemas(ids: readonly SchemaId[]): void
  /**
   * Removes documents here and for good, see maintain/forget.ts. They do not come back from peers, nor does what builds
   * on them. Throws STILL_NEEDED on definitions of schemas.
   */
  forget(target: ForgetTarget): Promise<void>
  /**
   * An entry of this author that waits for others. A node's own entries never wait, so somebody signed it with a copy
   * of its key.
   */
  parkedEntryOf(author: PublicKey): Promise<OperationId | undefined>
  /** Whether an entry was decided: it is held, or its hash is kept. */
  isDecided(id: OperationId): Promise<boolean>
  /**
   * Tells of schemas whose documents read differently now, though no commit told so. Some were forgotten, or are no more
   * since decisions were taken back; or `maintain` has made views that are pinned. Returns what ends it.
   */
  onSilentChange(listener: (schemaIds: ReadonlySet<SchemaId>) => void): () => void
  query(query: Query): Promise<DocumentPage>
  /** The same, and which commits the page shows: all up to `number`, and none after it. */
  snapshot(query: Query): Promise<DocumentSnapshot>
  count(query: Query): Promise<number>
  /**
   * Runs an app's own statement: one SELECT over views named as the declared schemas, see read/app-sql/app-views.ts.
   * `$1`, `$2`… stand for the parameters. Ints and counts are bigints in the rows. Throws SQL_FAILED, whose details
   * hold PostgreSQL's `sqlState`, and INVALID_ARGUMENT.
   */
  sql(text: string, params?: readonly unknown[]): Promise<SqlRow[]>
  /**
   * Does the next slice of maintenance and returns what it was, undefined where nothing is due. Writes wait until it is
   * over. With `urgentOnly` it does only what must not wait for a quiet moment.
   */
  maintain(options?: { readonly urgentOnly?: boolean }): Promise<MaintenanceSlice | undefined>
  /**
   * Does the next slice of a verification, or the first of another where none is under way. Compares what is stored with
   * itself, makes again from entries what is wrong, and returns what was found so far. See verify/verification.ts.
   */
  verify(): Promise<VerifyReport>
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
  /**
   * It was decided before, and nothing changed. `isNew`: it was decided just now, since it builds on what was forgotten
   * here. `isBack`: it was lost here, as a verification had found, and is stored again.
   */
  | { readonly status: 'decided'; readonly decision: Decision; readonly isNew?: true; readonly isBack?: true }
  /**
   * `final`: it can never be valid. Its hash is kept, so that nothing fetches it again. Otherwise these bytes are no
   * entry with its payload, and other bytes for the same hash may be.
   */
  | { readonly status: 'refused'; readonly error: RakkoError; readonly final: boolean }
  /**
   * `parked`: it is kept, and held or refused as soon as what it waits for is decided. Otherwise it has to come again.
   */
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
   * What the bytes say, where this process has just encoded and signed them. Then they are not decoded again, nor
   * compared with each other, nor is the signature verified. Never set for what anybody else has made.
   */
  readonly trusted?: TrustedItem | undefined
  /** Chosen by the caller, 1 to 80 characters. It names the document that the item made, for a day. */
  readonly idempotencyId?: string | undefined
}

export interface TrustedItem {
  readonly entry: Entry
  readonly operation: Operation
}

export interface Published {
  readonly status: 'published'
  readonly operationId: OperationId
  readonly documentId: DocumentId
  readonly viewId: DocumentViewId
  /** For the entry after this one in the same log. Absent where the item was trusted: its writer asks by `writeArgs`. */
  readonly next?: NextArgs | undefined
}

export type PublishOutcome = Published | { readonly status: 'refused'; readonly error: RakkoError }

export interface DocumentHistory {
  readonly schemaId: SchemaId
  readonly operations: readonly HistoryOperation[]
}

/** A document in its latest view, or in the view that was asked for. */
export interface Document {
  readonly id: DocumentId
  readonly viewId: DocumentViewId
  /** What the next operation names as `previous`, so that readers see what it sets. Mostly this is the view itself. */
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
  /** What a query included, by field; for a single relation at most one document. */
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
  /** How many documents of the schema are lost, see `verify`: some may be missing here. Absent where none is. */
  readonly lost?: number
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

/** What a commit made of a document: its latest view, but for fields that it left as they were. */
export interface DocumentChange extends Omit<Document, 'related'> {
  readonly isNew: boolean
  /**
   * After an update that only followed the view, the fields that were set. After a merge or a create, all. Empty where
   * deleted.
   */
  readonly fields: ReadonlyMap<string, OperationValue>
}
