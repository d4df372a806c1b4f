import { type DocumentId, type Query, RakkoError, type Schema, type SchemaId } from '@rakko/core'
import type { Store, StoreCommit } from '@rakko/store'
import { indexCommit } from './combine-changes.js'
import { LIVE_QUERIES_AT_ONCE, MAX_READ_DOCUMENTS } from './limits.js'
import { LiveBudget, type LiveOwner } from './live-budget.js'
import { loadedQuery } from './live-page.js'
import { LiveQuery, type ReadDocuments } from './live-query.js'

/** What live queries ask of a store. */
export type LiveStore = Pick<Store, 'onCommit' | 'onSilentChange' | 'snapshot'>

/**
 * Keeps live queries up to date. After a commit each query that it may concern first looks into it by itself. What
 * several of them have to know about documents is read in one statement, for all with the same includes. Only those
 * that this does not help run their own statement again, one after the other.
 */
export class LiveQueries {
  readonly #store: LiveStore
  readonly #pause: () => Promise<void>
  readonly #budget = new LiveBudget()
  /** Bytes of each, as the budget knows them. */
  readonly #held = new Map<LiveQuery, { readonly owner: LiveOwner; bytes: number }>()
  readonly #bySchema = new Map<SchemaId, Set<LiveQuery>>()
  readonly #awake = new Set<LiveQuery>()
  #working: Promise<void> | undefined
  #stopListening: (() => void) | undefined
  /** Number of the last commit heard of. */
  #heard = 0
  #end: RakkoError | undefined

  /** `pause` gives the platform a turn, in which other calls go on. */
  constructor(store: LiveStore, pause: () => Promise<void> = async () => undefined) {
    this.#store = store
    this.#pause = pause
  }

  /**
   * Runs the query once and keeps it up to date until it is closed. Rejects with what its statement does,
   * LIVE_QUERY_TOO_LARGE and LIVE_QUERIES_TOO_LARGE.
   */
  async open(query: Query, schema: Schema, owner: LiveOwner = 'app'): Promise<LiveQuery> {
    if (this.#end) throw this.#end
    const live = new LiveQuery(query, schema, {
      wake: (one) => this.#wake(one),
      hold: (one, bytes) => this.#hold(one, bytes),
      drop: (one) => this.#drop(one),
    })
    this.#held.set(live, { owner, bytes: 0 })
    // Commits that come while the statement runs are for it to look into.
    for (const schemaId of live.schemaIds) {
      const ofSchema = this.#bySchema.get(schemaId) ?? new Set()
      this.#bySchema.set(schemaId, ofSchema.add(live))
    }
    this.#stopListening ??= this.#listen()
    try {
      await this.#load(live)
    } catch (error) {
      live.close()
      throw error
    }
    // What failed at once rejects here.
    if (!live.isOpen) await live.next()
    return live
  }

  /** Resolves when nothing is left to do for the commits so far. */
  async idle(): Promise<void> {
    await this.#working
  }

  /** Ends all of them with NODE_CLOSED; resolves when none of their statements runs any more. */
  close(): Promise<void> {
    this.#end ??= new RakkoError('NODE_CLOSED', 'The node was closed')
    for (const live of new Set([...this.#bySchema.values()].flatMap((ofSchema) => [...ofSchema]))) live.fail(this.#end)
    return this.idle()
  }

  #listen(): () => void {
    const stops = [
      this.#store.onCommit((commit) => this.#hear(commit)),
      this.#store.onSilentChange((schemaIds) => {
        const concerned = [...schemaIds].flatMap((schemaId) => [...(this.#bySchema.get(schemaId) ?? [])])
        for (const live of new Set(concerned)) live.reload()
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  #hear(commit: StoreCommit): void {
    const indexed = indexCommit(commit)
    this.#heard = commit.number
    const concerned = new Set(
      [...indexed.changes.keys()].flatMap((schemaId) => [...(this.#bySchema.get(schemaId) ?? [])]),
    )
    for (const live of concerned) live.commit(indexed)
  }

  #wake(live: LiveQuery): void {
    this.#awake.add(live)
    this.#working ??= Promise.resolve().then(() => this.#work())
  }

  #hold(live: LiveQuery, bytes: number): RakkoError | undefined {
    const held = this.#held.get(live)
    if (!held || held.bytes === bytes) return undefined
    const refusal = this.#budget.add(held.owner, bytes - held.bytes)
    if (!refusal) held.bytes = bytes
    return refusal
  }

  #drop(live: LiveQuery): void {
    this.#hold(live, 0)
    this.#held.delete(live)
    this.#awake.delete(live)
    for (const schemaId of live.schemaIds) {
      const ofSchema = this.#bySchema.get(schemaId)
      ofSchema?.delete(live)
      if (ofSchema?.size === 0) this.#bySchema.delete(schemaId)
    }
    if (this.#bySchema.size > 0) return
    this.#stopListening?.()
    this.#stopListening = undefined
  }

  async #work(): Promise<void> {
    while (this.#awake.size > 0) {
      const awake = [...this.#awake]
      this.#awake.clear()
      const readers: Reader[] = []
      const rerun: LiveQuery[] = []
      for (const [index, live] of awake.entries()) {
        // Whoever wrote has its answer before thousands have looked into what was written.
        if (index > 0 && index % LIVE_QUERIES_AT_ONCE === 0) await this.#pause()
        const need = guarded(live, () => live.work())
        if (need?.kind === 'rerun') rerun.push(live)
        else if (need) addReader(readers, live, need.ids)
      }
      for (const reader of readers) rerun.push(...(await this.#read(reader)))
      for (const live of rerun) if (live.isOpen) await this.#rerun(live)
    }
    this.#working = undefined
  }

  /** Reads what the queries of one schema have to know. Returns those that it does not help. */
  async #read({ ids, queries }: Reader): Promise<LiveQuery[]> {
    if (ids.size > MAX_READ_DOCUMENTS) return queries
    try {
      const { documents, number } = await this.#store.snapshot(namedDocuments(queries[0].query, [...ids]))
      const read: ReadDocuments = { number, documents: new Map(documents.map((document) => [document.id, document])) }
      // A commit that was not heard of yet, or of another node on this database: only a statement knows what it did.
      if (number > this.#heard) return queries
      return queries.filter((live) => guarded(live, () => live.work(read)) !== undefined)
    } catch (error) {
      for (const live of queries) live.fail(asRakkoError(error))
      return []
    }
  }

  async #rerun(live: LiveQuery): Promise<void> {
    try {
      await this.#load(live)
    } catch (error) {
      live.fail(asRakkoError(error))
    }
  }

  async #load(live: LiveQuery): Promise<void> {
    live.beforeLoad()
    live.load(await this.#store.snapshot(loadedQuery(live.query)))
  }
}

/** Queries of one schema and with the same includes that have to know these documents. */
interface Reader {
  readonly ids: Set<DocumentId>
  readonly queries: [LiveQuery, ...LiveQuery[]]
}

function addReader(readers: Reader[], live: LiveQuery, ids: readonly DocumentId[]): void {
  const reader = readers.find(
    ({ queries: [first], ids: others }) =>
      first.schema.id === live.schema.id &&
      first.includeKey === live.includeKey &&
      others.size + ids.length <= MAX_READ_DOCUMENTS,
  )
  if (reader) {
    for (const id of ids) reader.ids.add(id)
    reader.queries.push(live)
  } else readers.push({ ids: new Set(ids), queries: [live] })
}

function namedDocuments({ schemaId, include }: Query, ids: readonly DocumentId[]): Query {
  return {
    schemaId,
    filter: { kind: 'compare', field: '$id', operator: 'in', values: ids },
    order: [{ field: '$id', direction: 'asc' }],
    first: ids.length,
    ...(include && { include }),
  }
}

/** One query's fault is no other's. */
function guarded<Result>(live: LiveQuery, work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    live.fail(asRakkoError(error))
    return undefined
  }
}

function asRakkoError(error: unknown): RakkoError {
  if (error instanceof RakkoError) return error
  return new RakkoError('INTERNAL', 'A live query could not be kept up, see the cause', {}, { cause: error })
}
