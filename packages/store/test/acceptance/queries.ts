import {
  type DocumentId,
  type DocumentViewId,
  decodeCursor,
  encodeCursor,
  evaluateFilter,
  type FieldType,
  hash,
  META_FIELDS,
  type OperationValue,
  parseQuery,
  type Query,
  type QueryInput,
  queryFieldType,
  queryRules,
  readDocument,
  type Schema,
  type Where,
} from '@rakko/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { rounds, seeds } from '../../../../.config/testing/seeds.js'
import type { Document, Store } from '../../src/store.js'
import { Author, type SignedItem, type Values } from '../support/author.js'
import { defineSchema } from '../support/definitions.js'
import { evaluateQuery, forgetFields } from '../support/evaluate-query.js'
import { naiveQuery } from '../support/naive-query.js'
import { publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

const DOCUMENTS = 90
const QUERIES = rounds(40, 75)

const ID = (number: number) => hash(Uint8Array.of(number)) as DocumentId
const VIEWS = [ID(1), ID(2), [ID(1), ID(2)].sort().join('_')] as string[] as DocumentViewId[]

/** Few values of each type, so that ties are many, and each an edge of its type. */
const POOLS: { readonly [Type in FieldType['type']]: readonly Extract<OperationValue, { type: Type }>['value'][] } = {
  bool: [true, false],
  int: [0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)],
  float: [0, -0, 0.1, -1.5, Number.NaN, Infinity, -Infinity, 5e-324],
  str: ['', 'a', 'ab', 'aB', 'b', 'ä', '\0', '\u0001', '\u0002x', 'a\0b', '\u{10000}', '\uffff', "'; --", '%', '\\'],
  bytes: [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(0, 1), Uint8Array.of(255)],
  relation: [ID(1), ID(2), ID(3)],
  relation_list: [[], [ID(1)], [ID(2), ID(1), ID(2)]],
  pinned_relation: VIEWS,
  pinned_relation_list: [[], [VIEWS[2] as DocumentViewId], VIEWS],
}

/** A store's results against a filter and a sort over everything. */
export function queriesAcceptance(harness: StoreHarness): void {
  describe.each(seeds())('queries (seed %d)', (seed) => {
    let store: Store
    let schema: Schema
    let documents: Document[]
    const random = new Random(seed)

    beforeAll(async () => {
      store = await harness.open()
      const panda = new Author(1)
      const types = Object.keys(POOLS) as FieldType['type'][]
      const target = defineSchema(panda, 'target', { name: 'str' })
      const fields = types.map((type) => [
        `a_${type}`,
        type.includes('relation') ? `${type}(${target.schemaId})` : type,
      ])
      const definition = defineSchema(panda, 'everything', Object.fromEntries(fields))
      await publishAll(store, [...target.items, ...definition.items])
      schema = (await store.schema(definition.schemaId)) as Schema
      const items = randomDocuments(random, schema)
      await publishAll(store, items)
      const ids = [...new Set(items.map(({ documentId }) => documentId))]
      documents = (await store.documents(ids)).filter((document) => document !== undefined)
      expect(documents).toHaveLength(ids.length)
    })

    const ask = (input: QueryInput): Query => parseQuery(input, schema)
    const expectSame = async (input: QueryInput) => {
      const query = ask(input)
      const expected = naiveQuery(documents, query)
      const page = await store.query(query)
      expect(page.documents, JSON.stringify(input, showValue)).toEqual(expected.slice(0, query.first))
      expect(page.hasNextPage).toBe(expected.length > query.first)
      expect(await store.count(query)).toBe(expected.length)
      expectEvaluated(input, query, expected)
    }

    /** Core's evaluation gives the same, and of documents that are half known nothing else. */
    function expectEvaluated(input: QueryInput, query: Query, expected: readonly Document[]): void {
      const isAsked = (document: Document) => expected.includes(document) || !document.deleted
      const evaluated = evaluateQuery(documents.filter(isAsked), query, schema)
      expect(evaluated, JSON.stringify(input, showValue)).toEqual(expected)
      for (const document of random.some(documents.filter(isAsked), 10)) {
        const known = evaluateFilter(query.filter, readDocument(forgetFields(document, () => random.chance(0.5))))
        expect(known ?? expected.includes(document), JSON.stringify(input, showValue)).toBe(expected.includes(document))
      }
    }

    test('give every document of the schema in order of ids, deleted ones left out', async () => {
      await expectSame({})
      expect(documents.some(({ deleted }) => deleted)).toBe(true)
    })

    test('show deleted documents where the filter speaks of them', async () => {
      await expectSame({ where: { $deleted: { eq: true } } })
      await expectSame({ where: { $or: [{ $deleted: { in: [true, false] } }] }, orderBy: 'a_int' })
      await expectSame({ where: { $not: { $deleted: { eq: true } } } })
    })

    test('nothing is true of a deleted document’s field, not even that it is none of no values', async () => {
      for (const field of schema.fields.keys()) {
        for (const condition of [{ in: [] }, { notIn: [] }]) {
          if (!(queryRules(queryFieldType(schema, field, field)).operators as readonly string[]).includes('in'))
            continue
          const where = { $deleted: { in: [true, false] }, [field]: condition }
          await expectSame({ where })
          await expectSame({ where: { $not: where } })
        }
      }
    })

    test('sort by each field and meta field, both ways, and page through all of it', async () => {
      const sortable = [...schema.fields].filter(([, { type }]) => !type.endsWith('list')).map(([name]) => name)
      for (const field of [...sortable, ...META_FIELDS]) {
        for (const direction of ['asc', 'desc'] as const) {
          await expectPages({ orderBy: [{ [field]: direction }], first: 7 })
          await expectPages({
            where: { $deleted: { in: [true, false] } },
            orderBy: [{ [field]: direction }],
            first: 20,
          })
        }
      }
    })

    test('each operator of each type gives what a loop over all documents gives', async () => {
      for (const field of [...schema.fields.keys(), ...META_FIELDS]) {
        for (const operator of queryRules(queryFieldType(schema, field, field)).operators) {
          for (let round = 0; round < 3; round += 1) {
            await expectSame({ where: { [field]: { [operator]: operand(field, operator) } }, orderBy: 'a_str' })
          }
        }
      }
    })

    test('random filters, orders and page lengths', async () => {
      for (let round = 0; round < QUERIES; round += 1) {
        const input = { where: randomWhere(3), orderBy: randomOrder(), first: 1 + random.integer(30) }
        await (round % 5 === 0 ? expectPages(input) : expectSame(input))
      }
    })

    test('an empty set is in nothing and out of nothing', async () => {
      expect(await store.count(ask({ where: { a_str: { in: [] } } }))).toBe(0)
      expect(await store.count(ask({ where: { a_str: { notIn: [] } } }))).toBe(
        documents.filter(({ deleted }) => !deleted).length,
      )
    })

    test('a schema without documents gives an empty page', async () => {
      const empty = defineSchema(new Author(5), 'empty', { name: 'str' })
      await publishAll(store, empty.items)
      const query = parseQuery({ where: { name: { eq: 'x' } } }, (await store.schema(empty.schemaId)) as Schema)
      expect(await store.query(query)).toEqual({ documents: [], hasNextPage: false, hasPreviousPage: false })
      expect(await store.count(query)).toBe(0)
    })

    /** Follows the cursors to the end: no document is missing, none comes twice. */
    async function expectPages(input: QueryInput): Promise<void> {
      const all: Document[] = []
      let query = ask(input)
      for (;;) {
        const page = await store.query(query)
        all.push(...page.documents)
        // Pages that never end are wrong by then, whatever they hold.
        if (!page.hasNextPage || all.length > documents.length) break
        const cursor = encodeCursor(query.order, page.end ?? [])
        query = { ...query, after: decodeCursor(cursor, query.order, schema) }
      }
      expect(
        all.map(({ id }) => id),
        JSON.stringify(input, showValue),
      ).toEqual(naiveQuery(documents, ask(input)).map(({ id }) => id))
    }

    function operand(field: string, operator: string): unknown {
      const isSet = operator === 'in' || operator === 'notIn'
      return isSet ? Array.from({ length: random.integer(4) }, () => someValue(field)) : someValue(field)
    }

    function someValue(field: string): unknown {
      const { id, viewId, owner, signer, edited, deleted } = random.pick(documents)
      const meta: Record<string, unknown> = {
        $id: id,
        $viewId: viewId,
        $owner: owner,
        $signer: signer,
        $edited: edited,
        $deleted: deleted,
      }
      if (field in meta) return meta[field]
      const { type } = schema.fields.get(field) as FieldType
      if (type === 'relation_list') return random.pick(POOLS.relation)
      return type === 'pinned_relation_list' ? random.pick(VIEWS) : random.pick<unknown>(POOLS[type])
    }

    function randomWhere(depth: number): Where {
      const kind = random.integer(depth > 0 ? 6 : 3)
      if (kind === 3) return { $and: [randomWhere(depth - 1), randomWhere(depth - 1)] }
      if (kind === 4) return { $or: [randomWhere(depth - 1), randomWhere(depth - 1)] }
      if (kind === 5) return { $not: randomWhere(depth - 1) }
      const field = random.pick([...schema.fields.keys(), ...META_FIELDS])
      const operator = random.pick(queryRules(queryFieldType(schema, field, field)).operators)
      return { [field]: { [operator]: operand(field, operator) } }
    }

    function randomOrder(): unknown[] {
      const sortable = [...schema.fields].filter(([, { type }]) => !type.endsWith('list')).map(([name]) => name)
      const fields = random.some([...sortable, '$owner', '$edited', '$viewId'], 3)
      return fields.map((field) => ({ [field]: random.pick(['asc', 'desc']) }))
    }
  })
}

/** By two authors; some edited, some deleted, some merged. */
function randomDocuments(random: Random, { id: schemaId, fields }: Schema): SignedItem[] {
  const authors = [new Author(1001), new Author(1002)]
  const items: SignedItem[] = []
  for (let number = 0; number < DOCUMENTS; number += 1) {
    const all = Object.fromEntries([...fields].map(([name, { type }]) => [name, randomValue(random, type)]))
    const create = random.pick(authors).create(schemaId, all)
    items.push(create)
    const { documentId } = create
    if (random.chance(0.3)) {
      const some: Values = Object.fromEntries(random.some(Object.entries(all), 4))
      items.push(random.pick(authors).update(documentId, schemaId, create.viewId, some))
      if (random.chance(0.3)) items.push(random.pick(authors).update(documentId, schemaId, create.viewId, some))
    }
    if (random.chance(0.15)) items.push(random.pick(authors).delete(documentId, schemaId, create.viewId))
  }
  return items
}

function randomValue(random: Random, type: FieldType['type']): OperationValue {
  return { type, value: random.pick<unknown>(POOLS[type]) } as OperationValue
}

function showValue(_: string, value: unknown): unknown {
  if (typeof value === 'bigint' || Number.isNaN(value)) return `${value}`
  return value instanceof Uint8Array ? [...value] : value
}
