import {
  type CheckedPublish,
  type DocumentId,
  type DocumentViewId,
  type Hash,
  type Operation,
  type OperationId,
  type PublicKey,
  type RakkoError,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  type Schema,
  type SchemaId,
  type WriteLookup,
} from '@rakko/core'
import type { PassedView } from '../decide/admit.js'
import type { ReceivedItem } from '../decide/received-item.js'
import { damagedRows } from '../driver/damaged-rows.js'
import { type KnownSchema, knownSchema, type SchemaRegistry } from '../schemas/schema-registry.js'
import type { ForkedLog } from '../store.js'
import type { Queries } from '../tables/queries.js'
import { advanceLog } from './advance-log.js'
import type { Counters } from './arrival.js'
import { appendUpdate, newDocument } from './change-document.js'
import {
  type AcceptedEntry,
  type AddedOperation,
  type AuthorState,
  authorState,
  type DecidedAgain,
  type DecidedHash,
  type DocumentState,
  type LogState,
  type NewSchema,
} from './ledger-state.js'
import { LostPlaces, placeOf } from './lost-places.js'
import { hasRoom } from './table-limit.js'

const DEFINITIONS: ReadonlySet<SchemaId> = new Set([SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION])

/**
 * What one transaction knows: the stored state that its items ask about, read before, and over it what its own items
 * have added. The publish rules read it, so an item may build on an earlier one of the same transaction.
 */
export class Ledger implements WriteLookup {
  readonly counters: Counters
  /** Schemas, by number, whose tables of pinned views it makes. */
  readonly newPinned = new Map<number, KnownSchema>()
  /** Numbers of schemas whose pinned views it has made. */
  readonly pinnedSchemas = new Set<number>()
  readonly authors = new Map<PublicKey, AuthorState>()
  /** By the id of their CREATE. */
  readonly documents = new Map<OperationId, DocumentState>()
  /** By the ids of other operations. */
  readonly operations = new Map<OperationId, DocumentState>()
  /** Of the entries asked for, those that are stored. */
  readonly entryHashes = new Set<Hash>()
  /** Of these, the forgotten ones. */
  readonly forgotten = new Set<Hash>()
  readonly accepted: AcceptedEntry[] = []
  /** Entries that arrived and are not kept. */
  readonly decided: DecidedHash[] = []
  /** Logs that this transaction forks. */
  readonly forks: ForkedLog[] = []
  /** Numbers of authors that histories name. */
  readonly authorNumbers = new Map<PublicKey, number>()
  /** Schemas that became known in this transaction. */
  readonly newSchemas = new Map<SchemaId, NewSchema>()
  /** Schemas, by number, whose tables it makes, and the author of the document that they are made for. */
  readonly newTables = new Map<number, { readonly schema: KnownSchema; readonly author: AuthorState }>()
  /** Schemas without tables that it has stored documents of. */
  readonly restingSchemas: KnownSchema[] = []
  /** Schemas whose tables it drops. */
  readonly droppedTables: KnownSchema[] = []
  /** How many definitions were accepted, of schemas and of fields. */
  definitions = 0
  /** Schemas that were looked for and not found since the last definition was accepted. */
  readonly unknownSchemas = new Set<SchemaId>()
  /** Documents of its items' idempotency ids, made within the last day or in this transaction. */
  readonly idempotent = new Map<string, DocumentId>()
  /** Entries that were lost and come again. */
  readonly lost = new LostPlaces()
  /** Documents that are decided again. Until all of that is done they stay deleted for readers and authors. */
  readonly again = new Map<DocumentId, DecidedAgain>()
  readonly #registry: SchemaRegistry
  /** Schemas that were asked for, by id and by number. A transaction may use more than the registry keeps. */
  readonly #used = new Map<SchemaId | number, KnownSchema>()

  constructor(registry: SchemaRegistry, counters: Counters) {
    this.#registry = registry
    this.counters = { ...counters }
  }

  knownSchema(id: SchemaId): KnownSchema | undefined {
    return this.#used.get(id) ?? this.#use(this.#registry.get(id) ?? this.newSchemas.get(id))
  }

  /** As `knownSchema`, but also finds one that is not in memory. */
  async findSchema(queries: Queries, id: SchemaId): Promise<KnownSchema | undefined> {
    return this.knownSchema(id) ?? this.#use(await this.#registry.find(queries, id))
  }

  /** Reads those schemas that are not in memory. `knownSchema` and `schemaAt` then find them, if they are known. */
  async holdSchemas(queries: Queries, keys: Iterable<SchemaId | number>): Promise<void> {
    const missing = [...new Set(keys)].filter(
      (key) => !(typeof key === 'number' ? this.schemaAt(key) : this.knownSchema(key)),
    )
    if (missing.length === 0) return
    for (const known of await this.#registry.reread(queries, missing)) this.#use(known)
  }

  /** Reads schemas as the database has them now. Another node may have made tables for them. */
  async rereadSchemas(queries: Queries, keys: Iterable<SchemaId | number>): Promise<void> {
    for (const known of await this.#registry.reread(queries, [...keys])) this.#use(known)
  }

  schemaAt(number: number): KnownSchema | undefined {
    const known = this.#used.get(number) ?? this.#registry.at(number)
    return this.#use(known ?? [...this.newSchemas.values()].find((schema) => schema.number === number))
  }

  #use(known: KnownSchema | undefined): KnownSchema | undefined {
    if (known) this.#used.set(known.schema.id, known).set(known.number, known)
    return known
  }

  schema(id: SchemaId): Schema | undefined {
    const schema = this.knownSchema(id)?.schema
    // Each has a field. By one without, an entry would be refused for good.
    if (schema?.fields.size === 0) throw damagedRows('the fields of a schema are lost')
    return schema
  }

  latestEntry(publicKey: PublicKey, logId: bigint): LogState | undefined {
    return this.authors.get(publicKey)?.logs.get(logId)
  }

  entryAt(publicKey: PublicKey, logId: bigint, seqNum: bigint): { readonly hash: Hash } | undefined {
    const log = this.latestEntry(publicKey, logId)
    if (log?.seqNum === seqNum) return log
    const hash = log?.entries?.at(seqNum)
    return hash === undefined ? undefined : { hash }
  }

  isForked(publicKey: PublicKey, logId: bigint): boolean {
    return this.latestEntry(publicKey, logId)?.isForked ?? false
  }

  hasEntry(hash: Hash): boolean {
    return this.entryHashes.has(hash) || this.documentOf(hash as OperationId) !== undefined
  }

  documentOf(id: OperationId): DocumentState | undefined {
    return this.documents.get(id) ?? this.operations.get(id)
  }

  operation(id: OperationId): { documentId: DocumentId; schemaId: SchemaId } | undefined {
    const document = this.documentOf(id)
    return document && { documentId: document.id, schemaId: document.schema.schema.id }
  }

  isDeleted(documentId: DocumentId): boolean {
    return this.again.has(documentId) || this.hasDeletion(documentId)
  }

  /** Whether a DELETE of it is held. */
  hasDeletion(documentId: DocumentId): boolean {
    return this.documents.get(documentId)?.isDeleted ?? false
  }

  follow(documentId: DocumentId): DocumentViewId | undefined {
    const document = this.documents.get(documentId)
    if (!document) return undefined
    return document.view === 'created' || !document.view ? document.tips.viewId : document.view.follow
  }

  logOf(publicKey: PublicKey, documentId: DocumentId): bigint | undefined {
    return this.authors.get(publicKey)?.logOf.get(documentId)
  }

  highestLogId(publicKey: PublicKey): bigint | undefined {
    return this.authors.get(publicKey)?.highestLogId
  }

  limit(item: ReceivedItem): RakkoError | undefined {
    // Entries that were parked before there was an allow list are checked here.
    return this.#registry.allowed.refusal(item.unchecked.schemaId)
  }

  addSchema(schema: Schema, definition: number): void {
    this.newSchemas.set(schema.id, { ...knownSchema(++this.counters.schema, schema), definition })
  }

  authorNumber(publicKey: PublicKey): number {
    const number = this.authors.get(publicKey)?.number ?? this.authorNumbers.get(publicKey)
    if (number === undefined) throw damagedRows('an author of a document is lost')
    return number
  }

  /** Records what became of an entry that is not kept. */
  decide(hash: Hash, decision: 'refused' | 'forgotten'): void {
    this.decided.push({ number: ++this.counters.number, hash, decision })
  }

  /** Adds what the rules of publishing or of ingest have found valid. */
  accept(item: ReceivedItem, { operation, operationId, documentId }: CheckedPublish): PassedView {
    if (this.lost.fill(item.entryHash, placeOf(item.entry))) return this.#takeBack(item, operationId, documentId)
    const number = ++this.counters.number
    const author = this.#author(item.entry.publicKey)
    const added = { id: operationId, publicKey: author.publicKey, operation, number }
    const document =
      operation.action === 'create' ? this.#create(added, author) : this.#append(this.#document(documentId), added)
    if (item.operationBytes === undefined) document.isPurged = true
    for (const log of advanceLog(author, item, document, this.lost)) {
      const { schemaId } = operation
      this.forks.push({ publicKey: author.publicKey, logId: log.logId, documentId: document.id, schemaId, operationId })
    }
    if (DEFINITIONS.has(operation.schemaId)) {
      this.definitions += 1
      this.unknownSchemas.clear()
    }
    if (item.idempotencyId !== undefined) this.idempotent.set(item.idempotencyId, document.id)
    this.accepted.push({ number, item, author, document })
    return document.tips.passed
  }

  /** Documents that got new operations, and are not reduced before what was lost of them is stored. */
  get staleDocuments(): DocumentId[] {
    const changed = [...this.documents.values()].filter(({ isChanged, isNew }) => isChanged && !isNew)
    return changed.map(({ id }) => id).filter((id) => this.lost.documents.has(id))
  }

  isComingBack(hash: Hash): boolean {
    return this.lost.isKnown(hash)
  }

  /**
   * An entry takes its place again. It forks no log, since the place is free. Its document is reduced afterwards, with
   * all that is left of it.
   */
  #takeBack(item: ReceivedItem, operationId: OperationId, documentId: DocumentId): PassedView {
    const author = this.#author(item.entry.publicKey)
    const isCreate = (operationId as string) === documentId
    const known = this.documents.get(operationId)
    const after = isCreate ? 0 : this.#document(documentId).number
    const number = this.lost.take(item.entryHash, after) ?? ++this.counters.number
    const create = { id: operationId, publicKey: author.publicKey, operation: item.unchecked as Operation, number }
    const document = isCreate ? (known ?? this.#create(create, author)) : this.#document(documentId)
    this.operations.set(operationId, document)
    this.lost.documents.add(document.id)
    if (!author.logs.has(item.entry.logId)) advanceLog(author, item, document, this.lost)
    this.accepted.push({ number, item, author, document })
    return document.tips.passed
  }

  #author(publicKey: PublicKey): AuthorState {
    const known = this.authors.get(publicKey)
    if (known) return known
    const number = ++this.counters.author
    const author = authorState({ number, publicKey, highestLogId: undefined, isForked: false, isNew: true })
    this.authors.set(publicKey, author)
    return author
  }

  #document(id: DocumentId): DocumentState {
    const document = this.documents.get(id)
    if (!document) throw new Error('an accepted operation belongs to no document that was loaded')
    return document
  }

  #create(create: AddedOperation, author: AuthorState): DocumentState {
    const schema = this.knownSchema(create.operation.schemaId)
    if (!schema) throw new Error('an accepted operation has no known schema')
    const document = newDocument(create, schema)
    // Nothing is reduced of it, and nobody sees it change.
    document.isPurged = this.again.has(document.id)
    this.documents.set(document.id, document)
    const hasTables = schema.hasTable || schema.rests || this.newTables.has(schema.number)
    if (!hasTables && hasRoom(this, this.#registry, schema, author))
      this.newTables.set(schema.number, { schema, author })
    return document
  }

  #append(document: DocumentState, update: AddedOperation): DocumentState {
    appendUpdate(document, update)
    this.operations.set(update.id, document)
    return document
  }
}
