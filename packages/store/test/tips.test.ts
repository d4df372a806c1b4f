import {
  type DocumentViewId,
  documentViewIdFromTips,
  type Operation,
  type OperationId,
  SCHEMA_FIELD_DEFINITION,
} from '@rakko/core'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../.config/testing/random.js'
import { seeds } from '../../../.config/testing/seeds.js'
import { Tips, viewsAfter } from '../src/transaction/tips.js'

type Following = Parameters<Tips['follow']>[0]

const id = (number: number): OperationId => `0020${number.toString(16).padStart(64, '0')}` as OperationId

function following(number: number, previous: readonly OperationId[]): Following {
  const operation: Operation = {
    action: 'update',
    schemaId: SCHEMA_FIELD_DEFINITION,
    previous: documentViewIdFromTips(previous),
    fields: new Map(),
  }
  return { id: id(number), operation }
}

const CREATE = documentViewIdFromTips([id(0)])

/** Operations that each follow some of those before. */
function randomOperations(random: Random, count: number): Following[] {
  return Array.from({ length: count }, (_, index) => {
    const before = Array.from({ length: index + 1 }, (_, number) => id(number))
    return following(index + 1, [random.pick(before), ...random.some(before, 2)])
  })
}

/** As the specification says it: the operations that none of the others follows. */
function tipsOf(operations: readonly Following[]): DocumentViewId {
  const followed = new Set(operations.flatMap(({ operation }) => operation.previous?.split('_') ?? []))
  return documentViewIdFromTips([id(0), ...operations.map((one) => one.id)].filter((one) => !followed.has(one)))
}

describe('tips', () => {
  test.each(seeds())('are the operations that nothing follows (seed %d)', (seed) => {
    const operations = randomOperations(new Random(seed), 40)
    const tips = new Tips(CREATE)
    for (const [index, operation] of operations.entries()) {
      tips.follow(operation)
      expect(tips.viewId).toBe(tipsOf(operations.slice(0, index + 1)))
    }
  })

  test.each(seeds())('tell every view that a document had, the latest first (seed %d)', (seed) => {
    const operations = randomOperations(new Random(seed), 40)
    const views = operations.map((_, index) => tipsOf(operations.slice(0, index + 1))).reverse()
    expect(viewsAfter(CREATE, operations)).toEqual(views)
    const create: Following = { id: id(0), operation: { action: 'create', schemaId: SCHEMA_FIELD_DEFINITION } }
    expect(viewsAfter(undefined, [create, ...operations])).toEqual([...views, CREATE])
  })

  test('of fourteen thousand concurrent updates take no more than their ids, and their views a few megabytes', () => {
    const operations = Array.from({ length: 14_000 }, (_, index) => following(index + 1, [id(0)]))
    const views = viewsAfter(CREATE, operations)
    expect(views[0]).toBe(documentViewIdFromTips(operations.map((one) => one.id)))
    expect(views.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(2 * 1024 * 1024)
  })
})
