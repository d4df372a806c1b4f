import { randomFillSync } from 'node:crypto'
import { closeSync, lstatSync, openSync, renameSync, rmSync, statfsSync, truncateSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { RakkoError } from '@rakko/core'
import { NO_ROOM, type Reserve } from '@rakko/store/pglite'

/** Beside PostgreSQL's files, within a database's directory. */
export const RESERVE_FILE = 'reserve'
/** What it is called until all of its bytes are there. */
export const UNFINISHED_RESERVE_FILE = 'reserve.new'
/**
 * PostgreSQL takes some 64 kB to recover and to shut down, and while it is read a megabyte of log between two
 * checkpoints.
 */
export const RESERVE_BYTES = 4 * 1024 * 1024
/** Of which this is held back while reads use the rest. */
export const LAST_BYTES = 512 * 1024
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
 * much room. Only who has the directory's lock makes one. Whatever else has its name, a link for one, is no reserve:
 * nothing is written to what it leads to.
 */
export class ReserveFile implements Reserve {
  readonly #path: string
  readonly #unfinished: string
  /** Of the file; 0 where there is none. */
  #bytes: number

  constructor(directory: string) {
    this.#path = join(directory, RESERVE_FILE)
    this.#unfinished = join(directory, UNFINISHED_RESERVE_FILE)
    this.#bytes = bytesOf(this.#path)
  }

  get isKept(): boolean {
    return this.#bytes === RESERVE_BYTES
  }

  keep(): boolean {
    // Without as much room again the next write would give the reserve up at once.
    if (!this.isKept && this.#hasRoom(2 * RESERVE_BYTES)) this.#write(RESERVE_BYTES)
    return this.isKept
  }

  giveUp(): boolean {
    const isThere = this.#bytes > 0
    this.#bytes = 0
    if (isThere) rmSync(this.#path, { force: true })
    return isThere
  }

  keepLast(): void {
    if (this.#bytes > LAST_BYTES) {
      truncateSync(this.#path, LAST_BYTES)
      this.#bytes = LAST_BYTES
    } else if (this.#bytes < LAST_BYTES && this.#hasRoom(2 * LAST_BYTES)) this.#write(LAST_BYTES)
  }

  #hasRoom(bytes: number): boolean {
    const { bavail, blocks, bsize } = statfsSync(dirname(this.#path))
    // Some file systems do not say what they have. Then writing tells.
    return blocks === 0 || bavail * bsize + this.#bytes >= bytes
  }

  #write(bytes: number): void {
    if ([this.#path, this.#unfinished].some(isDirectory)) return
    this.giveUp()
    try {
      rmSync(this.#unfinished, { force: true })
      writeRandom(this.#unfinished, bytes)
      renameSync(this.#unfinished, this.#path)
      this.#bytes = bytes
    } catch (error) {
      rmSync(this.#unfinished, { force: true })
      if (!lacksRoom(error)) throw error
    }
  }
}

/** 0 where there is no such file, or one that has other names too, or nobody says. */
function bytesOf(path: string): number {
  try {
    const found = lstatSync(path)
    return found.isFile() && found.nlink <= 1 ? found.size : 0
  } catch {
    return 0
  }
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** What compresses to nothing would take no room. */
function writeRandom(path: string, bytes: number): void {
  const piece = randomFillSync(new Uint8Array(Math.min(bytes, PIECE_BYTES)))
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    for (let written = 0; written < bytes; ) {
      written += writeSync(descriptor, piece, 0, Math.min(piece.length, bytes - written))
    }
  } finally {
    closeSync(descriptor)
  }
}
