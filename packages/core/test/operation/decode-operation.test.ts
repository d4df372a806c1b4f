import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../src/bytes/hex.js'
import { MAX_PAYLOAD_BYTES } from '../../src/entry/entry-layout.js'
import { decodeOperation } from '../../src/operation/decode-operation.js'
import { codeOf, rakkoErrorOf } from '../rakko-error-of.js'
import { type TaggedOperation, tagOperation } from '../tagged-value.js'
import { readVectors } from '../vector-file.js'

interface Vectors {
  readonly vectors: readonly {
    readonly name: string
    readonly input: string
    readonly ok?: TaggedOperation
    readonly error?: string
  }[]
}

const { vectors } = readVectors<Vectors>('operations_decode.json')

const ID = '2a84887509a92ed4c5f4f4acb4aec1232da18970cef84558c77fe0f78336fb82'
const INT_RANGE = 'an integer from −2^63 to 2^63−1'
const END = 'the end of the array'

/** Code, field (the offset where the CBOR is malformed), expected and got, by the case's name. */
const REFUSALS: Readonly<Record<string, readonly [string, string | number, string, string]>> = {
  'garbage map': ['INVALID_OPERATION', 'operation', 'array', 'map'],
  int: ['INVALID_OPERATION', 'operation', 'array', 'int'],
  'garbage array': ['INVALID_OPERATION', 'schemaId', 'text', 'int'],
  'version 0': ['INVALID_OPERATION', 'version', '1', '0'],
  'version 100': ['INVALID_OPERATION', 'version', '1', '100'],
  'version float 1.0': ['INVALID_OPERATION', 'version', 'an integer', 'float'],
  'missing action': ['INVALID_OPERATION_FORMAT', 'action', 'action', END],
  'action 3': ['INVALID_OPERATION', 'action', '0, 1 or 2', '3'],
  'action -1': ['INVALID_OPERATION', 'action', 'an unsigned integer', 'a negative one'],
  'action 2^64': ['INVALID_OPERATION', 'action', 'an integer of 64 bits', 'a longer bignum'],
  'schema int': ['INVALID_OPERATION', 'schemaId', 'text', 'int'],
  'schema map': ['INVALID_OPERATION', 'schemaId', 'text', 'map'],
  'schema incomplete hash': ['INVALID_SCHEMA_ID', 'schemaId', 'an operation id of 68 hexadecimal digits', '0020'],
  'schema tagged text': ['INVALID_OPERATION', 'schemaId', 'text', 'tag'],
  'create with previous': ['INVALID_OPERATION', 'fields', 'map', 'array'],
  'create fields null': ['INVALID_OPERATION', 'fields', 'map', 'null'],
  'create previous null then fields': ['INVALID_OPERATION', 'fields', 'map', 'null'],
  'update missing fields': ['INVALID_OPERATION_FORMAT', 'fields', 'fields', END],
  'update empty previous': ['INVALID_DOCUMENT_VIEW_ID', 'previous', 'one or more operation ids', 'none'],
  'update duplicate previous': [
    'INVALID_DOCUMENT_VIEW_ID',
    'previous',
    'ascending operation ids, none twice',
    `0020${ID} before 0020${ID}`,
  ],
  'update previous as array of text': ['INVALID_OPERATION', 'previous', 'bytes', 'text'],
  'update previous short hash': ['INVALID_HASH', 'previous', '34 bytes', '2 bytes'],
  'update previous hash id 1': ['INVALID_HASH', 'previous', 'first byte 0 (YASMF BLAKE3)', 'first byte 1'],
  'delete missing previous': ['INVALID_OPERATION_FORMAT', 'previous', 'previous', END],
  'delete previous map': ['INVALID_OPERATION', 'previous', 'array or text', 'map'],
  'fields unsorted': ['INVALID_OPERATION', 'fields', 'ascending field names', "'a' after 'b'"],
  'fields length-first order (a, b, aa) rejected': [
    'INVALID_OPERATION',
    'fields',
    'ascending field names',
    "'aa' after 'b'",
  ],
  'fields empty key twice': ['INVALID_OPERATION', 'fields', 'each field name once', "'' twice"],
  'fields bytes key': ['INVALID_OPERATION', 'fields', 'a field name', 'bytes'],
  'fields array': ['INVALID_OPERATION', 'fields', 'map', 'array'],
  'array says 5 items but has 4': ['INVALID_OPERATION_FORMAT', 'operation', 'no more members in CREATE', '1 more'],
  'truncated in schema': ['INVALID_CBOR', 3, '74 bytes of content', '25 bytes'],
  'value int 2^63': ['INVALID_OPERATION', 'f', INT_RANGE, '9223372036854775808'],
  'value int -2^63-1': ['INVALID_OPERATION', 'f', INT_RANGE, '-9223372036854775809'],
  'value bignum 2^64': ['INVALID_OPERATION', 'f', INT_RANGE, 'a longer bignum'],
  'value null': ['INVALID_OPERATION', 'f', 'a value', 'null'],
  'value simple 16': ['INVALID_OPERATION', 'f', 'a value', 'simple value 16'],
  'value map': ['INVALID_OPERATION', 'f', 'a value', 'map'],
  'value tag 0 text': ['INVALID_OPERATION', 'f', 'a value', 'tag 0'],
  'value list with short hash': ['INVALID_OPERATION', 'f', 'a hash', '2 bytes'],
  'value nested 3 levels': ['INVALID_OPERATION', 'f', 'a hash', 'array'],
  'value deep nesting 300 (recursion limit)': ['INVALID_OPERATION', 'f', 'a hash', 'array'],
  'value reserved info 28': ['INVALID_CBOR', 82, 'a known head', 'reserved additional information 28'],
  'odd hex': ['INVALID_HEX', 'hex', 'an even number of hexadecimal digits', '3 characters'],
}

describe('decoding an operation (OP1 to OP7)', () => {
  it.each(vectors.filter(({ ok }) => ok !== undefined))('reads: $name', ({ input, ok }) => {
    expect(tagOperation(decodeOperation(hexToBytes(input)))).toEqual(ok)
  })

  it.each(vectors.filter(({ ok }) => ok === undefined))('refuses: $name', ({ name, input }) => {
    const { code, details } = rakkoErrorOf(() => decodeOperation(hexToBytes(input)))
    expect([code, details.field ?? details.offset, details.expected, details.got]).toEqual(REFUSALS[name])
  })
})

const SCHEMA = '67626c6f625f7631'
const HASH = `58220020${ID}`
const FIELDS = 'a1616101'
/** The hash as an array of numbers. */
const HASH_NUMBERS = `9822${(`0020${ID}`.match(/../g) ?? []).map((hex) => (Number.parseInt(hex, 16) < 24 ? hex : `18${hex}`)).join('')}`

const create = { version: 1, action: 'create', schemaId: 'blob_v1', fields: { a: { $int: '1' } } }
const remove = { version: 1, action: 'delete', schemaId: 'blob_v1', previous: [`0020${ID}`] }
const field = (value: unknown) => ({ ...create, fields: { f: value } })

/** Found by running the reference: what it takes, a log may hold. */
describe('decoding is as lenient as the reference about', () => {
  it.each([
    ['tags before the operation', `c6d9d9f7840100${SCHEMA}${FIELDS}`, create],
    ['a thousand tags before it', `${'c6'.repeat(1000)}840100${SCHEMA}${FIELDS}`, create],
    ['tags before version and action', `84c6c601c000${SCHEMA}${FIELDS}`, create],
    ['bignums as version and action', `84c25818${'00'.repeat(23)}01c6c240${SCHEMA}${FIELDS}`, create],
    ['a bignum in chunks as version', `84c25f4101ff00${SCHEMA}${FIELDS}`, create],
    ['tags before the fields', `840100${SCHEMA}c6${FIELDS}`, create],
    ['tags before a field name', `840100${SCHEMA}a1c6616101`, create],
    ['tags before an id in previous', `840102${SCHEMA}81c6${HASH}`, remove],
    ['an id in previous as numbers', `840102${SCHEMA}81c6${HASH_NUMBERS}`, remove],
    ['previous as text, upper case', `840102${SCHEMA}7844${hexOfText(`0020${ID}`.toUpperCase())}`, remove],
    ['previous as text in chunks', `840102${SCHEMA}7f7844${hexOfText(`0020${ID}`)}ff`, remove],
    ['previous of indefinite length', `840102${SCHEMA}9f${HASH}ff`, remove],
    ['an operation whose end is missing', `9f0102${SCHEMA}81${HASH}`, remove],
    ['bytes after the operation', `840102${SCHEMA}81${HASH}1c`, remove],
    ['fields of indefinite length', `840100${SCHEMA}bf616101ff`, create],
    ['a system schema in another spelling', `84010069${hexOfText('blob_v+01')}${FIELDS}`, create],
    ['chunks within chunks of text', `840100${SCHEMA}a161667f7f6161ff6162ff`, field('ab')],
    ['chunks within chunks of bytes', `840100${SCHEMA}a161665f5f4101ffff`, field({ $bytes: '01' })],
    ['a string of no chunks', `840100${SCHEMA}a161667fff`, field('')],
    ['true and false in two bytes', `840100${SCHEMA}a16166f814`, field(false)],
    ['a bignum of 16 bytes', `840100${SCHEMA}a16166c350${'00'.repeat(15)}05`, field({ $int: '-6' })],
    ['the smallest int as bignum', `840100${SCHEMA}a16166c3487fffffffffffffff`, field({ $int: `${-(2n ** 63n)}` })],
    ['an empty list of indefinite length', `840100${SCHEMA}a161669fff`, field([])],
    ['lists of indefinite length', `840100${SCHEMA}a161669f9f${HASH}ff80ff`, field([[`0020${ID}`], []])],
    ['an id in a list in chunks', `840100${SCHEMA}a16166815f${HASH}ff`, field([`0020${ID}`])],
    ["a hash's length byte, kept as it is", `840102${SCHEMA}8158220021${ID}`, { ...remove, previous: [`0021${ID}`] }],
    ['a signalling NaN', `840100${SCHEMA}a16166fb7ff0000000000001`, field({ $float: 'NaN' })],
    ['a byte order mark', `840100${SCHEMA}a1616663efbbbf`, field('\ufeff')],
    ['U+0000', `840100${SCHEMA}a161666100`, field('\u0000')],
  ])('%s', (_, input, expected) => {
    expect(tagOperation(decodeOperation(hexToBytes(input)))).toEqual(expected)
  })
})

describe('decoding is as strict as the reference about', () => {
  const value = (hex: string) => `840100${SCHEMA}a16166${hex}`

  it.each([
    ['tags before the schema id', `840100c6${SCHEMA}${FIELDS}`, 'INVALID_OPERATION'],
    ['tags before previous', `840102${SCHEMA}c681${HASH}`, 'INVALID_OPERATION'],
    ['tags before a value', value('c605'), 'INVALID_OPERATION'],
    ['tags before a bignum as value', value('c0c24105'), 'INVALID_OPERATION'],
    ['tags before a bool', value('c6f5'), 'INVALID_OPERATION'],
    ['tags before a hash in a list', value(`81c6${HASH}`), 'INVALID_OPERATION'],
    ['a bignum of 17 bytes as value', value(`c251${'00'.repeat(16)}05`), 'INVALID_OPERATION'],
    ['a bignum in chunks as value', value('c25f4105ff'), 'INVALID_OPERATION'],
    ['a bignum of text', value('c26105'), 'INVALID_OPERATION'],
    ['a bignum beyond 64 bits', value('c2488000000000000000'), 'INVALID_OPERATION'],
    ['a negative bignum as action', `8401c340${SCHEMA}${FIELDS}`, 'INVALID_OPERATION'],
    ['a tag between bignum and bytes', `84c2c0410100${SCHEMA}${FIELDS}`, 'INVALID_OPERATION'],
    ['an array of numbers as value', value('83010203'), 'INVALID_OPERATION'],
    ['a hash in a list as numbers', value(`81${HASH_NUMBERS}`), 'INVALID_OPERATION'],
    ['a hash in a list as text', value(`817844${hexOfText(`0020${ID}`)}`), 'INVALID_OPERATION'],
    ['hashes beside lists', value(`82${HASH}80`), 'INVALID_OPERATION'],
    ['lists beside hashes', value(`8280${HASH}`), 'INVALID_OPERATION'],
    ['a hash of another kind in a list', value(`8158220120${ID}`), 'INVALID_OPERATION'],
    ['undefined', value('f7'), 'INVALID_OPERATION'],
    ['simple value 24 in two bytes', value('f818'), 'INVALID_OPERATION'],
    ['a break for a value', value('ff'), 'INVALID_CBOR'],
    ['a number over 255 in an id', `840102${SCHEMA}818219010000`, 'INVALID_OPERATION'],
    ['more numbers than an id has', `840102${SCHEMA}8198ff${'00'.repeat(255)}`, 'INVALID_OPERATION'],
    ['previous as bytes', `840102${SCHEMA}${HASH}`, 'INVALID_OPERATION'],
    ['previous as empty text', `840102${SCHEMA}60`, 'INVALID_DOCUMENT_VIEW_ID'],
    ['previous without its end', `840102${SCHEMA}9f${HASH}`, 'INVALID_CBOR'],
    ['fields without their end', `840100${SCHEMA}bf616101`, 'INVALID_CBOR'],
    ['fields with half a pair', `840100${SCHEMA}bf6161ff`, 'INVALID_CBOR'],
    ['fewer fields than claimed', `840100${SCHEMA}a2616101`, 'INVALID_CBOR'],
    ['undefined fields', `840100${SCHEMA}f7`, 'INVALID_OPERATION'],
    ['fields in DELETE', `850102${SCHEMA}81${HASH}a0`, 'INVALID_OPERATION_FORMAT'],
    ['a claim of 2^64−1 members', `9bffffffffffffffff0100${SCHEMA}${FIELDS}`, 'INVALID_OPERATION_FORMAT'],
    ['a claim of 2^32−1 members that are not there', '9affffffff', 'INVALID_CBOR'],
    ['no members', '80', 'INVALID_OPERATION_FORMAT'],
    ['no members, of indefinite length', '9fff', 'INVALID_OPERATION_FORMAT'],
    ['a field name that is no UTF-8', `840100${SCHEMA}a161ff01`, 'INVALID_CBOR'],
    ['a surrogate in a text', value('63eda080'), 'INVALID_CBOR'],
    ['a character cut between chunks', value('7f61c361a9ff'), 'INVALID_CBOR'],
    ['a chunk of bytes in a text', value('7f4101ff'), 'INVALID_CBOR'],
    ['a text longer than memory', value('7bffffffffffffffff'), 'INVALID_CBOR'],
    ['bytes longer than the operation', value('5b0000000100000000'), 'INVALID_CBOR'],
    ['nothing', '', 'INVALID_CBOR'],
  ])('%s', (_, input, code) => {
    expect(codeOf(() => decodeOperation(hexToBytes(input)))).toBe(code)
  })

  it('payloads over the largest size, before reading them', () => {
    expect(codeOf(() => decodeOperation(new Uint8Array(MAX_PAYLOAD_BYTES + 1)))).toBe('PAYLOAD_TOO_LARGE')
  })

  it('what is no Uint8Array', () => {
    expect(codeOf(() => decodeOperation('84' as unknown as Uint8Array))).toBe('INVALID_OPERATION')
  })
})

describe('an operation of the largest size', () => {
  const filled = (start: string, filler: string, end: string) => {
    const count = Math.floor((MAX_PAYLOAD_BYTES - (start.length + end.length) / 2) / (filler.length / 2))
    return hexToBytes(`${start}${filler.repeat(count)}${end}`)
  }
  const value = `840100${SCHEMA}a16166`

  it.each([
    ['bytes in half a million chunks', `${value}5f`, '4101', 'ff'],
    ['text in half a million chunks', `${value}7f`, '6161', 'ff'],
    ['a list of a million lists', `${value}9f`, '80', 'ff'],
    ['a million tags before it', '', 'c6', `840100${SCHEMA}${FIELDS}`],
  ])('may be %s', (_, start, filler, end) => {
    expect(decodeOperation(filled(start, filler, end)).action).toBe('create')
  })

  it.each([
    ['a million open lists', `${value}`, '9f', ''],
    ['a million open chunks', `${value}`, '7f', ''],
    ['a million tags before a value', `${value}`, 'c6', '05'],
    ['a name as long as the payload, wrong in what follows', `840100${SCHEMA}a17a000ffff0`, '61', ''],
  ])('may be refused: %s', (_, start, filler, end) => {
    expect(['INVALID_CBOR', 'INVALID_OPERATION']).toContain(codeOf(() => decodeOperation(filled(start, filler, end))))
  })

  it('has one empty list for all that are empty', () => {
    const { fields } = decodeOperation(filled(`${value}9f`, '80', 'ff'))
    const lists = fields?.get('f')?.value as readonly unknown[]
    expect(lists.length).toBeGreaterThan(500_000)
    expect(new Set(lists).size).toBe(1)
  })

  it('has no more fields than a schema may have', () => {
    const fieldsOf = (count: number) =>
      Array.from({ length: count }, (_, index) => `64${hexOfText(`${index}`.padStart(4, '0'))}01`).join('')
    const operation = (count: number) => hexToBytes(`840100${SCHEMA}bf${fieldsOf(count)}ff`)
    expect(decodeOperation(operation(1024)).fields?.size).toBe(1024)
    expect(rakkoErrorOf(() => decodeOperation(operation(1025)))).toMatchObject({
      code: 'INVALID_OPERATION',
      details: { field: 'fields', expected: 'at most 1024 fields', got: '1025' },
    })
  })

  it('does not fill an error with a field name of a megabyte', () => {
    const bytes = hexToBytes(`840100${SCHEMA}a17a000f0000${'61'.repeat(0xf0000)}f6`)
    const { details, message } = rakkoErrorOf(() => decodeOperation(bytes))
    expect(details).toEqual({ field: `${'a'.repeat(160)}…`, expected: 'a value', got: 'null' })
    expect(message.length).toBeLessThan(300)
  })
})

describe('a decoded operation', () => {
  it('keeps its fields in the order of the wire', () => {
    const { fields } = decodeOperation(hexToBytes(`840100${SCHEMA}a3613101623130026139 03`.replace(' ', '')))
    expect([...(fields?.keys() ?? [])]).toEqual(['1', '10', '9'])
  })

  it('keeps no view of the bytes it was given', () => {
    const bytes = hexToBytes(`840100${SCHEMA}a16166420102`)
    const { fields } = decodeOperation(bytes)
    bytes.fill(0)
    expect(fields?.get('f')).toEqual({ kind: 'bytes', value: Uint8Array.of(1, 2) })
  })

  it('has a field named __proto__ like any other', () => {
    const { fields } = decodeOperation(hexToBytes(`840100${SCHEMA}a169${hexOfText('__proto__')}01`))
    expect(fields?.get('__proto__')).toEqual({ kind: 'int', value: 1n })
  })
})

function hexOfText(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
