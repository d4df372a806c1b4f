import {
  type DocumentId,
  defineSchemas,
  int,
  parseQuery,
  pinnedRelationList,
  planLock,
  type QueryInput,
  relatedSchemas,
  relation,
  relationList,
  type SchemaId,
  str,
} from '@rakko/core'
import {
  createStore,
  DEFAULT_SCHEMA_NAME,
  type Document,
  type DocumentPage,
  type Driver,
  type Store,
} from '@rakko/store'
import { LiveQueries } from '../../src/live/live-queries.js'
import type { LiveChange, LiveQuery } from '../../src/live/live-query.js'
import { createNode, type Node } from '../../src/node.js'
import { nativeSigner, nativeVerifier } from '../../src/nodejs/native-key.js'
import { openStorage } from '../../src/nodejs/open-storage.js'
import { pause, random } from '../support/memory-store.js'

const definitions = defineSchemas({
  place: { description: 'A place', fields: { name: str(), size: int() } },
  show: {
    description: 'What happens there',
    fields: {
      title: str(),
      starts: int(),
      rank: int(),
      place: relation('place'),
      others: relationList('place'),
      were: pinnedRelationList('place'),
    },
  },
  tour: { description: 'Places as they were', fields: { places: pinnedRelationList('place') } },
})

/** A node with live queries over places, shows and tours on a database whose statements are counted. */
export interface LiveWorld {
  readonly node: Node
  readonly live: LiveQueries
  readonly place: SchemaId
  readonly show: SchemaId
  readonly tour: SchemaId
  readonly store: Store
  /** SELECT statements since it was last set to 0; those that a write takes are not among them. */
  reads: number
}

export async function openLiveWorld(): Promise<LiveWorld> {
  const { driver } = await openStorage({ kind: 'memory' })
  const world = { reads: 0 }
  const counting: Driver = {
    query: (sql, params) => {
      world.reads += 1
      return driver.query(sql, params)
    },
    exec: (sql) => driver.exec(sql),
    transaction: (run) => driver.transaction(run),
    flush: () => driver.flush(),
    close: () => driver.close(),
  }
  const verifier = nativeVerifier()
  const store = await createStore({
    driver: counting,
    schemaName: DEFAULT_SCHEMA_NAME,
    verifier,
    now: Date.now,
    random,
    pause,
  })
  const node = createNode({
    store,
    signer: nativeSigner(random(32)),
    storage: async () => ({ kind: 'memory', key: 'memory' }),
    pause,
  })
  const { lock, schemas } = await planLock({ definitions, signer: nativeSigner(random(32)) })
  await node.addSchemas({ lock: lock.commits, expected: [] })
  const show = schemas.get('show')?.id as SchemaId
  await store.declareIndexes([{ schemaId: show, indexes: [], search: { fields: ['title'], language: 'simple' } }])
  const live = new LiveQueries(store)
  const idOf = (name: string): SchemaId => schemas.get(name)?.id as SchemaId
  return Object.assign(world, { node, live, store, place: idOf('place'), show, tour: idOf('tour') })
}

/** Creates documents; returns their ids. */
export async function createAll({ node }: LiveWorld, schemaId: SchemaId, items: readonly Record<string, unknown>[]) {
  const outcomes = await node.write(items.map((fields) => ({ action: 'create', schemaId, fields })))
  return outcomes.map((outcome): DocumentId => {
    if (outcome.status === 'published') return outcome.documentId
    throw outcome.error
  })
}

/** One reader of a live query, who only applies deltas. */
export class LiveReader {
  readonly #live: LiveQuery
  /** Rows as the deltas have made them. */
  rows: readonly Document[] = []
  page: DocumentPage | undefined
  updates = 0
  error: unknown
  readonly ended: Promise<void>

  constructor(live: LiveQuery) {
    this.#live = live
    this.ended = this.#read().catch((error: unknown) => {
      this.error = error
    })
  }

  async #read(): Promise<void> {
    for (;;) {
      const change = await this.#live.next()
      if (!change) return
      this.rows = applyDelta(this.rows, change)
      this.page = change.page
      this.updates += 1
    }
  }
}

export function applyDelta(
  before: readonly Document[],
  { delta: { left, moved, entered, changed } }: LiveChange,
): readonly Document[] {
  const gone = new Set([...left, ...moved.map(({ from }) => from)])
  const rows = before.filter((_, index) => !gone.has(index))
  const placed = [...entered, ...moved.map(({ from, to }) => ({ index: to, document: before[from] as Document }))].sort(
    (a, b) => a.index - b.index,
  )
  for (const { index, document } of placed) rows.splice(index, 0, document)
  for (const { index, document } of changed) rows[index] = document
  return rows
}

/** What a query run now says, as a live page says it. */
export async function freshPage({ node }: LiveWorld, schemaId: SchemaId, input: QueryInput): Promise<DocumentPage> {
  const { query: _, ...page } = await node.page(schemaId, input)
  return page
}

export async function openLive({ live, node }: LiveWorld, schemaId: SchemaId, input: QueryInput): Promise<LiveQuery> {
  const schema = await node.schema(schemaId)
  if (!schema) throw new Error('no such schema')
  const related = await relatedSchemas(input, schema, (id) => node.schema(id))
  return live.open(
    parseQuery(input, schema, (id) => related.get(id)),
    schema,
  )
}
