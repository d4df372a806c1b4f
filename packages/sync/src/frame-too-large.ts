import { type RakkoError, refusal } from '@rakko/core'

export function frameTooLarge(most: number, got: number | 'more'): RakkoError {
  return refusal('FRAME_TOO_LARGE', { expected: `at most ${most} bytes`, got, about: 'Frame too large' })
}
