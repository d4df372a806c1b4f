import { errorCode } from './node-handle.js'

export interface ErrorMessage {
  readonly title: string
  readonly text: string
  /** What is left to do: open again, load the page again, or nothing from here. */
  readonly remedy: 'retry' | 'reload' | 'none'
}

/** What the app says to a person, by the code of the error. */
const MESSAGES: Readonly<Record<string, ErrorMessage>> = {
  DATABASE_IN_USE: {
    title: 'Already open elsewhere',
    text: 'Something else in this browser holds the festival’s database. Close other tabs of it, or go on there. This tab tries again when you come back to it.',
    remedy: 'retry',
  },
  TAB_VERSION_DIFFERS: {
    title: 'Open in two versions',
    text: 'Another tab of this browser has the festival open in another version of the app. Load this page again, and the other one too.',
    remedy: 'reload',
  },
  LEADER_NOT_RESPONDING: {
    title: 'Another tab does not respond',
    text: 'A tab that this browser has put to sleep holds the festival’s database. Go to that tab or close it, then try again.',
    remedy: 'retry',
  },
  LEADER_LOST: {
    title: 'Another tab was closed just now',
    text: 'It held the database while your change was under way. Whether it was saved shows in a moment.',
    remedy: 'none',
  },
  DATABASE_DAMAGED: {
    title: 'The database on this device is damaged',
    text: 'It cannot be opened. Nothing was deleted or written over: everything is exactly as it was found, so it can still be rescued.',
    remedy: 'retry',
  },
  DATABASE_TOO_NEW: {
    title: 'A newer version wrote this database',
    text: 'This tab runs an older version of the app than the one that last used the database. Load the page again to get the newer one. Nothing was changed.',
    remedy: 'reload',
  },
  ENVIRONMENT_FAILED: {
    title: 'The app cannot run here',
    text: 'The browser gave it too little memory, or forbids a part of it. The database was not touched. Close other tabs and try again, or use another browser.',
    remedy: 'retry',
  },
  STORAGE_UNAVAILABLE: {
    title: 'The database cannot be opened here',
    text: 'Either a file of the app could not be loaded, or the browser gives the app no room for a database. Nothing was changed. Check the network and the browser’s privacy settings, then try again.',
    remedy: 'retry',
  },
  STORAGE_FAILED: {
    title: 'The storage refused',
    text: 'Nothing was stored. The device may be out of space: free some, then try again.',
    remedy: 'retry',
  },
  KEY_STORE_FAILED: {
    title: 'The signing key cannot be read',
    text: 'What you add is signed with a key that stays in this browser, and the browser does not give access to it. Nothing was changed.',
    remedy: 'retry',
  },
  WORKER_DIED: {
    title: 'The node stopped',
    text: 'The part of the app that keeps the data went away, most often because the device ran out of memory. What was saved before is safe; whether the very last change was saved shows after opening again.',
    remedy: 'retry',
  },
  NODE_CLOSED: {
    title: 'The node was closed',
    text: 'Everything saved is safe. Open it again to go on.',
    remedy: 'retry',
  },
  DEADLINE_EXCEEDED: {
    title: 'No reply in time',
    text: 'The device may be very busy. Whether the last change was saved shows after opening again.',
    remedy: 'retry',
  },
  DOCUMENT_DELETED: {
    title: 'Deleted meanwhile',
    text: 'It was deleted before this change, and a deletion is final. Nothing was stored.',
    remedy: 'none',
  },
}

const QUOTA: ErrorMessage = {
  title: 'No space left',
  text: 'The browser gives this app no more space, so nothing was stored. Free some space on the device, then try again.',
  remedy: 'retry',
}

/** Raised by the app before it tries to open: without a secure context nothing would work as promised. */
export class InsecureOriginError extends Error {
  override readonly name = 'InsecureOriginError'
}

const INSECURE_ORIGIN: ErrorMessage = {
  title: 'This address is not secure',
  text: 'Over plain http browsers offer no private storage, no signing keys and no offline mode. Open the app over https, or on this very machine as localhost.',
  remedy: 'none',
}

export function messageFor(error: unknown): ErrorMessage {
  if (error instanceof InsecureOriginError) return INSECURE_ORIGIN
  if (isQuotaError(error)) return QUOTA
  const code = errorCode(error)
  const known = code === undefined ? undefined : MESSAGES[code]
  return (
    known ?? {
      title: 'Something went wrong',
      text: 'This was not foreseen. The words below tell what happened.',
      remedy: 'retry',
    }
  )
}

/** The node's own words. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** For a report: what the code says, in the node's own words. */
export function errorDetail(error: unknown): string {
  const code = errorCode(error)
  const text = wordsOf(error)
  return code === undefined ? text : `${code}: ${text}`
}

function isQuotaError(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'QuotaExceededError' || /quota|no space|storage is full/i.test(cause.message)) return true
  }
  return false
}
