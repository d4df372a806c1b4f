import {
  checkDocumentViewId,
  type DocumentId,
  type Hash,
  isSkiplinkRequired,
  MAX_INT,
  MAX_U64,
  MIN_INT,
  type NextArgs,
  type Operation,
  type OperationId,
  type OperationValue,
  type SchemaId,
} from '@rakko/core'
import fc from 'fast-check'

const HEX = [...'0123456789abcdef']

const hashes = fc
  .string({ unit: fc.constantFrom(...HEX), minLength: 64, maxLength: 64 })
  .map((digits) => `0020${digits}`)

const viewIds = fc
  .uniqueArray(hashes, { minLength: 1, maxLength: 4 })
  .map((ids) => checkDocumentViewId(ids.sort() as OperationId[]))

/** Any Unicode, astral characters and U+0000 included; a lone surrogate is no text. */
const texts = fc.string({ unit: 'binary', maxLength: 40 })

const ints = fc.oneof(
  fc.bigInt({ min: MIN_INT, max: MAX_INT }),
  fc.integer().map(BigInt),
  fc.constantFrom(MIN_INT, MAX_INT, -(2n ** 32n), 2n ** 32n, 2n ** 53n + 1n, -25n, -24n, 23n, 24n, 255n, 256n, 65_536n),
)

/** Of all three widths, with the borders between them. */
const floats = fc.oneof(
  fc.double(),
  fc.float(),
  fc.integer({ min: -70_000, max: 70_000 }),
  fc.constantFrom(0, -0, 1, 0.1, NaN, Infinity, -Infinity, 65_504, 65_505, 2 ** -24, 2 ** -149, 5e-324),
)

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  // What could be a relation, as far as anybody can see.
  hashes.map((hash) => Uint8Array.from(Buffer.from(hash, 'hex'))),
)

const values: fc.Arbitrary<OperationValue> = fc.oneof(
  fc.boolean().map((value) => ({ type: 'bool' as const, value })),
  ints.map((value) => ({ type: 'int' as const, value })),
  floats.map((value) => ({ type: 'float' as const, value })),
  texts.map((value) => ({ type: 'str' as const, value })),
  bytes.map((value) => ({ type: 'bytes' as const, value })),
  hashes.map((value) => ({ type: 'relation' as const, value: value as DocumentId })),
  fc.array(hashes, { maxLength: 4 }).map((value) => ({ type: 'relation_list' as const, value: value as DocumentId[] })),
  viewIds.map((value) => ({ type: 'pinned_relation' as const, value })),
  fc.array(viewIds, { maxLength: 3 }).map((value) => ({ type: 'pinned_relation_list' as const, value })),
)

/** An operation does not look at its field names: any text will do, and integer-like ones keep their byte order. */
const fieldNames = fc.oneof(texts, fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,63}$/), fc.nat().map(String))

const fields = fc
  .uniqueArray(fc.tuple(fieldNames, values), { maxLength: 8, selector: ([name]) => name })
  .map((entries) => new Map(entries))

const schemaIds = fc.oneof(
  fc
    .tuple(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,62}[A-Za-z0-9]$/), viewIds)
    .map(([name, viewId]) => `${name}_${viewId}` as SchemaId),
  fc
    .constantFrom('schema_definition_v1', 'schema_field_definition_v1', 'blob_v1', 'blob_piece_v1')
    .map((id) => id as SchemaId),
)

export const operations: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ action: fc.constant('create' as const), schemaId: schemaIds, fields }) },
  {
    weight: 4,
    arbitrary: fc.record({ action: fc.constant('update' as const), schemaId: schemaIds, previous: viewIds, fields }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ action: fc.constant('delete' as const), schemaId: schemaIds, previous: viewIds }),
  },
)

const logIds = fc.oneof(fc.bigInt({ min: 0n, max: MAX_U64 }), fc.bigInt({ min: 0n, max: 300n }), fc.constant(MAX_U64))
const seqNums = fc.oneof(
  fc.bigInt({ min: 1n, max: MAX_U64 }),
  fc.bigInt({ min: 1n, max: 130n }),
  fc.constantFrom(1n, MAX_U64),
)

/** Where an entry stands in its log, with the links that it has to have there. */
export const places: fc.Arbitrary<NextArgs> = fc
  .tuple(logIds, seqNums, fc.uniqueArray(hashes, { minLength: 2, maxLength: 2 }))
  .map(([logId, seqNum, [backlink, skiplink]]) => ({
    logId,
    seqNum,
    ...(seqNum > 1n && { backlink: backlink as Hash }),
    ...(isSkiplinkRequired(seqNum) && { skiplink: skiplink as Hash }),
  }))

export const privateKeys = fc.uint8Array({ minLength: 32, maxLength: 32 })
