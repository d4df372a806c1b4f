import { expect, expectTypeOf, test } from 'vitest'
import * as browser from '../src/browser.js'
import type { Collection, CreateOutcome, DocumentId, OpenNode, Row } from '../src/exports.js'
import * as inProcess from '../src/in-process.js'
import type * as declared from '../src/index.js'
import * as nodejs from '../src/nodejs.js'
import type { TestSchemas } from './acceptance/test-schemas.js'

test('the browser’s and Node’s entries export the same names, which are those declared', () => {
  expect(Object.keys(browser).sort()).toEqual(Object.keys(nodejs).sort())
  expect(Object.keys(inProcess)).toEqual(expect.arrayContaining(Object.keys(nodejs)))
  expectTypeOf<typeof browser>().toEqualTypeOf<typeof declared>()
  expectTypeOf<typeof nodejs>().toEqualTypeOf<typeof declared>()
  expectTypeOf(browser.openNode).toEqualTypeOf<OpenNode>()
})

test('a collection’s types are those of its schema', () => {
  type Venues = Collection<TestSchemas['venue']>
  expectTypeOf<Row<TestSchemas['venue']>['capacity']>().toEqualTypeOf<number>()
  expectTypeOf<Row<TestSchemas['thing']>['exact']>().toEqualTypeOf<bigint>()
  expectTypeOf<Awaited<ReturnType<Venues['create']>>>().toEqualTypeOf<DocumentId>()
  expectTypeOf<Awaited<ReturnType<Venues['createMany']>>>().toEqualTypeOf<CreateOutcome[]>()

  const wrong = (venues: Venues): unknown[] => [
    // @ts-expect-error a field that is missing
    venues.create({ name: 'x' }),
    // @ts-expect-error a field of another type
    venues.create({ name: 'x', capacity: 'many' }),
    // @ts-expect-error a field that the schema lacks
    venues.update('id', { colour: 'red' }),
    // @ts-expect-error a filter on a field that the schema lacks
    venues.find({ where: { colour: 'red' } }),
    // @ts-expect-error an operator of another type
    venues.find({ where: { capacity: { contains: 'x' } } }),
    // @ts-expect-error an order by a field that the schema lacks
    venues.find({ orderBy: 'colour' }),
  ]
  expect(wrong).toBeTypeOf('function')
})
