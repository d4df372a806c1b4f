import { expect, it } from 'vitest'
import { bindSchemas } from '../../src/schema/bind-schemas.js'
import { defineSchemas } from '../../src/schema/define-schemas.js'
import {
  int,
  MAX_INDEX_FIELDS,
  MAX_INDEXES,
  relation,
  relationList,
  type SchemaDefinitions,
  str,
} from '../../src/schema/definition.js'
import { rakkoErrorOf } from '../rakko-error-of.js'

const FIELDS = { name: str(), starts: int(), venue: relation('event'), more: relationList('event') }
const define = (...indexes: string[][]) =>
  rakkoErrorOf(() => defineSchemas({ venue: { description: '', fields: { ...FIELDS }, indexes } } as SchemaDefinitions))

it('keeps the indexes that a schema declares', () => {
  const definitions = defineSchemas({
    event: {
      description: '',
      fields: { name: str(), starts: int() },
      indexes: [['starts'], ['name', 'starts']],
    },
    venue: { description: '', fields: { event: relation('event') } },
  })
  const { event, venue } = bindSchemas(definitions, { event: 'event_00', venue: 'venue_00' }, [])
  expect(event.indexes).toEqual([['starts'], ['name', 'starts']])
  expect(venue.indexes).toBeUndefined()
  expect(venue.schemas?.event).toEqual(event)
})

it('refuses, when it is compiled, an index on a field that is not there', () => {
  // @ts-expect-error: there is no field `nobody`
  const make = () => defineSchemas({ event: { description: '', fields: { name: str() }, indexes: [['nobody']] } })
  expect(rakkoErrorOf(make).code).toBe('INVALID_SCHEMA')
})

it.each([
  ['no field', [[]]],
  ['a field twice', [['name', 'name']]],
  ['a field that is not there', [['nobody']]],
  ['a list', [['name', 'more']]],
  ['too many fields', [Array.from({ length: MAX_INDEX_FIELDS + 1 }, (_, i) => `f${i}`)]],
  ['too many indexes', Array.from({ length: MAX_INDEXES + 1 }, () => ['name'])],
])('refuses an index of %s', (_, indexes) => {
  expect(define(...indexes)).toMatchObject({
    code: 'INVALID_SCHEMA',
    details: { field: expect.stringMatching(/^venue\.indexes/) },
  })
})
