import { BLOB, BLOB_PIECE } from '@rakko/core'
import { decodeFrame, encodeFrame } from '@rakko/sync'
import { expect, test } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { syncScope } from '../../src/sync/sync-scope.js'

const [one = '', other = ''] = [1, 2].map((seed) => new Author(seed).publicKey).toSorted()
const documentId = `0020${'ab'.repeat(32)}`

test('nothing that is narrowed is everything', () => {
  expect([syncScope(), syncScope({}), syncScope({ withoutPieces: false })]).toEqual([undefined, undefined, undefined])
})

test('what is named is ascending, each once and in the one form of its text, so that a peer can read it', () => {
  const scope = syncScope({
    schemas: [BLOB, BLOB_PIECE, BLOB],
    authors: [other.toUpperCase(), one, other],
    documents: [documentId.toUpperCase(), documentId],
    withoutPieces: true,
  })
  const expected = { schemas: [BLOB_PIECE, BLOB].toSorted(), authors: [one, other], documents: [documentId] }
  expect(scope).toEqual({ ...expected, withoutPieces: true })
  const pull = { type: 'pull', pull: 1, mode: 'entries', scope, after: { number: 0 }, compare: 0 } as const
  expect(decodeFrame(encodeFrame(pull))).toEqual(pull)
})

test('what is no id or key, and too much, is refused', () => {
  const many = Array.from({ length: 1_001 }, (_, index) => `0020${index.toString(16).padStart(64, '0')}`)
  const codes = [{ schemas: ['venue'] }, { authors: ['5e'] }, { documents: ['5e'] }, { documents: many }].map(
    (params) => {
      try {
        return syncScope(params)
      } catch (error) {
        return (error as { code?: string }).code
      }
    },
  )
  expect(codes).toEqual(['INVALID_SCHEMA_ID', 'INVALID_PUBLIC_KEY', 'INVALID_HASH', 'INVALID_ARGUMENT'])
})
