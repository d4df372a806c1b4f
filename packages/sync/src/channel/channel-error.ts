import { RakkoError } from '@rakko/core'

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

/** What others' code threw, as the RakkoError that it has to be. `what` names it: `A listener`. */
export function failed(what: string, cause: unknown): RakkoError {
  return cause instanceof RakkoError ? cause : new RakkoError('INTERNAL', `${what} failed: ${cause}`, {}, { cause })
}
