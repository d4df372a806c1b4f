import { RakkoError } from '@rakko/core'

/** Of a request that the leader no longer replies to. `isBegun`: it may have begun with it, or done it. */
export function leaderLost(isBegun: boolean): RakkoError {
  const outcome = isBegun ? 'unknown' : 'not begun'
  const message = `Whoever had the database open is gone; the outcome of a pending write is ${outcome}`
  return new RakkoError('LEADER_LOST', message, { outcome })
}

export function isLeaderLost(error: unknown): error is RakkoError {
  return error instanceof RakkoError && error.code === 'LEADER_LOST'
}

export function leaderSilent(): RakkoError {
  const message =
    'The tab that has the database open is not responding, frozen perhaps; the outcome of a write is unknown'
  return new RakkoError('LEADER_NOT_RESPONDING', message)
}

export function otherVersion(own: number, leaders: number): RakkoError {
  const message =
    own < leaders
      ? 'a tab with a later version of the app has the database open: reload this page'
      : 'a tab with an earlier version of the app has the database open: reload or close that tab'
  return new RakkoError('TAB_VERSION_DIFFERS', message, { expected: leaders, got: own })
}

export function otherStorage(name: string, asked: string, kind: string): RakkoError {
  const message = `another tab has the database "${name}" open in ${kind}, not in ${asked}`
  return new RakkoError('DATABASE_IN_USE', message, { name, expected: asked, got: kind })
}

/** The environment refuses locks: nothing would keep those that share a database apart. */
export function noLocks(cause: unknown): RakkoError {
  const got = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return new RakkoError('STORAGE_UNAVAILABLE', `no Web Lock is to be had here: ${got}`, { got }, { cause })
}

export function otherDatabase(expected: string, got: string): RakkoError {
  const message = 'The database of this node is gone, and another one is in its place: open the node again'
  return new RakkoError('WORKER_DIED', message, { expected, got })
}
