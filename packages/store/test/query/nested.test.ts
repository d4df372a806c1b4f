import {
  type DocumentId,
  type DocumentViewId,
  encodeCursor,
  type FieldType,
  isListType,
  type OperationValue,
  parseQuery,
  type Query,
  type QueryInput,
  type Schema,
  type SchemaId,
} from '@rakko/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { rounds, seeds } from '../../../../.config/testing/seeds.js'
import type { Document, DocumentPage, Store } from '../../src/store.js'
import { Author, type SignedItem, type Values } from '../support/author.js'
import { defineSchema } from '../support/definitions.js'
import { naiveQuery } from '../support/naive-query.js'
import { openMemoryDriver } from '../support/open-memory-driver.js'
import { openStore } from '../support/open-store.js'
import { publishAll } from '../support/outcomes.js'
import { StatementLog } from '../support/statement-log.js'

const LEAVES = 25
const BRANCHES = 25
const TREES = 25
const QUERIES = rounds(30, 60)

const INTS = [0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)]
const FLOATS = [0, -0, 0.1, Number.NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308]
const TEXTS = [
  '',
  'a',
  'ab',
  'ä',
  '\0',
  'a\0b\u0001',
  '"',
  '\\',
  '\n',
  '\u{10000}',
  '\uffff',
  '\\x00',
  '\ud7ff\ufeff',
  'large'.repeat(500),
  // Filters and orders look at it in a statement of their own.
  'larger'.repeat(1000),
]
const BYTES = [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(0, 255, 1)]

const AUTHORS = [new Author(2), new Author(3)]
let random: Random
let driver: StatementLog
let store: Store
/** Queries whose filter or order read what may be large, by whether something was. */
const guarded = { small: 0, large: 0 }
const schemas = new Map<SchemaId, Schema>()
const documents = new Map<SchemaId, Document[]>()
let leaf: Schema
let branch: Schema
let tree: Schema
let lonely: Schema

/** What the store must give, from all documents and without SQL. */
function naivePage(
  query: Query,
  candidates: readonly Document[],
): DocumentPage & { readonly all: readonly Document[] } {
  const all = naiveQuery(candidates, query)
  const page = query.isBackward ? all.slice(-query.first) : all.slice(0, query.first)
  return {
    all,
    documents: page.map((document) => withRelated(document, query)),
    hasNextPage: query.isBackward ? false : all.length > page.length,
    hasPreviousPage: query.isBackward ? all.length > page.length : false,
    ...(query.withCount && { count: all.length }),
  }
}

function withRelated(document: Document, { include }: Query): Document {
  if (!include?.length) return document
  const related = include.map(({ field, type, query }): [string, DocumentPage] => {
    const value = document.fields.get(field)?.value as string | readonly string[] | undefined
    const named = value === undefined ? [] : typeof value === 'string' ? [value] : value
    const isPinned = type.startsWith('pinned')
    const candidates = named.flatMap((id) => {
      const found = documents.get(query.schemaId)?.find((one) => (isPinned ? one.viewId : one.id) === id)
      // The view that a DELETE leads to has no fields that a pin could show.
      return found && !(isPinned && found.deleted) ? [found] : []
    })
    const { all, ...page } = naivePage(query, candidates)
    return [field, page]
  })
  return { ...document, related: new Map(related) }
}

/** Cursors of nested pages are left to a test of their own. */
function withoutCursors({ start, end, ...page }: DocumentPage): DocumentPage {
  return { ...page, documents: page.documents.map(stripRelated) }
}

function stripRelated(document: Document): Document {
  if (!document.related) return document
  return { ...document, related: new Map([...document.related].map(([name, page]) => [name, withoutCursors(page)])) }
}

/** With a page of its own, two levels of lists stay below MAX_INCLUDED_ROWS. */
const ask = (input: QueryInput, schema: Schema): Query =>
  parseQuery(input.last === undefined ? { first: 100, ...input } : input, schema, (id) => schemas.get(id))

async function run(query: Query): Promise<DocumentPage> {
  driver.statements.length = 0
  const page = await store.query(query)
  // A schema without documents is looked up again: another node may have stored its first one.
  const statements = driver.statements.filter((text) => !/FROM "rakko".schema/.test(text))
  // The fields of large documents are read by themselves. Where filter or order read one, all is asked for again.
  const [asked = '', again, ...more] = statements.filter((text) => !/ AS page \(key\) /.test(text))
  expect(more).toEqual([])
  if (again !== undefined) expect([/^WITH found/.test(again), / AS guard /.test(asked)]).toEqual([true, true])
  if (/ AS guard /.test(asked)) guarded[again === undefined ? 'small' : 'large'] += 1
  return page
}

async function expectSame(input: QueryInput, schema: Schema): Promise<void> {
  const query = ask(input, schema)
  const { all, ...expected } = naivePage(query, documents.get(schema.id) ?? [])
  expect(withoutCursors(await run(query)), JSON.stringify(input, showValue)).toEqual(expected)
}

async function fillStore(seed: number): Promise<void> {
  random = new Random(seed)
  driver = new StatementLog(await openMemoryDriver())
  store = await openStore(driver)
  const panda = new Author(1)
  const define = async (name: string, fields: Record<string, string>): Promise<Schema> => {
    const { items, schemaId } = defineSchema(panda, name, fields)
    await publishAll(store, items)
    const schema = (await store.schema(schemaId)) as Schema
    schemas.set(schemaId, schema)
    return schema
  }
  leaf = await define('leaf', { a: 'int', b: 'float', c: 'str', d: 'bytes', e: 'bool' })
  lonely = await define('lonely', { a: 'int' })
  branch = await define('branch', {
    name: 'str',
    one: `relation(${leaf.id})`,
    many: `relation_list(${leaf.id})`,
    pinned: `pinned_relation(${leaf.id})`,
    pins: `pinned_relation_list(${leaf.id})`,
  })
  tree = await define('tree', {
    height: 'int',
    one: `relation(${branch.id})`,
    many: `relation_list(${branch.id})`,
    pinned: `pinned_relation(${branch.id})`,
    pins: `pinned_relation_list(${branch.id})`,
    nobody: `relation_list(${lonely.id})`,
  })
  await fill(leaf, LEAVES)
  await fill(branch, BRANCHES)
  await fill(tree, TREES)
}

async function fill(schema: Schema, length: number): Promise<void> {
  const items: SignedItem[] = []
  for (let number = 0; number < length; number += 1) {
    const author = random.pick(AUTHORS)
    const values = (): Values => Object.fromEntries([...schema.fields].map(([name, type]) => [name, randomValue(type)]))
    const create = author.create(schema.id, values())
    items.push(create)
    let viewId = create.viewId
    if (random.chance(0.3)) {
      const update = author.update(create.documentId, schema.id, viewId, values())
      viewId = update.viewId
      items.push(update)
    }
    if (random.chance(0.15)) items.push(author.delete(create.documentId, schema.id, viewId))
  }
  await publishAll(store, items)
  const ids = [...new Set(items.map(({ documentId }) => documentId))]
  documents.set(
    schema.id,
    (await store.documents(ids)).filter((document) => document !== undefined),
  )
}

/** Documents that are deleted or were never there are named as well as those that are. */
function randomValue(field: FieldType): OperationValue {
  const { type } = field
  const known = 'schemaId' in field ? (documents.get(field.schemaId) ?? []) : []
  const absent = `0020${'ab'.repeat(32)}`
  const id = () => (known.length === 0 || random.chance(0.1) ? absent : random.pick(known).id) as DocumentId
  const view = () => (known.length === 0 || random.chance(0.1) ? absent : random.pick(known).viewId) as DocumentViewId
  const many = <Item>(item: () => Item): Item[] => Array.from({ length: random.integer(6) }, item)
  switch (type) {
    case 'bool':
      return { type, value: random.chance(0.5) }
    case 'int':
      return { type, value: random.pick(INTS) }
    case 'float':
      return { type, value: random.pick(FLOATS) }
    case 'str':
      return { type, value: random.pick(TEXTS) }
    case 'bytes':
      return { type, value: random.pick(BYTES) }
    case 'relation':
      return { type, value: id() }
    case 'pinned_relation':
      return { type, value: view() }
    case 'relation_list': {
      // One that is absent and one named twice are in nearly every list.
      const living = known.find(({ deleted }) => !deleted)?.id
      const named = living === undefined ? [] : [absent as DocumentId, living, living]
      return { type, value: random.chance(0.2) ? [] : [...named, ...many(id)] }
    }
    case 'pinned_relation_list':
      return { type, value: many(view) }
  }
}

function randomInput(schema: Schema, depth: number, isSingle = false): QueryInput {
  const input: Record<string, unknown> = {}
  if (random.chance(0.4)) input.where = randomWhere(schema)
  if (!isSingle && random.chance(0.5)) {
    const sortable = [...schema.fields].filter(([, { type }]) => !isListType(type)).map(([name]) => name)
    input.orderBy = random.some([...sortable, '$owner', '$edited'], 2).map((field) => ({
      [field]: random.pick(['asc', 'desc']),
    }))
  }
  if (!isSingle && random.chance(0.5)) input[random.pick(['first', 'last'])] = 1 + random.integer(4)
  if (!isSingle && random.chance(0.3)) input.count = true
  const relations = [...schema.fields].filter(([, type]) => 'schemaId' in type)
  if (depth > 0 && relations.length > 0) {
    input.include = Object.fromEntries(
      random.some(relations, 3).map(([name, type]) => {
        const target = 'schemaId' in type ? schemas.get(type.schemaId) : undefined
        if (!target || random.chance(0.2)) return [name, true]
        return [name, randomInput(target, depth - 1, !isListType(type.type))]
      }),
    )
  }
  return input
}

function randomWhere(schema: Schema): Record<string, unknown> {
  if (random.chance(0.1)) return { $deleted: random.chance(0.5) }
  if (random.chance(0.2)) return { $not: { $edited: true } }
  if (schema === leaf) {
    return random.pick([
      { a: { gt: random.pick(INTS) } },
      { b: { gte: random.pick(FLOATS) } },
      // Texts that are looked for have a limit in all.
      { c: { contains: random.pick(TEXTS).slice(0, 40) } },
      { d: { in: BYTES.slice(1) } },
      { e: true },
    ])
  }
  if (schema === lonely) return { a: 0 }
  return schema === branch ? { name: { lt: random.pick(TEXTS) } } : { height: { lte: random.pick(INTS) } }
}

function showValue(_: string, value: unknown): unknown {
  if (typeof value === 'bigint' || Number.isNaN(value)) return `${value}`
  return value instanceof Uint8Array ? [...value] : value
}

describe.each(seeds())('included relations (seed %d)', (seed) => {
  beforeAll(() => fillStore(seed))
  afterAll(() => store.close())

  test('come with their rows, every value as it is, in one statement', async () => {
    const all = { one: true, many: true, pinned: true, pins: true }
    await expectSame({ include: all }, branch)
    await expectSame({ include: { ...all, nobody: true } }, tree)
    await expectSame({ include: { one: { include: all }, pins: { include: all } } }, tree)
  })

  test('come in the order of their list as often as it names them, without what is deleted or absent', async () => {
    const { documents: rows } = await run(ask({ include: { many: true } }, branch))
    let skipped = 0
    let repeated = 0
    for (const row of rows) {
      const named = row.fields.get('many')?.value as DocumentId[]
      const there = named.filter((id) => documents.get(leaf.id)?.some((one) => one.id === id && !one.deleted))
      expect(row.related?.get('many')?.documents.map(({ id }) => id)).toEqual(there)
      skipped += named.length - there.length
      repeated += there.length - new Set(there).size
    }
    // Else this test says nothing.
    expect(skipped).toBeGreaterThan(0)
    expect(repeated).toBeGreaterThan(0)
  })

  test('of deleted rows are none, unless their filter asks for deleted ones', async () => {
    await expectSame({ where: { $deleted: true }, include: { one: true, many: true } }, tree)
    await expectSame({ include: { many: { where: { $deleted: { in: [true, false] } } } } }, tree)
  })

  test('random trees of queries give what loops over everything give', async () => {
    const hasBoth = (): boolean => guarded.small > 0 && guarded.large > 0
    // Without both it says nothing of large texts, or of small ones: few seeds need more rounds for that.
    for (let round = 0; round < QUERIES || (!hasBoth() && round < 10 * QUERIES); round += 1) {
      const schema = random.pick([tree, tree, branch])
      await expectSame(randomInput(schema, 3), schema)
    }
    expect(hasBoth()).toBe(true)
  })

  test('of a list can be paged through, both ways, its own order or another', async () => {
    for (const orderBy of [undefined, ['a'], [{ b: 'desc' }, 'c'], '$signer']) {
      const list = (page: object) => ({ include: { many: { orderBy, page: true, count: true, ...page } } })
      for (const row of (await run(ask(list({}), branch))).documents) {
        const whole = row.related?.get('many')?.documents ?? []
        for (const way of ['first', 'last'] as const) {
          const seen: Document[] = []
          let cursor: string | undefined
          for (let more = true; more; ) {
            const query = ask(
              { where: { $id: row.id }, ...list({ [way]: 2, [way === 'first' ? 'after' : 'before']: cursor }) },
              branch,
            )
            const page = (await run(query)).documents[0]?.related?.get('many') as DocumentPage
            expect(page.count).toBe(whole.length)
            const order = query.include?.[0]?.query.order ?? []
            if (way === 'first') {
              expect(page.hasPreviousPage).toBe(seen.length > 0)
              seen.push(...page.documents)
              more = page.hasNextPage
              cursor = page.end && encodeCursor(order, page.end)
            } else {
              expect(page.hasNextPage).toBe(seen.length > 0)
              seen.unshift(...page.documents)
              more = page.hasPreviousPage
              cursor = page.start && encodeCursor(order, page.start)
            }
          }
          expect(seen).toEqual(whole)
        }
      }
    }
  })
})
