import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { MIGRATIONS } from '../src/tables/migrations/migrate.js'

/** SHA-256 of each migration's statements. A line is added when a format is published, and never changed. */
const PUBLISHED: readonly string[] = []

test('What a published migration does never changes', () => {
  const hashes = MIGRATIONS.map(({ sql }) => createHash('sha256').update(sql('"rakko"')).digest('hex'))
  expect(hashes).toEqual(PUBLISHED)
})

test('Formats are numbered from 1 without gaps', () => {
  expect(MIGRATIONS.map(({ format }) => format)).toEqual(MIGRATIONS.map((_, index) => index + 1))
})
