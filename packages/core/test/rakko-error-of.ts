import { RakkoError } from '../src/rakko-error.js'

/** The RakkoError that a call throws; any other outcome fails the test. */
export function rakkoErrorOf(call: () => unknown): RakkoError {
  let result: unknown
  try {
    result = call()
  } catch (error) {
    if (error instanceof RakkoError) return error
    throw error
  }
  throw new Error(`expected a RakkoError, got ${String(result)}`)
}

/** Its code; the shortest way to say how a call fails. */
export function codeOf(call: () => unknown): string {
  return rakkoErrorOf(call).code
}
