import { type DocumentId, type Query, type RakkoError, refusal, type Schema, type SchemaId } from '@rakko/core'
import type { Document, DocumentChange, DocumentPage, DocumentSnapshot } from '@rakko/store'
import { combineChanges, type IndexedCommit } from './combine-changes.js'
import { MAX_LIVE_BYTES, MAX_WAITING_BYTES, MAX_WAITING_COMMITS } from './limits.js'
import { livePage } from './live-page.js'
import { isEmptyDelta, type PageDelta, pageDelta } from './page-delta.js'
import type { LivePage } from './page-in-memory.js'
import { WatchedIds } from './watched-ids.js'

/** A live query's page as it is now, and what is different in it from what was taken before. */
export interface LiveChange {
  readonly page: DocumentPage
  /** From the page before; from an empty one at first. */
  readonly delta: PageDelta<Document>
}

/** What a live query needs from whatever keeps it up to date. */
export interface LiveQueryHost {
  /** It has something to do: `work` is to be called. */
  wake(query: LiveQuery): void
  /** Its rows take so many bytes now. Returns why they must not. */
  hold(query: LiveQuery, bytes: number): RakkoError | undefined
  /** It is closed, or has failed. */
  drop(query: LiveQuery): void
}

/**
 * Documents with what the query includes, those of a number of ids that are there and not deleted, and up to which
 * commit.
 */
export interface ReadDocuments {
  readonly number: number
  readonly documents: ReadonlyMap<DocumentId, Document>
}

/** What a live query cannot do by itself. */
export type LiveNeed = { readonly kind: 'rerun' } | { readonly kind: 'read'; readonly ids: readonly DocumentId[] }

/**
 * A query whose page is kept as its statement would find it. Whoever reads it takes one change after the other. What
 * happens between two calls of `next` is one change. So a slow reader costs no memory and gets fewer changes.
 */
export class LiveQuery {
  readonly query: Query
  readonly schema: Schema
  /** Schemas whose changes may concern it. */
  readonly schemaIds: ReadonlySet<SchemaId>
  /** The same where the same is included. */
  readonly includeKey: string
  readonly #host: LiveQueryHost
  #held: LivePage | undefined
  #watched: WatchedIds | undefined
  /** Last commit that the page shows. */
  #number = 0
  /** Commits that the page may not show. */
  #waiting: IndexedCommit[] = []
  #waitingBytes = 0
  /** Last commit that was dropped without a look: the page has to show it. */
  #dropped = 0
  /** Only its statement can tell how the page is now. */
  #isStale = true
  /** Its statement runs, and nobody knows yet what it shows. */
  #isLoading = false
  /** Something changed silently since the statement was sent. It cannot be told whether its result shows that. */
  #isReloading = false
  #taken: DocumentPage | undefined
  #reader: { resolve(change: LiveChange | undefined): void; reject(error: RakkoError): void } | undefined
  #end: 'closed' | RakkoError | undefined

  constructor(query: Query, schema: Schema, host: LiveQueryHost) {
    this.query = query
    this.schema = schema
    this.schemaIds = new Set(schemaIdsOf(query))
    this.includeKey = JSON.stringify(query.include ?? [], exactly)
    this.#host = host
  }

  get isOpen(): boolean {
    return this.#end === undefined
  }

  /**
   * The next change: at once where there is one, else as soon as there is. Undefined once the query is closed; rejects
   * with what ended it. One call at a time: an earlier one that still waits resolves to undefined.
   */
  next(): Promise<LiveChange | undefined> {
    this.stopWaiting()
    if (this.#end === 'closed') return Promise.resolve(undefined)
    if (this.#end) return Promise.reject(this.#end)
    const change = new Promise<LiveChange | undefined>((resolve, reject) => {
      this.#reader = { resolve, reject }
    })
    if (this.#isStale) this.#host.wake(this)
    else this.#deliver()
    return change
  }

  /** Gives up the call of `next` that waits, if any does: nothing is taken. */
  stopWaiting(): void {
    this.#reader?.resolve(undefined)
    this.#reader = undefined
  }

  close(): void {
    this.#finish('closed')
    this.stopWaiting()
  }

  fail(error: RakkoError): void {
    if (this.#end) return
    this.#finish(error)
    this.#reader?.reject(error)
    this.#reader = undefined
  }

  /** Takes note of a commit; `work` is what looks into it. */
  commit(commit: IndexedCommit): void {
    this.#waiting.push(commit)
    this.#waitingBytes += commit.bytes
    // What a statement will show that is still to be sent need not wait.
    const isShown = this.#isStale && !this.#isLoading
    if (isShown || this.#waiting.length > MAX_WAITING_COMMITS || this.#waitingBytes > MAX_WAITING_BYTES) this.#dropAll()
    this.#host.wake(this)
  }

  /** Documents are shown otherwise than before, and no commit tells so. */
  reload(): void {
    this.#isStale = true
    this.#isReloading = true
    this.#host.wake(this)
  }

  /**
   * Follows the commits that wait, as far as they and the rows held tell. Returns what it needs to go on; a page that
   * only the statement can tell has time until somebody waits for it.
   */
  work(read?: ReadDocuments): LiveNeed | undefined {
    if (this.#end) return undefined
    const need = this.#isStale ? RERUN : this.#follow(read)
    if (need?.kind === 'rerun') {
      if (!this.#isLoading) this.#dropAll()
      return this.#reader ? need : undefined
    }
    if (!need) this.#deliver()
    return need
  }

  /** The statement is asked now, for `load`. */
  beforeLoad(): void {
    this.#isLoading = true
    this.#isReloading = false
  }

  /** Takes what the statement has found. */
  load({ number, ...found }: DocumentSnapshot): void {
    this.#isLoading = false
    if (this.#end) return
    this.#held = livePage(this.query, this.schema, found, this.#held)
    this.#watch()
    this.#number = number
    this.#isStale = this.#isReloading || number < this.#dropped
    const need = this.work()
    if (need) this.#host.wake(this)
  }

  #follow(read: ReadDocuments | undefined): LiveNeed | undefined {
    const held = this.#held
    if (!held) return RERUN
    const last = read?.number ?? Number.POSITIVE_INFINITY
    const commits = this.#waiting.filter(({ number }) => number > this.#number && number <= last)
    const later = this.#waiting.filter(({ number }) => number > last)
    if (commits.length > 0) {
      const changes = combineChanges(commits)
      const ofSchema = changes.get(this.query.schemaId) ?? new Map<DocumentId, DocumentChange>()
      const applied = held.apply(ofSchema, this.#watched?.hasAny(changes) === true, read?.documents)
      if (applied.kind === 'read') return applied
      if (applied.kind === 'rerun') return RERUN
      this.#number = commits.at(-1)?.number ?? this.#number
      this.#watch()
    }
    this.#wait(later)
    if (later.length > 0) this.#host.wake(this)
    return undefined
  }

  #wait(commits: IndexedCommit[]): void {
    this.#waiting = commits
    this.#waitingBytes = commits.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Leaves what waits to the statement. */
  #dropAll(): void {
    this.#isStale = true
    this.#dropped = this.#waiting.at(-1)?.number ?? this.#dropped
    this.#wait([])
  }

  #watch(): void {
    if (!this.#held) return
    const { bytes } = this.#held
    const refusal = bytes > MAX_LIVE_BYTES ? tooLarge(bytes) : this.#host.hold(this, bytes)
    if (refusal) this.fail(refusal)
    else if (this.query.include) this.#watched = new WatchedIds(this.query, this.#held.documents)
  }

  #deliver(): void {
    if (!this.#reader || !this.#held || this.#end) return
    const { page } = this.#held
    const delta = pageDelta(this.#taken?.documents ?? [], page.documents)
    if (this.#taken && isEmptyDelta(delta) && isSameAround(this.#taken, page)) return
    this.#taken = page
    this.#reader.resolve({ page, delta })
    this.#reader = undefined
  }

  #finish(end: 'closed' | RakkoError): void {
    if (this.#end) return
    this.#end = end
    this.#held = undefined
    this.#watched = undefined
    this.#taken = undefined
    this.#wait([])
    this.#host.drop(this)
  }
}

const RERUN: LiveNeed = { kind: 'rerun' }

function schemaIdsOf({ schemaId, include = [] }: Query): SchemaId[] {
  return [schemaId, ...include.flatMap(({ query }) => schemaIdsOf(query))]
}

/** Numbers that JSON would lose or refuse, as text. */
function exactly(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `number ${value === 0 ? '-0' : value}`
    : value
}

/** Cursors are made of the rows, which the delta speaks of. */
function isSameAround(a: DocumentPage, b: DocumentPage): boolean {
  return a.count === b.count && a.hasNextPage === b.hasNextPage && a.hasPreviousPage === b.hasPreviousPage
}

function tooLarge(got: number): RakkoError {
  const expected = `at most ${MAX_LIVE_BYTES} bytes, as they are estimated`
  const about = 'The rows of a live query are too large'
  return refusal('LIVE_QUERY_TOO_LARGE', { field: 'first', expected, got, about })
}
