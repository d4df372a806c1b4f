import { describe, expect, it } from 'vitest'
import { formatFieldType, isPublishableFieldType, parseFieldType } from '../../src/field/parse-field-type.js'
import { codeOf } from '../rakko-error-of.js'

const VENUE = `venue_0020${'c6'.repeat(32)}`

describe('a field type', () => {
  it.each(['bool', 'int', 'float', 'str', 'bytes'])('is the word %s', (text) => {
    expect(parseFieldType(text)).toEqual({ type: text })
    expect(formatFieldType(parseFieldType(text))).toBe(text)
    expect(isPublishableFieldType(text)).toBe(true)
  })

  it.each([
    ['relation', VENUE],
    ['relation_list', 'blob_v1'],
    ['pinned_relation', 'schema_field_definition_v1'],
    ['pinned_relation_list', VENUE],
  ])('is a %s to %s', (type, schemaId) => {
    const text = `${type}(${schemaId})`
    expect(parseFieldType(text)).toEqual({ type, schemaId })
    expect(formatFieldType(parseFieldType(text))).toBe(text)
    expect(isPublishableFieldType(text)).toBe(true)
  })

  it.each([
    '',
    'string',
    'floaty',
    'Bool',
    'relation',
    'relation()',
    'relation(blob)',
    'relation_list(venue_0020c6)',
    'pinned_relation(not_a_hash)',
    'relation (blob_v1)',
    '!?',
    '(blob_v1)',
  ])('is not %j, in an operation or in a schema', (text) => {
    expect(codeOf(() => parseFieldType(text))).toMatch(/^INVALID_(FIELD_TYPE|SCHEMA_ID)$/)
    expect(isPublishableFieldType(text)).toBe(false)
  })

  it.each(['foo(blob_v1)', 'int(blob_v1)', 'see relation(blob_v1)', '(x) é(blob_v1)'])(
    'may be published as %j, of which no schema is built',
    (text) => {
      expect(isPublishableFieldType(text)).toBe(true)
      expect(codeOf(() => parseFieldType(text))).toBe('INVALID_FIELD_TYPE')
    },
  )

  it.each([' relation(blob_v1)', 'relation(blob_v1).', '(relation(blob_v1)', 'relation(blob_v1) '])(
    'is found within %j',
    (text) => {
      expect(parseFieldType(text)).toEqual({ type: 'relation', schemaId: 'blob_v1' })
      expect(isPublishableFieldType(text)).toBe(true)
    },
  )

  it.each([['x'], ['('], ['x('], ['é'], ['blob_v1']])('takes no longer than its length on a megabyte of %j', (part) => {
    const text = part.repeat(1_000_000 / part.length)
    expect(isPublishableFieldType(text)).toBe(false)
    expect(codeOf(() => parseFieldType(text))).toBe('INVALID_FIELD_TYPE')
  })
})
