import {
  type DocumentViewId,
  decodeOperation,
  encodeOperation,
  type FieldType,
  type Operation,
  RakkoError,
  type Schema,
  type SchemaId,
  validateOperation,
} from '@rakko/core'
import { describe, expect, test } from 'vitest'
import { fieldValues } from '../src/sign/field-values.js'

const ID = `0020${'ab'.repeat(32)}`
const OTHER_ID = `0020${'cd'.repeat(32)}`
const TARGET = 'blob_v1' as SchemaId

const FIELDS: readonly [string, FieldType][] = [
  ['a_bool', { type: 'bool' }],
  ['b_int', { type: 'int' }],
  ['c_float', { type: 'float' }],
  ['d_str', { type: 'str' }],
  ['e_bytes', { type: 'bytes' }],
  ['f_relation', { type: 'relation', schemaId: TARGET }],
  ['g_relations', { type: 'relation_list', schemaId: TARGET }],
  ['h_pinned', { type: 'pinned_relation', schemaId: TARGET }],
  ['i_pinned_list', { type: 'pinned_relation_list', schemaId: TARGET }],
]

const schema: Schema = {
  id: `thing_${ID}` as SchemaId,
  name: 'thing',
  description: '',
  fields: new Map(FIELDS),
}

const good = {
  a_bool: false,
  b_int: 42,
  c_float: Number.NaN,
  d_str: 'nul \u0000 and 🦦',
  e_bytes: new Uint8Array([0, 255]),
  f_relation: ID,
  g_relations: [OTHER_ID, ID, ID],
  h_pinned: `${ID}_${OTHER_ID}`,
  i_pinned_list: [ID, `${ID}_${OTHER_ID}`],
}

function refusal(fields: unknown, action: 'create' | 'update' = 'update'): unknown {
  try {
    fieldValues(schema, fields, action)
  } catch (error) {
    if (error instanceof RakkoError) return { code: error.code, ...error.details }
    throw error
  }
  return undefined
}

describe('fieldValues', () => {
  test.each([
    ['all of them', good],
    [
      'those at the ends of their ranges',
      { a_bool: true, b_int: -(2n ** 63n), c_float: -0, d_str: '', i_pinned_list: [] },
    ],
    ['empty lists', { e_bytes: new Uint8Array(), g_relations: [], c_float: Number.NEGATIVE_INFINITY }],
  ])('makes the values that their bytes are decoded to: %s', (_which, fields) => {
    const previous = ID as string as DocumentViewId
    const values = fieldValues(schema, fields, 'update')
    const operation: Operation = { action: 'update', schemaId: schema.id, previous, fields: values }
    const decoded = validateOperation(decodeOperation(encodeOperation(operation)), schema)
    expect(validateOperation(operation, schema)).toEqual(decoded)
    expect([...(decoded.fields ?? [])]).toEqual([...values])
  })

  test('types every kind of value by its schema, in the order of the schema', () => {
    const shuffled = Object.fromEntries(Object.entries(good).reverse())
    expect([...fieldValues(schema, shuffled, 'create')]).toEqual([
      ['a_bool', { type: 'bool', value: false }],
      ['b_int', { type: 'int', value: 42n }],
      ['c_float', { type: 'float', value: Number.NaN }],
      ['d_str', { type: 'str', value: good.d_str }],
      ['e_bytes', { type: 'bytes', value: good.e_bytes }],
      ['f_relation', { type: 'relation', value: ID }],
      ['g_relations', { type: 'relation_list', value: [OTHER_ID, ID, ID] }],
      ['h_pinned', { type: 'pinned_relation', value: good.h_pinned }],
      ['i_pinned_list', { type: 'pinned_relation_list', value: good.i_pinned_list }],
    ])
  })

  test('takes the extremes of an int as bigints and those of a float as they are', () => {
    const ints = [2n ** 63n - 1n, -(2n ** 63n), Number.MAX_SAFE_INTEGER, -0]
    expect(ints.map((b_int) => fieldValues(schema, { b_int }, 'update').get('b_int')?.value)).toEqual([
      2n ** 63n - 1n,
      -(2n ** 63n),
      2n ** 53n - 1n,
      0n,
    ])
    const floats = [-0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324]
    for (const c_float of floats) {
      expect(fieldValues(schema, { c_float }, 'update').get('c_float')).toEqual({ type: 'float', value: c_float })
    }
  })

  test('writes ids in lower case', () => {
    expect(fieldValues(schema, { f_relation: ID.toUpperCase() }, 'update').get('f_relation')?.value).toBe(ID)
  })

  test.each([
    ['a_bool', 1, 'true or false', '1'],
    ['b_int', 1.5, 'a safe integer, or a bigint of 64 bits', '1.5'],
    ['b_int', 2 ** 53, 'a safe integer, or a bigint of 64 bits', '9007199254740992'],
    ['b_int', 2n ** 63n, 'a safe integer, or a bigint of 64 bits', '9223372036854775808n'],
    ['b_int', '7', 'a safe integer, or a bigint of 64 bits', "'7'"],
    ['c_float', 1n, 'a number', '1n'],
    ['d_str', 5, 'text', '5'],
    ['d_str', 'ab\ud800c', 'well-formed Unicode text', 'a lone surrogate'],
    ['d_str', '\udc00\ud800', 'well-formed Unicode text', 'a lone surrogate'],
    ['d_str', null, 'text', 'null'],
    ['e_bytes', [1, 2], 'a Uint8Array', 'an array'],
    ['e_bytes', new Uint16Array(2), 'a Uint8Array', 'an instance of Uint16Array'],
    ['f_relation', 'cafe', 'a document id of 68 hexadecimal digits', "'cafe'"],
    ['f_relation', {}, 'a document id', 'an object'],
    ['g_relations', ID, 'an array of ids', `'${ID}'`],
    ['h_pinned', `${OTHER_ID}_${ID}`, 'a document view id: operation ids, ascending, joined by _', undefined],
  ])('refuses %s: %o', (field, value, expected, got) => {
    expect(refusal({ [field]: value })).toMatchObject({
      code: 'INVALID_FIELD',
      field,
      expected,
      ...(got !== undefined && { got }),
    })
  })

  test('names the element of a list that is wrong', () => {
    expect(refusal({ g_relations: [ID, 'x'] })).toMatchObject({ code: 'INVALID_FIELD', field: 'g_relations[1]' })
    const sparse = new Array(2).fill(ID, 1)
    expect(refusal({ i_pinned_list: sparse })).toMatchObject({ code: 'INVALID_FIELD', field: 'i_pinned_list[0]' })
  })

  test('refuses a field that the schema lacks, inherited names included', () => {
    expect(refusal({ nope: 1 })).toMatchObject({ code: 'UNEXPECTED_FIELD', field: 'nope' })
    expect(refusal({ $id: ID })).toMatchObject({ code: 'UNEXPECTED_FIELD', field: '$id' })
    expect(refusal({ constructor: 1 })).toMatchObject({ code: 'UNEXPECTED_FIELD', field: 'constructor' })
  })

  test('a CREATE names the first field that is missing; undefined is missing', () => {
    expect(refusal({ ...good, c_float: undefined }, 'create')).toEqual({
      code: 'MISSING_FIELD',
      field: 'c_float',
      expected: 'float',
      got: 'nothing',
    })
    expect(fieldValues(schema, { c_float: undefined }, 'update').size).toBe(0)
  })

  test.each([[undefined], [null], ['text'], [[1]], [new Uint8Array(1)]])('refuses %o instead of fields', (fields) => {
    expect(refusal(fields, 'create')).toMatchObject({ code: 'INVALID_FIELD', field: 'fields' })
  })
})
