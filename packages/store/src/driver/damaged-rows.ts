import { RakkoError } from '@rakko/core'

/** Rows that belong together are not all there. `words` say which. A verification mends that, or tells what is lost. */
export function damagedRows(words: string): RakkoError {
  return new RakkoError('DATABASE_DAMAGED', `the database is damaged, and nothing of it was deleted: ${words}`)
}
