import { RakkoError } from '@rakko/core'

/**
 * Gives the lock up and resolves once it can be had again; the browser does so by itself when the page or worker ends.
 */
export type ReleaseLock = () => Promise<void>

/**
 * Lets one tab or worker of an origin at a time have the database of this name.
 *
 * @throws {RakkoError} DATABASE_IN_USE. STORAGE_UNAVAILABLE where there are no Web Locks: nothing but memory is safe
 *   there.
 */
export async function acquireWebLock(name: string): Promise<ReleaseLock> {
  const { locks } = navigator
  if (!locks) {
    throw new RakkoError(
      'STORAGE_UNAVAILABLE',
      'this page is not a secure context (https or localhost): it has no Web Locks, and nothing would keep two tabs apart',
    )
  }
  return new Promise<ReleaseLock>((resolve, reject) => {
    const held = locks.request(`rakko:${name}`, { ifAvailable: true }, (lock) => {
      if (lock) {
        return new Promise<void>((free) => {
          resolve(async () => {
            free()
            await held
          })
        })
      }
      reject(new RakkoError('DATABASE_IN_USE', `another tab or worker has the database "${name}" open`, { name }))
      return undefined
    })
    held.catch(reject)
  })
}
