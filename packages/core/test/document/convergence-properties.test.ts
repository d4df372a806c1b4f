import { describe, expect, it } from 'vitest'
import { randomNumbers } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import { operationIdsOf } from '../../src/document/document-view-id.js'
import { applyUpdate, type DocumentOperation, type ReducedDocument, reduce } from '../../src/document/reduce.js'
import type { OperationId } from '../../src/ids.js'
import { idOf, operationOf } from './document-samples.js'

const DOCUMENTS = 1000
const MAX_OPERATIONS = 14
const FIELDS = ['a', 'b', 'c']

/**
 * A document as hostile as publishing allows. Operations follow any earlier ones, so there are branches, merges,
 * ancestors beside their descendants and DELETEs beside anything. Ids, which decide the order, are random.
 */
function randomDocument(random: () => number): DocumentOperation[] {
  const below = (limit: number) => Math.floor(random() * limit)
  const ids: OperationId[] = []
  const operations: DocumentOperation[] = []
  const length = 1 + below(MAX_OPERATIONS)
  while (operations.length < length) {
    const id = idOf(2 * below(2 ** 40))
    if (ids.includes(id)) continue
    const author = random() < 0.5 ? 'aa'.repeat(32) : 'bb'.repeat(32)
    const chosen = FIELDS.filter(() => operations.length === 0 || random() < 0.4)
    const fields = Object.fromEntries(chosen.map((name) => [name, `${operations.length}`]))
    const previous = [...new Set(Array.from({ length: 1 + below(3) }, () => ids[below(ids.length)]))]
    const action = operations.length === 0 ? 'create' : random() < 0.05 ? 'delete' : 'update'
    operations.push(operationOf({ id, action, previous: previous as OperationId[], fields, author }))
    ids.push(id)
  }
  return operations
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

/** Operations one by one, each after those it follows, otherwise at random; views kept as a store keeps them. */
function replicate(operations: readonly DocumentOperation[], random: () => number): ReducedDocument {
  const arrived: DocumentOperation[] = []
  let document: ReducedDocument | undefined
  let waiting = shuffled(operations, random)
  while (waiting.length > 0) {
    const has = (id: string) => arrived.some((operation) => operation.id === id)
    const next = waiting.find(({ operation }) => (operation.previous?.split('_') ?? []).every(has))
    if (!next) throw new Error('the document holds an operation that follows nothing')
    waiting = shuffled(
      waiting.filter((operation) => operation !== next),
      random,
    )
    arrived.push(next)
    document = (document && applyUpdate(document, next)) ?? reduce(arrived)
  }
  if (!document) throw new Error('a document has one operation at least')
  return document
}

describe.each(seeds())('a document of random operations (seed %d)', (seed) => {
  it('is the same in whatever order its operations are given', () => {
    const random = randomNumbers(seed)
    for (let i = 0; i < DOCUMENTS; i++) {
      const operations = randomDocument(random)
      expect(reduce(shuffled(operations, random)), `document ${i}`).toEqual(reduce(operations))
    }
  })

  it('reads as it was last written where the writer follows what there is to follow', () => {
    const random = randomNumbers(seed + 2)
    for (let i = 0; i < DOCUMENTS; i++) {
      const operations = randomDocument(random).filter(({ operation }) => operation.action !== 'delete')
      const known = new Set(operations.map(({ id }) => id as string))
      const whole = operations.every(
        ({ operation }) => operation.previous?.split('_').every((id) => known.has(id)) ?? true,
      )
      if (!whole) continue
      const id = idOf(2 * Math.floor(random() * 2 ** 40) + 1)
      const previous = operationIdsOf(reduce(operations).follow)
      const update = operationOf({ id, action: 'update', previous, fields: { a: 'written' } })
      expect(reduce([...operations, update]), `document ${i}`).toMatchObject({ viewId: id, follow: id })
      expect(reduce([...operations, update]).fields.get('a')?.operationId, `document ${i}`).toBe(id)
    }
  })

  it('is the same on replicas that receive its operations in different causal orders and apply what they can', () => {
    const random = randomNumbers(seed + 1)
    for (let i = 0; i < DOCUMENTS; i++) {
      const operations = randomDocument(random)
      const expected = reduce(operations)
      expect(replicate(operations, random), `document ${i}`).toEqual(expected)
      expect(replicate(operations, random), `document ${i}`).toEqual(expected)
    }
  })
})
