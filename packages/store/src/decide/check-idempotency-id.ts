import { refusal } from '@rakko/core'

const IDEMPOTENCY_ID = /^[^\p{Cc}\p{Surrogate}]+$/u

/** Throws INVALID_ARGUMENT, with what is wrong and never the text itself. */
export function checkIdempotencyId(id: unknown, maxCharacters: number): void {
  if (typeof id === 'string' && id.length <= maxCharacters && IDEMPOTENCY_ID.test(id)) return
  const expected = `a text of 1 to ${maxCharacters} characters, no control character or lone surrogate`
  const got = typeof id === 'string' ? gotText(id) : typeof id
  throw refusal('INVALID_ARGUMENT', { field: 'idempotencyId', expected, got })
}

function gotText(id: string): string {
  if (/\p{Surrogate}/u.test(id)) return 'a lone surrogate'
  return /\p{Cc}/u.test(id) ? 'a control character' : `${id.length} characters`
}
