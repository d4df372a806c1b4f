import { encodeCursor, type FilterValue, parseQuery, type Query, type QueryInput, type Schema } from '@rakko/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { rounds, seeds } from '../../../../.config/testing/seeds.js'
import type { Document, DocumentPage, Store } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { naiveQuery } from '../support/naive-query.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'
import { StatementLog } from '../support/statement-log.js'

const DOCUMENTS = 60
const ROUNDS = rounds(40, 100)

let random: Random
const panda = new Author(1)
let driver: StatementLog
let store: Store
let schema: Schema
let documents: Document[]
let items: SignedItem[]

async function fillStore(seed: number): Promise<void> {
  random = new Random(seed)
  driver = new StatementLog(await openMemoryDriver())
  store = await openStore(driver)
  const definition = defineSchema(panda, 'venue', { name: 'str', capacity: 'int' })
  await publishAll(store, definition.items)
  schema = (await store.schema(definition.schemaId)) as Schema
  items = Array.from({ length: DOCUMENTS }, () => create())
  await publishAll(store, items)
  documents = await all()
}

/** Few values, so that ties are many. */
function create(): SignedItem {
  return panda.create(schema.id, { name: str(random.pick(['a', 'b', 'c'])), capacity: int(random.integer(4)) })
}

async function all(): Promise<Document[]> {
  return [...(await store.query(ask({}))).documents]
}

const ask = (input: QueryInput): Query => parseQuery(input, schema)
const cursor = (query: Query, key: readonly FilterValue[] | undefined): string | undefined =>
  key && encodeCursor(query.order, key)
const ids = (list: readonly Document[]) => list.map(({ id }) => id)
const ORDERS = [
  undefined,
  'name',
  { capacity: 'desc' },
  [{ name: 'desc' }, { capacity: 'asc' }],
  ['$signer', 'name'],
  { $id: 'desc' },
]

describe.each(seeds())('pages (seed %d)', (seed) => {
  beforeAll(() => fillStore(seed))
  afterAll(() => store.close())

  test('from the end are the last rows, in the same order', async () => {
    for (const orderBy of ORDERS) {
      const whole = naiveQuery(documents, ask({ orderBy }))
      const page = await store.query(ask({ orderBy, last: 7 }))
      expect(ids(page.documents)).toEqual(ids(whole.slice(-7)))
      expect(page).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
    }
  })

  test('go on before a cursor until nothing is left', async () => {
    for (const orderBy of ORDERS) {
      const seen: Document[] = []
      let query = ask({ orderBy, last: 7 })
      for (let more = true; more; ) {
        const page = await store.query(query)
        expect(page.hasNextPage).toBe(seen.length > 0)
        seen.unshift(...page.documents)
        more = page.hasPreviousPage
        query = ask({ orderBy, last: 7, before: cursor(query, page.start) as string })
      }
      expect(ids(seen)).toEqual(ids(naiveQuery(documents, ask({ orderBy }))))
    }
  })

  test('lie between cursors, from either side, and say what is around them, in one statement', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const orderBy = random.pick(ORDERS)
      const where = random.pick([{}, { capacity: { gte: 2 } }, { name: 'a' }, { name: 'nobody' }])
      const whole = naiveQuery(documents, ask({ orderBy, where }))
      const from = random.chance(0.5) && whole.length > 0 ? random.integer(whole.length) : undefined
      const to = random.chance(0.5) && whole.length > 0 ? random.integer(whole.length) : undefined
      const way = random.pick(['first', 'last'] as const)
      const length = 1 + random.integer(20)
      const input = {
        orderBy,
        where,
        [way]: length,
        ...(from !== undefined && { after: await at(whole, from) }),
        ...(to !== undefined && { before: await at(whole, to) }),
      }

      const start = from === undefined ? 0 : from + 1
      const window = whole.slice(start, Math.max(start, to ?? whole.length))
      const expected = way === 'first' ? window.slice(0, length) : window.slice(-length)
      driver.statements.length = 0
      const page = await store.query({ ...ask(input), withCount: true })
      expect(driver.statements).toHaveLength(1)
      expect(ids(page.documents)).toEqual(ids(expected))
      expect(page.count).toBe(whole.length)
      const [first] = expected
      const last = expected.at(-1)
      if (!first || !last) continue
      expect(page.hasPreviousPage).toBe(whole.indexOf(first) > 0)
      expect(page.hasNextPage).toBe(whole.indexOf(last) < whole.length - 1)

      async function at(list: readonly Document[], index: number): Promise<string> {
        const query = ask({ orderBy, where: { $id: (list[index] as Document).id } })
        return cursor(query, (await store.query(query)).end) as string
      }
    }
  })

  test('count all that pass the filter, on an empty page too', async () => {
    const where = { capacity: 1 }
    const page = await store.query(ask({ where, first: 1, count: true }))
    expect(page.count).toBe(await store.count(ask({ where })))
    expect(await store.query(ask({ where: { name: 'nobody' }, count: true }))).toEqual({
      documents: [],
      hasNextPage: false,
      hasPreviousPage: false,
      count: 0,
    })
    expect((await store.query(ask({}))).count).toBeUndefined()
  })

  test("stay where they are while documents come and go, the cursor's own included", async () => {
    const orderBy = ['name', { capacity: 'desc' }]
    const before = await store.query(ask({ orderBy, first: 20 }))
    const forward = ask({ orderBy, first: 10 })
    const edge = before.documents.at(-1) as Document
    const gone = [edge, ...before.documents.slice(3, 6)]
    const added = Array.from({ length: 20 }, () => create())
    await publishAll(store, [...added, ...gone.map(({ id, viewId }) => panda.delete(id, schema.id, viewId))])
    documents = await all()

    const whole = naiveQuery(documents, ask({ orderBy }))
    const edgeCursor = cursor(forward, before.end) as string
    const old = new Set(ids(before.documents))
    const ahead = naiveQuery([...documents, edge], ask({ orderBy }))
    const cut = ids(ahead).indexOf(edge.id)
    const next: DocumentPage = await store.query(ask({ orderBy, first: 10, after: edgeCursor }))
    expect(ids(next.documents)).toEqual(ids(whole.slice(cut, cut + 10)))
    expect(ids(next.documents).some((id) => old.has(id))).toBe(false)
    const previous = await store.query(ask({ orderBy, last: 10, before: edgeCursor }))
    expect(ids(previous.documents)).toEqual(ids(whole.slice(Math.max(0, cut - 10), cut)))
    expect(previous.hasNextPage).toBe(true)
  })
})
