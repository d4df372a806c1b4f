import { describe, expect, it } from 'vitest'
import type { DocumentViewId } from '../../src/ids.js'
import type { OperationValue } from '../../src/operation/operation.js'
import { type DefinitionView, schemaFromViews } from '../../src/schema/schema-from-views.js'
import { codeOf } from '../rakko-error-of.js'

const viewId = (number: number) => `0020${number.toString(16).padStart(64, '0')}` as DocumentViewId
const str = (value: string): OperationValue => ({ type: 'str', value })

function definition(changes: Record<string, OperationValue> = {}, pinned = [1, 2]): DefinitionView {
  const fields: OperationValue = { type: 'pinned_relation_list', value: pinned.map(viewId) }
  const values = { name: str('venue'), description: str('A place'), fields, ...changes }
  return { viewId: viewId(99), fields: new Map(Object.entries(values)) }
}

function field(number: number, name: string, type = 'str', more: Record<string, OperationValue> = {}): DefinitionView {
  return { viewId: viewId(number), fields: new Map(Object.entries({ name: str(name), type: str(type), ...more })) }
}

const NAME = field(1, 'name')
const CAPACITY = field(2, 'capacity', 'int')

describe('a schema from its views', () => {
  it('has its fields in ascending order and the view id of its definition in its own', () => {
    const schema = schemaFromViews(definition(), [NAME, CAPACITY])
    expect(schema).toEqual({
      id: `venue_${viewId(99)}`,
      name: 'venue',
      description: 'A place',
      fields: new Map([
        ['capacity', { type: 'int' }],
        ['name', { type: 'str' }],
      ]),
    })
    expect([...schema.fields.keys()]).toEqual(['capacity', 'name'])
  })

  it('takes the field views in any order', () => {
    expect(schemaFromViews(definition(), [CAPACITY, NAME])).toEqual(schemaFromViews(definition(), [NAME, CAPACITY]))
  })

  it('takes the last of two fields with one name, unless they are neighbours', () => {
    const twice = schemaFromViews(definition({}, [1, 2, 3]), [NAME, CAPACITY, field(3, 'name', 'bytes')])
    expect(twice.fields.get('name')).toEqual({ type: 'bytes' })
    const neighbours = [CAPACITY, NAME, field(3, 'name', 'bytes')]
    expect(codeOf(() => schemaFromViews(definition({}, [2, 1, 3]), neighbours))).toBe('INVALID_SCHEMA')
  })

  const names = Array.from({ length: 1025 }, (_, i) => i + 1)
  const many = names.map((i) => field(i, `f${i}`))

  it('holds 1024 fields', () => {
    expect(schemaFromViews(definition({}, names.slice(0, 1024)), many.slice(0, 1024)).fields.size).toBe(1024)
  })

  it.each<[string, DefinitionView, DefinitionView[], string]>([
    ['a pinned view missing', definition(), [NAME], 'INVALID_SCHEMA'],
    ['a view that is not pinned', definition({}, [1]), [NAME, CAPACITY], 'INVALID_SCHEMA'],
    ['no field', definition({}, []), [], 'INVALID_SCHEMA'],
    ['1025 fields', definition({}, names), many, 'INVALID_SCHEMA'],
    ['a definition of four fields', definition({ more: str('') }), [NAME, CAPACITY], 'INVALID_SCHEMA'],
    [
      'a field definition of three fields',
      definition({}, [1]),
      [field(1, 'a', 'int', { x: str('') })],
      'INVALID_SCHEMA',
    ],
    ['a name of another type', definition({ name: { type: 'int', value: 1n } }), [NAME, CAPACITY], 'INVALID_SCHEMA'],
    ['a fields of another type', definition({ fields: str('') }), [], 'INVALID_SCHEMA'],
    ['a wrong name', definition({ name: str('v_') }), [NAME, CAPACITY], 'INVALID_SCHEMA'],
    ['a long description', definition({ description: str('x'.repeat(257)) }), [NAME, CAPACITY], 'INVALID_SCHEMA'],
    ['a wrong field name', definition({}, [1]), [field(1, '1')], 'INVALID_SCHEMA'],
    ['a type that is none', definition({}, [1]), [field(1, 'a', 'foo(blob_v1)')], 'INVALID_FIELD_TYPE'],
    ['a relation to nowhere', definition({}, [1]), [field(1, 'a', 'relation(blob)')], 'INVALID_SCHEMA_ID'],
  ])('is refused with %s', (_, view, fields, code) => {
    expect(codeOf(() => schemaFromViews(view, fields))).toBe(code)
  })
})
