import { ERROR_CODES, type ErrorCode, type ErrorDetails, RakkoError } from '@rakko/core'
import type { ErrorData } from './wire.js'

/** A cause is for a person to read: an engine's error may drag a whole statement along. */
const MAX_CAUSE_CHARS = 1_000

/** What was thrown, as data. */
export function errorToData(error: unknown): ErrorData {
  if (error instanceof RakkoError) {
    const { code, message, details } = error
    return { code, message, details, ...(error.cause !== undefined && { cause: causeText(error.cause) }) }
  }
  return { code: 'INTERNAL', message: 'A defect of Rakko, see the cause', details: {}, cause: causeText(error) }
}

/** The error again, on the other side. The data comes from a peer, so anything odd in it becomes INTERNAL. */
export function errorFromData(data: unknown): RakkoError {
  const { code, message, details, cause } = (
    typeof data === 'object' && data !== null ? data : {}
  ) as Partial<ErrorData>
  const isKnown = typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)
  return new RakkoError(
    isKnown ? (code as ErrorCode) : 'INTERNAL',
    typeof message === 'string' ? message : 'The node replied with an error that cannot be read',
    typeof details === 'object' && details !== null ? (details as ErrorDetails) : {},
    typeof cause === 'string' ? { cause } : undefined,
  )
}

function causeText(cause: unknown): string {
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return text.slice(0, MAX_CAUSE_CHARS)
}
