import { describe, expect, it } from 'vitest'
import type { DocumentViewId, OperationId, SchemaId } from '../../src/ids.js'
import type { OperationValue, PlainOperation, PlainValue } from '../../src/operation/operation.js'
import type { FieldType, Schema } from '../../src/schema/schema.js'
import {
  BLOB,
  BLOB_PIECE,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  SYSTEM_SCHEMAS,
} from '../../src/schema/system-schemas.js'
import { validateOperation } from '../../src/schema/validate-operation.js'
import { codeOf, rakkoErrorOf } from '../rakko-error-of.js'

const SCHEMA_ID = `venue_0020${'c2'.repeat(32)}` as SchemaId
const ID = `0020${'11'.repeat(32)}` as OperationId
const VIEW_ID = ID as string as DocumentViewId
const LATER_ID = `0020${'22'.repeat(32)}` as OperationId

const VALUES: { readonly [Kind in PlainValue['kind']]: PlainValue & { kind: Kind } } = {
  bool: { kind: 'bool', value: true },
  int: { kind: 'int', value: 2n },
  float: { kind: 'float', value: 2 },
  str: { kind: 'str', value: '' },
  bytes: { kind: 'bytes', value: new Uint8Array(3) },
  'hash[]': { kind: 'hash[]', value: [ID, LATER_ID] },
  'hash[][]': { kind: 'hash[][]', value: [[ID]] },
}

function schemaOf(fields: Record<string, FieldType['type']>): Schema {
  const types = Object.entries(fields).map(([name, type]): [string, FieldType] => [
    name,
    type === 'relation' || type.includes('_') ? ({ type, schemaId: SCHEMA_ID } as FieldType) : ({ type } as FieldType),
  ])
  return { id: SCHEMA_ID, name: 'venue', description: '', fields: new Map(types) }
}

function create(fields: Record<string, PlainValue>, schemaId = SCHEMA_ID): PlainOperation {
  return { version: 1, action: 'create', schemaId, fields: new Map(Object.entries(fields)) }
}

function update(fields: Record<string, PlainValue>, schemaId = SCHEMA_ID): PlainOperation {
  return { ...create(fields, schemaId), action: 'update', previous: VIEW_ID }
}

describe('validating an operation against its schema', () => {
  it('gives every value the type of its field', () => {
    const types = ['bool', 'bytes', 'float', 'int', 'str'] as const
    const schema = schemaOf(Object.fromEntries(types.map((type) => [type, type])))
    const { fields } = validateOperation(create(Object.fromEntries(types.map((type) => [type, VALUES[type]]))), schema)
    expect([...(fields ?? [])]).toEqual(types.map((type) => [type, { type, value: VALUES[type].value }]))
  })

  it('keeps a value that has its type already, and refuses one of another', () => {
    const schema = schemaOf({ a: 'int', b: 'pinned_relation' })
    const fields = new Map<string, OperationValue>([
      ['a', { type: 'int', value: 2n }],
      ['b', { type: 'pinned_relation', value: VIEW_ID }],
    ])
    const typed = { action: 'create', schemaId: SCHEMA_ID, fields } as const
    expect(validateOperation(typed, schema)).toEqual(typed)
    expect(rakkoErrorOf(() => validateOperation(typed, schemaOf({ a: 'int', b: 'relation' })))).toMatchObject({
      code: 'INVALID_FIELD',
      details: { field: 'b', expected: 'relation', got: 'pinned_relation' },
    })
  })

  it('gives relations their ids as text', () => {
    const schema = schemaOf({ a: 'relation', b: 'relation_list', c: 'pinned_relation', d: 'pinned_relation_list' })
    const bytes = Uint8Array.from([0, 0x20, ...new Uint8Array(32).fill(0x11)])
    const operation = create({
      a: { kind: 'bytes', value: bytes },
      b: { kind: 'hash[]', value: [LATER_ID, ID, ID] },
      c: { kind: 'hash[]', value: [ID, LATER_ID] },
      d: { kind: 'hash[][]', value: [[LATER_ID], [ID, LATER_ID], [LATER_ID]] },
    })
    expect(validateOperation(operation, schema).fields).toEqual(
      new Map<string, unknown>([
        ['a', { type: 'relation', value: ID }],
        ['b', { type: 'relation_list', value: [LATER_ID, ID, ID] }],
        ['c', { type: 'pinned_relation', value: `${ID}_${LATER_ID}` }],
        ['d', { type: 'pinned_relation_list', value: [LATER_ID, `${ID}_${LATER_ID}`, LATER_ID] }],
      ]),
    )
  })

  /** Of all kinds on the wire, those that a type takes. */
  const TAKEN: Record<FieldType['type'], PlainValue['kind'][]> = {
    bool: ['bool'],
    int: ['int'],
    float: ['float'],
    str: ['str'],
    bytes: ['bytes'],
    relation: [],
    relation_list: ['hash[]'],
    pinned_relation: ['hash[]'],
    pinned_relation_list: ['hash[]', 'hash[][]'],
  }

  it.each(Object.entries(TAKEN))('takes for %s the kinds %j and no other', (type, kinds) => {
    const schema = schemaOf({ f: type as FieldType['type'] })
    for (const value of Object.values(VALUES)) {
      const validate = () => validateOperation(create({ f: value }), schema)
      if (kinds.includes(value.kind)) expect(validate().fields?.get('f')?.type).toBe(type)
      else expect(rakkoErrorOf(validate)).toMatchObject({ code: 'INVALID_FIELD', details: { field: 'f' } })
    }
  })

  it.each([
    ['a relation that is no hash', 'relation', { kind: 'bytes', value: new Uint8Array(34).fill(1) }],
    ['a relation of another length', 'relation', { kind: 'bytes', value: new Uint8Array(33) }],
    ['an empty pinned relation', 'pinned_relation', { kind: 'hash[]', value: [] }],
    ['an unsorted pinned relation', 'pinned_relation', { kind: 'hash[]', value: [LATER_ID, ID] }],
    ['a pinned relation with an id twice', 'pinned_relation', { kind: 'hash[]', value: [ID, ID] }],
    ['a list with an empty view id', 'pinned_relation_list', { kind: 'hash[][]', value: [[ID], []] }],
    ['a list with an unsorted view id', 'pinned_relation_list', { kind: 'hash[][]', value: [[LATER_ID, ID]] }],
  ] as [string, FieldType['type'], PlainValue][])('refuses %s', (_, type, value) => {
    expect(codeOf(() => validateOperation(create({ f: value }), schemaOf({ f: type })))).toBe('INVALID_FIELD')
  })

  it('reads any hash[] as the empty pinned_relation_list, since logs of the reference may hold it', () => {
    const schema = schemaOf({ f: 'pinned_relation_list' })
    for (const value of [[], [ID], [LATER_ID, ID]]) {
      const { fields } = validateOperation(create({ f: { kind: 'hash[]', value } }), schema)
      expect(fields?.get('f')).toEqual({ type: 'pinned_relation_list', value: [] })
    }
  })

  it('refuses the operation of another schema first of all', () => {
    const other = create({}, `event_0020${'e7'.repeat(32)}` as SchemaId)
    expect(codeOf(() => validateOperation(other, schemaOf({ a: 'int' })))).toBe('SCHEMA_MISMATCH')
  })

  it.each([
    ['CREATE without fields', { version: 1, action: 'create', schemaId: SCHEMA_ID }],
    ['CREATE with previous', { ...create({ a: VALUES.int }), previous: VIEW_ID }],
    ['UPDATE without fields', { version: 1, action: 'update', schemaId: SCHEMA_ID, previous: VIEW_ID }],
    ['UPDATE without previous', { ...create({ a: VALUES.int }), action: 'update' }],
    ['DELETE with fields', { ...update({ a: VALUES.int }), action: 'delete' }],
    ['DELETE without previous', { version: 1, action: 'delete', schemaId: SCHEMA_ID }],
  ])('refuses %s', (_, operation) => {
    const validate = () => validateOperation(operation as PlainOperation, schemaOf({ a: 'int' }))
    expect(codeOf(validate)).toBe('INVALID_OPERATION_FORMAT')
  })

  it('lets a DELETE pass with nothing to check', () => {
    const operation = { version: 1, action: 'delete', schemaId: SCHEMA_ID, previous: VIEW_ID } as const
    expect(validateOperation(operation, schemaOf({ a: 'int' }))).toEqual({
      action: 'delete',
      schemaId: SCHEMA_ID,
      previous: ID,
    })
  })
})

describe('a CREATE', () => {
  const schema = schemaOf({ age: 'int', is_cute: 'bool', message: 'str' })

  it.each([
    ['no field', {}, 'MISSING_FIELD', 'age'],
    ['the last field missing', { age: VALUES.int, is_cute: VALUES.bool }, 'MISSING_FIELD', 'message'],
    ['a field missing between others', { age: VALUES.int, message: VALUES.str }, 'INVALID_FIELD', 'message'],
    [
      'a field of another name',
      { age: VALUES.int, is_cut: VALUES.bool, message: VALUES.str },
      'INVALID_FIELD',
      'is_cut',
    ],
    [
      'a field of another type',
      { age: VALUES.float, is_cute: VALUES.bool, message: VALUES.str },
      'INVALID_FIELD',
      'age',
    ],
    [
      'a field too many at the end',
      { age: VALUES.int, is_cute: VALUES.bool, message: VALUES.str, spam: VALUES.str },
      'UNEXPECTED_FIELD',
      'spam',
    ],
    [
      'a field too many between others',
      { age: VALUES.int, huh: VALUES.int, is_cute: VALUES.bool, message: VALUES.str },
      'INVALID_FIELD',
      'huh',
    ],
  ])('is refused with %s', (_, fields, code, field) => {
    expect(rakkoErrorOf(() => validateOperation(create(fields as Record<string, PlainValue>), schema))).toMatchObject({
      code,
      details: { field },
    })
  })
})

describe('an UPDATE', () => {
  const schema = schemaOf({ age: 'int', is_cute: 'bool' })

  it('may set any of the fields, or none', () => {
    expect(validateOperation(update({}), schema).fields?.size).toBe(0)
    expect(validateOperation(update({ is_cute: VALUES.bool }), schema).fields?.size).toBe(1)
  })

  it.each([
    ['a field the schema lacks', { rage: VALUES.int }, 'UNEXPECTED_FIELD', ['rage']],
    [
      'two of them',
      { age: VALUES.int, message: VALUES.bytes, response: VALUES.bytes },
      'UNEXPECTED_FIELD',
      ['message', 'response'],
    ],
    ['a field of another type', { age: VALUES.float }, 'INVALID_FIELD', undefined],
    ['both, the type being told first', { age: VALUES.float, rage: VALUES.int }, 'INVALID_FIELD', undefined],
  ])('is refused with %s', (_, fields, code, names) => {
    const error = rakkoErrorOf(() => validateOperation(update(fields as Record<string, PlainValue>), schema))
    expect(error.code).toBe(code)
    expect(error.details.fields).toEqual(names)
  })
})

describe('an operation on a system schema', () => {
  const str = (value: string): PlainValue => ({ kind: 'str', value })

  function outcome(id: SchemaId, fields: Record<string, PlainValue>): string {
    const schema = SYSTEM_SCHEMAS.get(id) as Schema
    try {
      validateOperation(update(fields, id), schema)
      return 'accepted'
    } catch (error) {
      return String((error as { details: { field: string } }).details.field)
    }
  }

  it.each([
    ['mushrooms', 'accepted'],
    ['Mushrooms_2054', 'accepted'],
    ['ab', 'accepted'],
    ['a'.repeat(64), 'accepted'],
    ['a'.repeat(65), 'name'],
    ['a', 'name'],
    ['', 'name'],
    ['1ab', 'name'],
    ['_ab', 'name'],
    ['ab_', 'name'],
    ['a-b', 'name'],
    ['äb', 'name'],
    ['ab\n', 'name'],
  ])('names a schema %j: %s', (name, expected) => {
    expect(outcome(SCHEMA_DEFINITION, { name: str(name) })).toBe(expected)
  })

  it.each([
    ['', 'accepted'],
    ['x'.repeat(256), 'accepted'],
    ['x'.repeat(257), 'description'],
    ['🐼'.repeat(256), 'accepted'],
    ['🐼'.repeat(257), 'description'],
  ])('describes a schema by up to 256 characters: %#', (description, expected) => {
    expect(outcome(SCHEMA_DEFINITION, { description: str(description) })).toBe(expected)
  })

  it('pins up to 1024 fields, and none as well', () => {
    const pinned = (length: number): PlainValue => ({ kind: 'hash[][]', value: Array.from({ length }, () => [ID]) })
    expect(outcome(SCHEMA_DEFINITION, { fields: { kind: 'hash[]', value: [] } })).toBe('accepted')
    expect(outcome(SCHEMA_DEFINITION, { fields: pinned(1024) })).toBe('accepted')
    expect(outcome(SCHEMA_DEFINITION, { fields: pinned(1025) })).toBe('fields')
  })

  it.each([
    ['f', 'accepted'],
    ['f'.repeat(64), 'accepted'],
    ['is_cute_', 'accepted'],
    ['f'.repeat(65), 'name'],
    ['', 'name'],
    ['2f', 'name'],
    ['_f', 'name'],
    ['f-g', 'name'],
    ['$f', 'name'],
  ])('names a field %j: %s', (name, expected) => {
    expect(outcome(SCHEMA_FIELD_DEFINITION, { name: str(name) })).toBe(expected)
  })

  it.each([
    ['video/webm', 'accepted'],
    ['application/vnd.api+json', 'accepted'],
    ['text/one|two', 'accepted'],
    [`x/${'a.'.repeat(6)}b`, 'accepted'],
    [`x/${'a.'.repeat(7)}b`, 'mime_type'],
    ['', 'mime_type'],
    ['text', 'mime_type'],
    ['text/', 'mime_type'],
    ['text/Plain', 'mime_type'],
    ['text/a..b', 'mime_type'],
    ['thirteenchars/x', 'mime_type'],
    [`x/${'a'.repeat(17)}`, 'mime_type'],
  ])('calls a blob %j: %s', (mimeType, expected) => {
    expect(outcome(BLOB, { mime_type: str(mimeType) })).toBe(expected)
  })

  it('takes pieces of up to 256 000 bytes', () => {
    const data = (length: number): PlainValue => ({ kind: 'bytes', value: new Uint8Array(length) })
    expect(outcome(BLOB_PIECE, { data: data(256_000) })).toBe('accepted')
    expect(outcome(BLOB_PIECE, { data: data(256_001) })).toBe('data')
  })

  it('is held to its rules when it creates, too', () => {
    const fields = { name: str('name'), type: str('string') }
    const schema = SYSTEM_SCHEMAS.get(SCHEMA_FIELD_DEFINITION) as Schema
    expect(rakkoErrorOf(() => validateOperation(create(fields, SCHEMA_FIELD_DEFINITION), schema))).toMatchObject({
      code: 'INVALID_FIELD',
      details: { field: 'type', got: 'string' },
    })
  })
})
