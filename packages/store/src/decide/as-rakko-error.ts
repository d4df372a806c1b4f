import { RakkoError } from '@rakko/core'

export function asRakkoError(error: unknown): RakkoError {
  if (error instanceof RakkoError) return error
  return new RakkoError('INTERNAL', 'decoding an item failed', {}, { cause: error })
}
