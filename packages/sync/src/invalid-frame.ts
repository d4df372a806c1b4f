import { type RakkoError, refusal } from '@rakko/core'

/** `field` is the path to what breaks a rule, as `arrivals.items.entry`; `got` is never longer than a line. */
export function invalidFrame(field: string, expected: string, got: string, cause?: unknown): RakkoError {
  return refusal('INVALID_FRAME', { field, expected, got, about: `Invalid frame: ${field}`, cause })
}
