import { RakkoError } from './rakko-error.js'

/** Returns the result of the work, or the RakkoError that it throws. Any other error is a defect and is thrown on. */
export function orRakkoError<Result>(work: () => Result): Result | RakkoError {
  try {
    return work()
  } catch (error) {
    if (error instanceof RakkoError) return error
    throw error
  }
}

/** Returns what is built from data that anybody may publish; undefined where nothing can be built of it. */
export function unlessInvalid<Result>(build: () => Result): Result | undefined {
  const result = orRakkoError(build)
  return result instanceof RakkoError ? undefined : result
}
