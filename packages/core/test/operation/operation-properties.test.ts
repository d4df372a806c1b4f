import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seeds } from '../../../../.config/testing/seeds.js'
import { compareUtf8 } from '../../src/bytes/utf8.js'
import { documentViewIdFromTips } from '../../src/document/document-view-id.js'
import { typedValue } from '../../src/field/typed-value.js'
import { hashFromBytes } from '../../src/hash/hash.js'
import type { DocumentId, OperationId, SchemaId } from '../../src/ids.js'
import { decodeOperation } from '../../src/operation/decode-operation.js'
import { type EncodableOperation, encodeOperation } from '../../src/operation/encode-operation.js'
import type { OperationValue, PlainValue } from '../../src/operation/operation.js'
import { ERROR_CODES, RakkoError } from '../../src/rakko-error.js'

const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((digest) => hashFromBytes(Uint8Array.of(0, 32, ...digest)) as OperationId)
const tips = fc.uniqueArray(hash, { minLength: 1, maxLength: 4 })
const viewId = tips.map((ids) => documentViewIdFromTips(ids))
const text = fc.string({ unit: 'binary', maxLength: 60 })

const value: fc.Arbitrary<OperationValue> = fc.oneof(
  fc.boolean().map((value): OperationValue => ({ type: 'bool', value })),
  fc
    .oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-300n, 300n))
    .map((value): OperationValue => ({ type: 'int', value })),
  fc.oneof(fc.double(), fc.float()).map((value): OperationValue => ({ type: 'float', value })),
  text.map((value): OperationValue => ({ type: 'str', value })),
  fc.uint8Array({ maxLength: 300 }).map((value): OperationValue => ({ type: 'bytes', value })),
  hash.map((value): OperationValue => ({ type: 'relation', value: value as string as DocumentId })),
  fc
    .array(hash, { maxLength: 4 })
    .map((value): OperationValue => ({ type: 'relation_list', value: value as string[] as DocumentId[] })),
  viewId.map((value): OperationValue => ({ type: 'pinned_relation', value })),
  fc.array(viewId, { maxLength: 3 }).map((value): OperationValue => ({ type: 'pinned_relation_list', value })),
)

const fields = fc
  .uniqueArray(fc.tuple(text, value), { selector: ([name]) => name, maxLength: 8 })
  .map((list) => new Map(list))
const schemaId = fc.oneof(
  fc.constantFrom('blob_v1', 'blob_piece_v1', 'schema_definition_v1'),
  viewId.map((id) => `venue_${id}`),
) as fc.Arbitrary<SchemaId>

const operation: fc.Arbitrary<EncodableOperation> = fc.oneof(
  fc.record({ action: fc.constant('create' as const), schemaId, fields }),
  fc.record({ action: fc.constant('update' as const), schemaId, previous: viewId, fields }),
  fc.record({ action: fc.constant('delete' as const), schemaId, previous: viewId }),
)

describe('any operation', () => {
  it.each(seeds())('of all nine field types survives encoding and decoding (seed %d)', (seed) => {
    fc.assert(
      fc.property(operation, (original) => {
        const bytes = encodeOperation(original)
        const decoded = decodeOperation(bytes)
        const { action, schemaId, previous, fields } = original
        expect(decoded).toMatchObject({ version: 1, action, schemaId, ...(previous && { previous }) })
        expect(typed(decoded.fields, fields)).toEqual(sorted(fields))
        expect(encodeOperation(decoded)).toEqual(bytes)
      }),
      { seed, numRuns: 600 },
    )
  })

  it.each(seeds())('once changed or cut decodes to something or is refused with a code (seed %d)', (seed) => {
    const change = fc.record({ position: fc.nat(), byte: fc.nat(255) })
    const changes = fc.array(change, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(operation, changes, fc.nat(20), (original, changes, cut) => {
        const bytes = encodeOperation(original)
        for (const { position, byte } of changes) bytes[position % bytes.length] = byte
        expectDecodedOrRefused(bytes.subarray(0, bytes.length - (cut > 10 ? cut - 10 : 0)))
      }),
      { seed, numRuns: 1500 },
    )
  })
})

describe('any bytes', () => {
  it.each(seeds())('decode to an operation or are refused with a code (seed %d)', (seed) => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), expectDecodedOrRefused), { seed, numRuns: 5000 })
  })
})

/** Whatever was decoded is an operation that can be written, and reads the same again. */
function expectDecodedOrRefused(bytes: Uint8Array): void {
  let decoded: EncodableOperation
  try {
    decoded = decodeOperation(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(RakkoError)
    expect(ERROR_CODES).toHaveProperty((error as RakkoError).code)
    expect((error as RakkoError).code).not.toBe('INTERNAL')
    expect((error as RakkoError).details).toMatchObject({ expected: expect.any(String), got: expect.any(String) })
    return
  }
  expect(decodeOperation(encodeOperation(decoded))).toEqual(decoded)
}

function typed(
  plain: ReadonlyMap<string, PlainValue> | undefined,
  original: EncodableOperation['fields'],
): [string, OperationValue][] | undefined {
  if (plain === undefined || original === undefined) return undefined
  return [...plain].map(([name, value]) => {
    const { type } = original.get(name) as OperationValue
    const schemaId = 'blob_v1' as SchemaId
    const fieldType = type.includes('relation') ? { type, schemaId } : { type }
    return [name, typedValue(name, value, fieldType as Parameters<typeof typedValue>[2])]
  })
}

function sorted(fields: EncodableOperation['fields']): [string, unknown][] | undefined {
  return fields && [...fields].sort(([a], [b]) => compareUtf8(a, b))
}
