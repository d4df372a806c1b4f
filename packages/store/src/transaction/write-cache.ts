import {
  type DocumentId,
  lipmaa,
  type OperationId,
  operationIdsOf,
  type PublicKey,
  type ReducedDocument,
} from '@rakko/core'
import type { ReceivedItem } from '../decide/received-item.js'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { Marks } from './arrival.js'
import type { Ledger } from './ledger.js'
import { type AuthorState, authorState, type DocumentState, type LogState } from './ledger-state.js'
import type { LogEntries } from './log-entries.js'
import { Tips } from './tips.js'

/** Documents that the cache holds at most, about a kilobyte each: as many as one round of a writer may change. */
export const MAX_DOCUMENTS = 20_000

/** Documents with longer view ids are not kept: how many tips a view has others decide, up to a megabyte of ids. */
export const MAX_VIEW_ID_CHARACTERS = 1024

/** Entries of a log that are kept beside its head. Most skiplinks reach no further than a few entries back. */
const MAX_ENTRIES = 8
const RECENT_ENTRIES = 4n

type CachedAuthor = Pick<AuthorState, 'number' | 'highestLogId' | 'isForked'>

/** A document as one of its authors finds it before changing it. */
interface CachedDocument {
  readonly number: number
  readonly schema: KnownSchema
  /** Without its fields. */
  readonly view: ReducedDocument
  readonly publicKey: PublicKey
  /** The author's log in it; undefined where there is none. */
  readonly log: CachedLog | undefined
}

type CachedLog = Pick<LogState, 'logId' | 'seqNum' | 'hash' | 'entries'>

const NO_FIELDS: ReducedDocument['fields'] = new Map()

/**
 * What was read for authors who are about to write, so that publishing what they have signed reads none of it again.
 * And what those writes led to, since who changes a document will mostly change it once more.
 *
 * It holds for the state after the transaction that last wrote the row `arrival`. Every transaction that changes what
 * is kept here writes that row, whoever writes to the database. So whoever has read the row knows by its mark whether
 * the cache still holds. Beyond the limit what was changed longest ago goes first.
 */
export class WriteCache {
  #mark: bigint | undefined
  #authors = new Map<PublicKey, CachedAuthor>()
  /** In the order in which they were read or changed. */
  readonly #documents = new Map<DocumentId, CachedDocument>()
  /** By the operations that the next operation follows. */
  readonly #followed = new Map<OperationId, CachedDocument>()

  /**
   * Called before something is read. Returns a function that takes the author and the documents that were read, and the
   * mark that was read first. These are thrown away where this store has committed meanwhile, since nobody knows
   * whether the read saw that commit.
   */
  reading(): (mark: bigint, ledger: Ledger, publicKey: PublicKey, read: Iterable<DocumentState>) => void {
    const before = this.#mark
    return (mark, ledger, publicKey, read) => {
      if (mark !== this.#mark) {
        if (this.#mark !== before) return
        this.#begin(mark)
      }
      this.#add(ledger.authors.get(publicKey), read)
    }
  }

  /** Whether an author is kept at all. Then it is worth asking for the mark alone. */
  hasAuthor(publicKey: PublicKey): boolean {
    return this.#authors.get(publicKey)?.isForked === false
  }

  /** Puts an author into a ledger, where it is kept since `mark`. Returns whether it is. */
  tellAuthor(ledger: Ledger, mark: bigint, publicKey: PublicKey): boolean {
    if (mark !== this.#mark || !this.hasAuthor(publicKey)) return false
    this.#author(ledger, publicKey)
    return true
  }

  /**
   * Puts into a ledger what an author will be told of documents, as far as it is kept since `mark`. Returns the others.
   * `nameOf` returns the operation that a document is asked for by. The ledger has read the author.
   */
  tell<Asked>(
    ledger: Ledger,
    mark: bigint,
    publicKey: PublicKey,
    asked: readonly Asked[],
    nameOf: (one: Asked) => OperationId | DocumentId,
  ): readonly Asked[] {
    const author = ledger.authors.get(publicKey)
    if (mark !== this.#mark || !author || author.isForked) return asked
    return asked.filter((one) => {
      const id = nameOf(one) as OperationId
      const cached = this.#documents.get(id as string as DocumentId) ?? this.#followed.get(id)
      if (cached?.publicKey !== publicKey || !isOfTheSameTables(ledger, cached)) return true
      ledger.operations.set(id, putDocument(ledger, author, cached))
      return false
    })
  }

  /** Puts into a ledger all that the rules will ask about items, if all of it is kept. Returns whether it is. */
  fill(ledger: Ledger, mark: bigint, items: readonly ReceivedItem[]): boolean {
    if (mark !== this.#mark || !items.every((item) => this.#knows(ledger, item))) return false
    for (const { entry, unchecked } of items) {
      const author = this.#author(ledger, entry.publicKey)
      if (unchecked.previous === undefined) continue
      for (const id of operationIdsOf(unchecked.previous)) {
        ledger.operations.set(id, putDocument(ledger, author, this.#followed.get(id) as CachedDocument))
      }
    }
    return true
  }

  /** Called when a transaction that wrote `arrival` has committed. */
  committed({ before, own }: Marks, ledger: Ledger): void {
    if (this.#mark !== before) this.clear()
    this.#mark = own
    this.#authors = new Map(
      [...ledger.authors].map(([publicKey, { number, highestLogId, isForked }]) => [
        publicKey,
        { number, highestLogId, isForked },
      ]),
    )
    for (const document of ledger.documents.values()) if (document.isChanged) this.#drop(document.id)
    for (const { item, author, document } of ledger.accepted) {
      // A thousand documents that were imported and are never changed would be kept for nothing.
      if (!item.isFromPeer && !document.isNew) this.#keep(author, document)
    }
  }

  /** Called when a transaction has failed that may have changed what it was filled with. */
  clear(): void {
    this.#mark = undefined
    this.#authors.clear()
    this.#documents.clear()
    this.#followed.clear()
  }

  #begin(mark: bigint): void {
    this.clear()
    this.#mark = mark
  }

  #add(author: AuthorState | undefined, documents: Iterable<DocumentState>): void {
    // An author who forked a log has logs that only the entries tell of.
    if (!author || author.isNew || author.isForked) return
    const { number, highestLogId, publicKey } = author
    this.#authors.set(publicKey, { number, highestLogId, isForked: false })
    for (const document of documents) {
      if (!this.#holds(author, document)) this.#keep(author, document)
    }
  }

  /** Whether this is what it was told. */
  #holds({ publicKey, logs }: AuthorState, { id }: DocumentState): boolean {
    const cached = this.#documents.get(id)
    if (cached?.publicKey !== publicKey) return false
    const { log } = cached
    return log === undefined || logs.get(log.logId)?.entries === log.entries
  }

  #keep(author: AuthorState, { number, id, schema, view, isDeleted, isPurged }: DocumentState): void {
    if (author.isForked || isDeleted || isPurged || !view || view === 'created') return
    this.#drop(id)
    if (Math.max(view.viewId.length, view.follow.length) > MAX_VIEW_ID_CHARACTERS) return
    const logId = author.logOf.get(id)
    const log = logId === undefined ? undefined : author.logs.get(logId)
    const { publicKey } = author
    const cached = { number, schema, view: withoutFields(view), publicKey, log: log && cachedLog(log) }
    this.#documents.set(id, cached)
    for (const tip of operationIdsOf(view.follow)) this.#followed.set(tip, cached)
    if (this.#documents.size <= MAX_DOCUMENTS) return
    const [oldest] = this.#documents.keys()
    if (oldest !== undefined) this.#drop(oldest)
  }

  #drop(id: DocumentId): void {
    const cached = this.#documents.get(id)
    if (!cached) return
    this.#documents.delete(id)
    for (const tip of operationIdsOf(cached.view.follow)) this.#followed.delete(tip)
  }

  /**
   * Whether an item is at its place: next in a log that is kept, or first in a log above all that its author ever had.
   * No entry can be stored there, so its hash need not be looked up. All else is left to the statements.
   */
  #knows(ledger: Ledger, { entry, isOwn, unchecked: { previous } }: ReceivedItem): boolean {
    const { publicKey, logId, seqNum } = entry
    const author = this.#authors.get(publicKey)
    if (!author || author.isForked) return false
    const isNewLog = seqNum === 1n && (author.highestLogId === undefined || logId > author.highestLogId)
    if (previous === undefined) return isNewLog
    return operationIdsOf(previous).every((id) => {
      const cached = this.#followed.get(id)
      if (cached?.publicKey !== publicKey || !isOfTheSameTables(ledger, cached)) return false
      const { log } = cached
      if (!log) return isNewLog
      if (log.logId !== logId || seqNum !== log.seqNum + 1n) return false
      return hasSkiplink(log, seqNum) && (isOwn || hasSkiplink(log, seqNum + 1n))
    })
  }

  #author(ledger: Ledger, publicKey: PublicKey): AuthorState {
    const known = ledger.authors.get(publicKey)
    if (known) return known
    const author = authorState({ publicKey, ...(this.#authors.get(publicKey) as CachedAuthor), isNew: false })
    ledger.authors.set(publicKey, author)
    return author
  }
}

/** They may have changed since. */
function isOfTheSameTables(ledger: Ledger, { schema }: CachedDocument): boolean {
  return ledger.schemaAt(schema.number) === schema
}

/** What a transaction changes is its own. */
function putDocument(
  ledger: Ledger,
  author: AuthorState,
  { number, schema, view, log }: CachedDocument,
): DocumentState {
  const { documentId: id, owner, viewId } = view
  const known = ledger.documents.get(id as string as OperationId)
  if (known) return known
  const document = {
    number,
    id,
    schema,
    owner,
    isNew: false,
    isChanged: false,
    tips: new Tips(viewId),
    storedViewId: viewId,
    isDeleted: false,
    isPurged: false,
    view,
    added: [],
  }
  ledger.documents.set(id as string as OperationId, document)
  if (log) putLog(author, document, log)
  else author.logOf.set(id, undefined)
  return document
}

/** Written out, as in `putLog`: with `...` objects of thousands of documents take several times as long. */
function withoutFields(view: ReducedDocument): ReducedDocument {
  if (view.fields.size === 0) return view
  const { documentId, schemaId, owner, signer, viewId, deleted, edited, follow } = view
  return { documentId, schemaId, owner, signer, viewId, deleted, edited, follow, fields: NO_FIELDS }
}

function putLog(author: AuthorState, { id, number: document }: DocumentState, log: CachedLog): void {
  const { logId, seqNum, hash, entries } = log
  if (author.logs.has(logId)) return
  author.logOf.set(id, logId)
  // The entries may be shared. What is added to them is true whoever reads it, and a log that grows is kept again.
  author.logs.set(logId, {
    author,
    logId,
    document,
    seqNum,
    hash,
    isForked: false,
    isNew: false,
    isChanged: false,
    entries,
  })
}

function cachedLog({ logId, seqNum, hash, entries }: LogState): CachedLog {
  return { logId, seqNum, hash, entries: entries && latestOf(entries, seqNum) }
}

/** Of a growing log, the entries that the next skiplinks may name. */
function latestOf(entries: LogEntries, seqNum: bigint): LogEntries {
  if (entries.size <= MAX_ENTRIES) return entries
  const next = [lipmaa(seqNum + 1n), lipmaa(seqNum + 2n)]
  return entries.filter((target) => target >= seqNum - RECENT_ENTRIES || next.includes(target))
}

/** Whether the entry is kept that the skiplink of entry `seqNum` names, if it has one. */
function hasSkiplink({ seqNum: latest, entries }: CachedLog, seqNum: bigint): boolean {
  const target = lipmaa(seqNum)
  return target >= seqNum - 1n || target === latest || entries?.at(target) !== undefined
}
