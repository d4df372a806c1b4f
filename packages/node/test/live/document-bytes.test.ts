import type { DocumentId } from '@rakko/core'
import type { Document } from '@rakko/store'
import { expect, test } from 'vitest'
import { DocumentBytes } from '../../src/live/document-bytes.js'

const large = document('large', 1_000_000)

test('a document that several rows include counts once, until the last of them is gone', () => {
  const rows = Array.from({ length: 100 }, (_, index) => document(`${index}`, 1, [large, large]))
  const held = new DocumentBytes()
  for (const row of rows) held.add(row)
  expect(held.bytes).toBeGreaterThan(1_000_000)
  expect(held.bytes).toBeLessThan(3_000_000)
  const [last, ...others] = rows as [Document, ...Document[]]
  for (const row of others) held.remove(row)
  expect(held.bytes).toBeGreaterThan(1_000_000)
  held.remove(last)
  expect(held.bytes).toBe(0)
})

function document(id: string, characters: number, included: readonly Document[] = []): Document {
  const fields = new Map([['text', { type: 'str', value: 'a'.repeat(characters) }]])
  const related = new Map([['texts', { documents: included, hasNextPage: false }]])
  return { id: id as DocumentId, fields, related } as unknown as Document
}
