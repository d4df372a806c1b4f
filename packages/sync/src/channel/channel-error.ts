import { RakkoError, refusal } from '@rakko/core'

/** The channel is gone, and why; `details` are plain data. */
export function channelClosed(
  why: string,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): RakkoError {
  return new RakkoError('CHANNEL_CLOSED', `The channel is closed: ${why}`, details, { cause })
}

/** Nothing was opened at an address. Code CHANNEL_CLOSED, too: whoever speaks over channels has none. */
export function notReached(
  url: string,
  why: string,
  details?: Readonly<Record<string, unknown>>,
  cause?: unknown,
): RakkoError {
  return new RakkoError('CHANNEL_CLOSED', `${url} cannot be reached: ${why}`, details, { cause })
}

/** What is no frame at all came from the peer. */
export function invalidMessage(expected: string, got: string): RakkoError {
  return refusal('INVALID_FRAME', { field: 'message', expected, got, about: 'Invalid frame' })
}

/** What a listener threw, as the RakkoError that it has to be. */
export function listenerFailed(error: unknown): RakkoError {
  if (error instanceof RakkoError) return error
  return new RakkoError('INTERNAL', `A listener failed: ${error}`, {}, { cause: error })
}
