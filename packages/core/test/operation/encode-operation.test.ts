import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../src/bytes/hex.js'
import { documentViewIdFromTips } from '../../src/document/document-view-id.js'
import { MAX_PAYLOAD_BYTES } from '../../src/entry/entry-layout.js'
import { hash } from '../../src/hash/hash.js'
import type { OperationId, SchemaId } from '../../src/ids.js'
import { decodeOperation } from '../../src/operation/decode-operation.js'
import { type EncodableOperation, encodeOperation } from '../../src/operation/encode-operation.js'
import type { OperationValue, PlainValue } from '../../src/operation/operation.js'
import { codeOf, rakkoErrorOf } from '../rakko-error-of.js'
import { plainValue, type TaggedOperation, type TaggedValue, tagOperation, untag } from '../tagged-value.js'
import { readDepartures, readVectors } from '../vector-file.js'

interface Operations {
  readonly vectors: readonly {
    readonly name: string
    readonly args: {
      readonly action?: string
      readonly schemaId: string
      readonly previous?: string | readonly string[]
      readonly fields?: Readonly<Record<string, TaggedValue>>
      readonly fieldsFrom?: string
    }
    readonly encoded?: string
    readonly hash?: string
    readonly decoded?: TaggedOperation
    readonly error?: string
  }[]
}

interface Fields {
  readonly schemaId: string
  readonly vectors: readonly {
    readonly name: string
    readonly fieldType: OperationValue['type']
    readonly value: TaggedValue
    readonly encoded?: string
    readonly encodedHash?: string
    readonly encodedLength?: number
    readonly encodedPrefix?: string
    readonly decoded?: TaggedOperation
    readonly get?: TaggedValue
  }[]
}

interface Errors {
  readonly vectors: readonly {
    readonly name: string
    readonly fieldType?: OperationValue['type']
    readonly value?: TaggedValue
    readonly ok?: unknown
    readonly error?: string
  }[]
}

const operations = readVectors<Operations>('operations_encode.json').vectors
const { schemaId, vectors: fields } = readVectors<Fields>('operations_fields.json')
const errors = readVectors<Errors>('operations_fields_errors.json').vectors
const fieldDepartures = readDepartures('operations_fields.json')
const errorDepartures = readDepartures('operations_fields_errors.json')

/** As p2panda-js is called: `previous` as array or text, easy values in which a whole number is an int. */
function operationOf({ args, decoded }: Operations['vectors'][number]): EncodableOperation {
  const { action = 'create', previous, fields: easy = decoded?.fields } = args
  return {
    action: action as EncodableOperation['action'],
    schemaId: args.schemaId as SchemaId,
    ...(previous !== undefined && { previous: typeof previous === 'string' ? previous : previous.join('_') }),
    ...(easy !== undefined && {
      fields: new Map(Object.entries(easy).map(([name, value]) => [name, easyValue(value)])),
    }),
  }
}

function easyValue(value: TaggedValue): PlainValue {
  return plainValue(Number.isInteger(value) ? { $int: `${value}` } : value)
}

/** The typed value of a field, made as a caller would: ints are bigints, view ids are made from tips. */
function typedValue(type: OperationValue['type'], tagged: TaggedValue): OperationValue {
  const value = untag(tagged)
  if (type === 'int' && Number.isInteger(value)) return { type, value: BigInt(value as number) }
  if (type === 'int' && typeof value === 'string' && /^-?\d+$/.test(value)) return { type, value: BigInt(value) }
  if (type === 'pinned_relation') return { type, value: documentViewIdFromTips(value as OperationId[]) }
  if (type === 'pinned_relation_list') {
    return { type, value: (value as OperationId[][]).map((tips) => documentViewIdFromTips(tips)) }
  }
  return { type, value } as OperationValue
}

function encodeField(value: OperationValue | PlainValue): Uint8Array {
  return encodeOperation({ action: 'create', schemaId: schemaId as SchemaId, fields: new Map([['f', value]]) })
}

/** Code, field and what was there, by the case's name. */
const REFUSALS: Readonly<Record<string, readonly [string, string, string]>> = {
  'create with previous': ['INVALID_OPERATION_FORMAT', 'previous', 'one'],
  'update without previous': ['INVALID_OPERATION_FORMAT', 'previous', 'none'],
  'delete with fields': ['INVALID_OPERATION_FORMAT', 'fields', 'one'],
  'unknown action': ['INVALID_ARGUMENT', 'action', 'nope'],
  'previous unsorted': [
    'INVALID_DOCUMENT_VIEW_ID',
    'previous',
    '0020a32d57bd283850e7341c48c7a1aba245654d189aa5711cc3b44965af9cfe3b06 before 00207332d427166eb20e82305be34965bcbebf3cbd8fe4980066f61bdc8fe1f7d489',
  ],
  'previous empty array': ['INVALID_DOCUMENT_VIEW_ID', 'previous', 'none'],
  'previous bad hash': ['INVALID_HASH', 'previous', 'xx'],
}

const FIELD_REFUSALS: Readonly<Record<string, readonly [string, string, string]>> = {
  str: ['INVALID_ARGUMENT', 'f', 'number 12'],
  bool: ['INVALID_ARGUMENT', 'f', 'string'],
  'int text': ['INVALID_ARGUMENT', 'f', 'string'],
  'int number 1.5': ['INVALID_ARGUMENT', 'f', 'number 1.5'],
  'int too small': ['INVALID_ARGUMENT', 'f', 'bigint -9223372036854775809'],
  'int true': ['INVALID_ARGUMENT', 'f', 'boolean'],
  'float bigint': ['INVALID_ARGUMENT', 'f', 'bigint 5'],
  'bytes number': ['INVALID_ARGUMENT', 'f', 'number 5'],
  'relation bad': ['INVALID_HASH', 'f', 'abc'],
  'relation view id': [
    'INVALID_HASH',
    'f',
    '00202a84887509a92ed4c5f4f4acb4aec1232da18970cef84558c77fe0f78336fb82_0020a32d57bd283850e7341c48c7a1aba245654d189aa5711cc3b44965af9cfe3b06'.slice(
      0,
      136,
    ),
  ],
  'relation_list bad': ['INVALID_HASH', 'f', 'x'],
  'pinned_relation bad': ['INVALID_HASH', 'f', 'x'],
  'pinned_relation_list bad': ['INVALID_HASH', 'f', 'x'],
  'null str': ['INVALID_ARGUMENT', 'f', 'object'],
  'undefined int': ['INVALID_ARGUMENT', 'f', 'undefined'],
}

describe('encoding an operation (OP1 to OP7, EN1, EN2)', () => {
  it.each(operations.filter(({ encoded }) => encoded !== undefined))('$name', (vector) => {
    const bytes = encodeOperation(operationOf(vector))
    expect(bytesToHex(bytes)).toBe(vector.encoded)
    expect(hash(bytes)).toBe(vector.hash)
    expect(tagOperation(decodeOperation(bytes))).toEqual(vector.decoded)
  })

  it.each(operations.filter(({ encoded }) => encoded === undefined))('refuses: $name', (vector) => {
    const { code, details } = rakkoErrorOf(() => encodeOperation(operationOf(vector)))
    expect([code, details.field, details.got]).toEqual(REFUSALS[vector.name])
  })

  it.each([
    ['create', {}, 'fields'],
    ['create', { previous: 'x' }, 'fields'],
    ['update', {}, 'fields'],
    ['update', { previous: 'x' }, 'fields'],
    ['update', { fields: new Map() }, 'previous'],
    ['delete', { fields: new Map() }, 'fields'],
    ['delete', {}, 'previous'],
  ] as const)('%s with %j has its members checked in order: %s', (action, members, field) => {
    const { code, details } = rakkoErrorOf(() =>
      encodeOperation({ action, schemaId: schemaId as SchemaId, ...members } as EncodableOperation),
    )
    expect([code, details.field]).toEqual(['INVALID_OPERATION_FORMAT', field])
  })

  it('sorts fields by their UTF-8 bytes, whatever their order in the map', () => {
    const names = ['𝄞', '\uffee', 'é', 'b', 'aa', 'a', '']
    const value = { kind: 'bool', value: true } as const
    const fieldsOf = (order: string[]) => new Map(order.map((name) => [name, value]))
    const bytes = encodeOperation({
      action: 'create',
      schemaId: schemaId as SchemaId,
      fields: fieldsOf(names),
    })
    expect([...(decodeOperation(bytes).fields?.keys() ?? [])]).toEqual(['', 'a', 'aa', 'b', 'é', '\uffee', '𝄞'])
  })

  it('takes a payload of the largest size, and none larger', () => {
    const overhead = encodeField({ kind: 'bytes', value: new Uint8Array(70_000) }).length - 70_000
    const largest = new Uint8Array(MAX_PAYLOAD_BYTES - overhead)
    expect(encodeField({ kind: 'bytes', value: largest }).length).toBe(MAX_PAYLOAD_BYTES)
    expect(codeOf(() => encodeField({ kind: 'bytes', value: new Uint8Array(largest.length + 1) }))).toBe(
      'PAYLOAD_TOO_LARGE',
    )
  })

  it.each<[string, string, [string, PlainValue]]>([
    ['a value', 'f', ['f', { kind: 'str', value: 'a\ud800' }]],
    ['a field name', 'fields', ['\udfff', { kind: 'bool', value: true }]],
  ])('refuses a lone surrogate in %s', (_, field, member) => {
    const { code, details } = rakkoErrorOf(() =>
      encodeOperation({
        action: 'create',
        schemaId: schemaId as SchemaId,
        fields: new Map([member]),
      }),
    )
    expect([code, details.field]).toEqual(['INVALID_ARGUMENT', field])
  })

  it('refuses a schema id that is none', () => {
    const call = () => encodeOperation({ action: 'create', schemaId: 'venue' as SchemaId, fields: new Map() })
    expect(codeOf(call)).toBe('INVALID_SCHEMA_ID')
  })
})

describe('encoding a field', () => {
  it.each(fields.filter(({ name }) => !fieldDepartures.has(name)))('$name', (vector) => {
    const bytes = encodeField(typedValue(vector.fieldType, vector.value))
    if (vector.encoded === undefined) {
      expect(hash(bytes)).toBe(vector.encodedHash)
      expect(bytes.length).toBe(vector.encodedLength)
      expect(bytesToHex(bytes)).toMatch(new RegExp(`^${vector.encodedPrefix}`))
    } else {
      expect(bytesToHex(bytes)).toBe(vector.encoded)
      expect(tagOperation(decodeOperation(bytes))).toEqual(vector.decoded)
    }
  })

  it('departs: an int is no text', () => {
    const name = 'int from string +5'
    const vector = fields.find((candidate) => candidate.name === name)
    expect(vector?.get).toEqual({ $int: fieldDepartures.get(name)?.reference })
    expect(codeOf(() => encodeField(typedValue('int', vector?.value as TaggedValue)))).toBe(
      fieldDepartures.get(name)?.ours,
    )
  })

  it.each(errors.filter(({ fieldType, error }) => fieldType !== undefined && error !== undefined))(
    'refuses: $name',
    ({ name, fieldType, value }) => {
      const { code, details } = rakkoErrorOf(() =>
        encodeField(typedValue(fieldType as OperationValue['type'], value ?? null)),
      )
      expect([code, details.field, details.got]).toEqual(FIELD_REFUSALS[name])
    },
  )

  it('lower-cases a relation', () => {
    const vector = errors.find(({ name }) => name === 'relation uppercase')
    const encoded = decodeOperation(encodeField(typedValue('relation', vector?.value as string)))
    expect(encoded.fields?.get('f')).toEqual({ kind: 'bytes', value: hexToBytes(vector?.ok as string) })
  })

  it('has no field of an unknown name', () => {
    expect(errors.find(({ name }) => name === 'get unknown')?.ok).toBeNull()
    expect(decodeOperation(encodeField({ kind: 'bool', value: true })).fields?.get('unknown')).toBeUndefined()
  })

  it('takes infinity as a float, and null as nothing', () => {
    expect(errors.find(({ name }) => name === 'EasyValues Infinity')?.ok).toBe(1)
    expect(bytesToHex(encodeField({ kind: 'float', value: Number.POSITIVE_INFINITY }))).toMatch(/a16166f97c00$/)
    expect(errors.find(({ name }) => name === 'EasyValues null')?.error).toBeDefined()
    expect(codeOf(() => encodeField({ kind: 'str', value: null } as unknown as PlainValue))).toBe('INVALID_ARGUMENT')
  })

  it('departs: bytes go in like any value', () => {
    const [name, departure] = [...errorDepartures][0] ?? []
    expect(errors.find((candidate) => candidate.name === name)?.error).toBe(departure?.reference)
    const bytes = encodeField({ kind: 'bytes', value: Uint8Array.of(1, 2) })
    expect(bytesToHex(bytes)).toMatch(new RegExp(`${departure?.ours}$`))
  })

  it('covers every case of the vectors', () => {
    const named = new Set([...Object.keys(FIELD_REFUSALS), ...errorDepartures.keys()])
    const rest = errors.map(({ name }) => name).filter((name) => !named.has(name))
    expect(rest).toEqual(['relation uppercase', 'get unknown', 'EasyValues Infinity', 'EasyValues null'])
  })

  it.each([
    ['bool', { kind: 'bool', value: 1 }],
    ['int', { kind: 'int', value: 1 }],
    ['hash[]', { kind: 'hash[]', value: 'x' }],
    ['hash[][]', { kind: 'hash[][]', value: 'x' }],
    ['a list of view ids', { type: 'pinned_relation_list', value: 'x' }],
    ['an unknown kind', { kind: 'date', value: 'x' }],
    ['an unknown type', { type: 'date', value: 'x' }],
  ])('refuses another JavaScript type for %s', (_, value) => {
    const { code, details } = rakkoErrorOf(() => encodeField(value as PlainValue))
    expect([code, details.field]).toEqual(['INVALID_ARGUMENT', 'f'])
  })
})
