import { randomFillSync } from 'node:crypto'
import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { RakkoError } from '@rakko/core'
import { NO_ROOM, type Reserve } from '@rakko/store/pglite'

/** Beside PostgreSQL's files, within a database's directory. */
export const RESERVE_FILE = 'reserve'
/**
 * PostgreSQL takes some 64 kB to recover and to shut down, and while it is read a megabyte of log between two
 * checkpoints.
 */
export const RESERVE_BYTES = 4 * 1024 * 1024
/** File systems that compress look at no more at once. */
const PIECE_BYTES = 1024 * 1024
/** For the want of room: of the device, and of what the system lets this user have. */
const WITHOUT_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/** Whether the system refused a call since there is no room. */
export function lacksRoom(error: unknown): boolean {
  return error instanceof Error && 'code' in error && WITHOUT_ROOM.has(error.code)
}

/** An opening that found no room. */
export function storageFull(directory: string, reason: string, cause?: unknown): RakkoError {
  const details = { directory, sqlState: NO_ROOM }
  return new RakkoError('STORAGE_UNAVAILABLE', `the storage is full: ${reason}`, details, { cause })
}

/**
 * The reserve of a database in a directory: a file whose bytes really lie on the device, so that removing it makes as
 * much room. Only who has the directory's lock makes one.
 */
export class ReserveFile implements Reserve {
  readonly #path: string
  #isKept: boolean

  constructor(directory: string) {
    this.#path = join(directory, RESERVE_FILE)
    this.#isKept = bytesOf(this.#path) === RESERVE_BYTES
  }

  get isKept(): boolean {
    return this.#isKept
  }

  keep(): boolean {
    this.#isKept ||= hasRoom(dirname(this.#path)) && this.#write()
    return this.#isKept
  }

  giveUp(): boolean {
    this.#isKept = false
    const isThere = bytesOf(this.#path) !== undefined
    rmSync(this.#path, { force: true })
    return isThere
  }

  #write(): boolean {
    try {
      writeRandom(this.#path)
      return true
    } catch (error) {
      rmSync(this.#path, { force: true })
      if (lacksRoom(error)) return false
      throw error
    }
  }
}

/** Undefined where there is no such file, or nobody says. */
function bytesOf(path: string): number | undefined {
  try {
    return statSync(path).size
  } catch {
    return undefined
  }
}

/** Without as much room again the next write would give the reserve up at once. */
function hasRoom(directory: string): boolean {
  const { bavail, blocks, bsize } = statfsSync(directory)
  // Some file systems do not say what they have. Then writing tells.
  return blocks === 0 || bavail * bsize >= 2 * RESERVE_BYTES
}

/** What compresses to nothing would take no room. */
function writeRandom(path: string): void {
  const piece = randomFillSync(new Uint8Array(PIECE_BYTES))
  const descriptor = openSync(path, 'w', 0o600)
  try {
    for (let written = 0; written < RESERVE_BYTES; ) {
      written += writeSync(descriptor, piece, 0, Math.min(PIECE_BYTES, RESERVE_BYTES - written))
    }
  } finally {
    closeSync(descriptor)
  }
}
