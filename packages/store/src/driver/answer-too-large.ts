import { type RakkoError, refusal } from '@rakko/core'

/** Nobody knows what the rest would have come to: `received` is where the answer was cut off. */
export function answerTooLarge(maxBytes: number, received: number): RakkoError {
  const expected = `at most ${maxBytes} bytes`
  const about = 'The answer of a statement is too large (ask for fewer rows)'
  return refusal('ANSWER_TOO_LARGE', { expected, got: `${received} bytes or more`, about })
}
