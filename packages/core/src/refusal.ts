import { type ErrorCode, type ErrorDetails, RakkoError } from './rakko-error.js'

/** Why a value is refused. */
export interface Refusal {
  /** The name of the value, or the path to it. */
  readonly field?: string
  readonly expected: unknown
  readonly got: unknown
  /** How the message begins; `Invalid <field>` where it is left out. */
  readonly about?: string
  /** What a program needs beside `field`, `expected` and `got`. */
  readonly details?: ErrorDetails
  readonly cause?: unknown
}

/** A stranger's text may be a megabyte long; the whole of it is in `details.got`. */
const MAX_SHOWN_CHARACTERS = 256

/** The error for a value that is refused. Its message has one shape: `<about>: expected <expected>, got <got>`. */
export function refusal(code: ErrorCode, { field, expected, got, about, details, cause }: Refusal): RakkoError {
  return new RakkoError(
    code,
    `${about ?? `Invalid ${field}`}: expected ${expected}, got ${shown(got)}`,
    { ...(field !== undefined && { field }), expected, got, ...details },
    cause === undefined ? undefined : { cause },
  )
}

function shown(got: unknown): string {
  const text = String(got)
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text
}
