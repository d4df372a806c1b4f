import { expect, test } from 'vitest'
import { checkIdempotencyId } from '../src/decide/check-idempotency-id.js'

test.each([
  ['', '0 characters'],
  ['x'.repeat(65), '65 characters'],
  ['a\u0000b', 'a control character'],
  ['a\ud800', 'a lone surrogate'],
  [5, 'number'],
])('A refused idempotency id says what is wrong with it: %j', (id, got) => {
  const expected = 'a text of 1 to 64 characters, no control character or lone surrogate'
  const details = { field: 'idempotencyId', expected, got }
  expect(() => checkIdempotencyId(id, 64)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', details }))
})
