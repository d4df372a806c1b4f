import { RakkoError } from '@rakko/core'

export function frameTooLarge(expected: number, got: number | string): RakkoError {
  return new RakkoError('FRAME_TOO_LARGE', `Frame too large: expected at most ${expected} bytes, got ${got}`, {
    expected,
    got,
  })
}
