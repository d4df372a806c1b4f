import { RakkoError } from './rakko-error.js'

/** What the work gives, or the RakkoError that it throws; any other error is a defect and goes on. */
export function orRakkoError<Result>(work: () => Result): Result | RakkoError {
  try {
    return work()
  } catch (error) {
    if (error instanceof RakkoError) return error
    throw error
  }
}

/** What is built from what anybody may publish; undefined where that makes nothing. */
export function unlessInvalid<Result>(build: () => Result): Result | undefined {
  const result = orRakkoError(build)
  return result instanceof RakkoError ? undefined : result
}
