import { describe, expect, it } from 'vitest'
import { hashSchemaId } from '../../src/schema/hash-schema-id.js'
import { formatSchemaId, parseSchemaId, parseSchemaIdParts } from '../../src/schema/schema-id.js'
import { rakkoErrorOf } from '../rakko-error-of.js'
import { readVectors } from '../vector-file.js'

interface Vector {
  readonly input: string
  readonly ok?: string
  readonly error?: string
}

const { vectors } = readVectors<{ vectors: Vector[] }>('schema_ids.json')
const VIEW = '00202a84887509a92ed4c5f4f4acb4aec1232da18970cef84558c77fe0f78336fb82'

describe('a schema id', () => {
  it.each(vectors)('reads $input as the reference does', ({ input, ok }) => {
    if (ok !== undefined) {
      expect(parseSchemaId(input)).toBe(ok)
      expect(formatSchemaId(parseSchemaIdParts(input))).toBe(ok)
      return
    }
    const { code, details } = rakkoErrorOf(() => parseSchemaId(input))
    expect(code).toBe('INVALID_SCHEMA_ID')
    expect(details).toMatchObject({ schemaId: input, expected: expect.any(String), got: expect.any(String) })
  })

  it('tells an application schema from a system schema', () => {
    expect(parseSchemaIdParts(`my_venue_${VIEW}`)).toEqual({ kind: 'application', name: 'my_venue', viewId: VIEW })
    expect(parseSchemaIdParts('blob_piece_v1')).toEqual({ kind: 'system', name: 'blob_piece', version: 1 })
  })

  it('may name its application schema like a system schema', () => {
    expect(parseSchemaIdParts(`blob_v1_${VIEW}`)).toEqual({ kind: 'application', name: 'blob_v1', viewId: VIEW })
  })

  it.each(['blob_v256', 'blob_v-1', 'blob_v 1', 'blob_v１', 'blob_v0x1'])('refuses the version of %s', (text) => {
    expect(rakkoErrorOf(() => parseSchemaId(text)).details.expected).toBe('a system schema version, v0 to v255')
  })

  it('takes a version with a plus sign and leading zeros, and drops them', () => {
    expect(parseSchemaId('blob_v+001')).toBe('blob_v1')
  })

  it('refuses an operation id that stands twice', () => {
    expect(rakkoErrorOf(() => parseSchemaId(`venue_${VIEW}_${VIEW}`)).details.expected).toBe('ascending operation ids')
  })

  it('is hashed to its name and the hash of its view id', () => {
    expect(hashSchemaId(parseSchemaId(`venue_${VIEW}`))).toBe(
      'venue__0020a9150fdd3af78c0a69cfa17a43abb67055e9d05352fd6b5fb7918c56f4352f2f',
    )
    expect(hashSchemaId(parseSchemaId('blob_v1'))).toBe('blob__1')
  })
})
