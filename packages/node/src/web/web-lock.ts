import { RakkoError } from '@rakko/core'

/**
 * Gives the lock up and resolves once it can be had again; the browser does so by itself when the page or worker ends.
 */
export type ReleaseLock = () => Promise<void>

/**
 * Lets one tab or worker of an origin at a time have the database of this name, and waits for it: a worker whose page
 * was closed ends a moment after its page.
 *
 * @throws {RakkoError} DATABASE_IN_USE. STORAGE_UNAVAILABLE where there are no Web Locks: nothing but memory is safe
 *   there.
 */
export async function acquireWebLock(name: string, waitMs: number): Promise<ReleaseLock> {
  const { locks } = navigator
  if (!locks) {
    throw new RakkoError(
      'STORAGE_UNAVAILABLE',
      'this page is not a secure context (https or localhost): it has no Web Locks, and nothing would keep two tabs apart',
    )
  }
  return new Promise<ReleaseLock>((resolve, reject) => {
    const hold = (): Promise<void> =>
      new Promise<void>((free) => {
        resolve(async () => {
          free()
          // Where another page has stolen it there is nothing to give up.
          await held.catch(() => undefined)
        })
      })
    const held = locks.request(`rakko:${name}`, { signal: AbortSignal.timeout(waitMs) }, hold)
    held.catch((cause: unknown) => reject(isTimeout(cause) ? inUse(name) : cause))
  })
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

function inUse(name: string): RakkoError {
  return new RakkoError('DATABASE_IN_USE', `another tab or worker has the database "${name}" open`, { name })
}
