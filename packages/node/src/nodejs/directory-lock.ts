import { linkSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { RakkoError } from '@rakko/core'
import type { Reserve } from '@rakko/store/pglite'
import {
  connect,
  isAlive,
  type LockSocket,
  listen,
  newContenderId,
  pidOf,
  socketId,
  socketName,
} from './lock-socket.js'
import { makeDirectory } from './make-directory.js'
import { reasonOf } from './reason-of.js'
import { readRegularFile } from './regular-file.js'
import { lacksRoom, storageFull } from './reserve.js'

/**
 * Lets one process at a time have a directory, in `<directory>/lock`:
 *
 * | file         | content                                                          |
 * | ------------ | ---------------------------------------------------------------- |
 * | `ID.sock`    | socket that the contender ID listens on for as long as it lives   |
 * | `owner`      | ID of an owner; where it is missing, the chain begins with `none` |
 * | `after-ID`   | ID of the contender that followed the dead owner ID               |
 *
 * The owner is who stands at the end of the chain that begins with `owner`. A contender listens first and finds the end
 * of the chain. If that one is dead it makes `after-END` with its own ID. Only one can: a hard link is made whole or
 * not at all, and never over another. It owns the directory if the chain, read again, still leads to it. Then it makes
 * itself the chain's beginning and clears what lies before.
 *
 * Nothing is ever taken away from a dead owner. That is where locks of this kind break: of two that find it dead, the
 * slower would take away what the faster has just made. Here the slower finds `after-END` made. Should it have slept so
 * long that it was cleared again, then `owner` has moved on before that, the chain does not lead to it, and it
 * withdraws.
 */
export class DirectoryLock {
  readonly #folder: string
  readonly #id: string
  readonly #socket: LockSocket

  private constructor(folder: string, id: string, socket: LockSocket) {
    this.#folder = folder
    this.#id = id
    this.#socket = socket
  }

  /**
   * The lock's files take some kilobytes: those of the reserve, where there are no others.
   *
   * @throws {RakkoError} DATABASE_IN_USE with `pid`; STORAGE_UNAVAILABLE: nothing can be written there
   */
  static async acquire(directory: string, reserve?: Pick<Reserve, 'giveUp'>): Promise<DirectoryLock> {
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const lock = await DirectoryLock.#tryAcquire(directory, reserve)
      if (lock !== undefined) return lock
    }
    throw unlockable(directory, new Error('nobody can reach its sockets'))
  }

  /** Undefined where this contender withdrew, which another one, with a new ID, can make good. */
  static async #tryAcquire(
    directory: string,
    reserve: Pick<Reserve, 'giveUp'> | undefined,
  ): Promise<DirectoryLock | undefined> {
    const folder = lockFolder(directory)
    const id = newContenderId()
    let socket: LockSocket | undefined
    try {
      makeDirectory(folder)
      socket = await listen(folder, id)
      const lock = new DirectoryLock(folder, id, socket)
      if (await lock.#claim(directory)) return lock
      await lock.release()
      return undefined
    } catch (error) {
      await letGo(folder, id, socket)
      if (error instanceof RakkoError) throw error
      if (lacksRoom(error)) {
        const { owner, isAlive } = await readLock(directory)
        if (isAlive) throw inUse(directory, owner)
        // Two that come here at once give up the same reserve, and one of them gets the lock.
        if (reserve?.giveUp()) return undefined
      }
      throw unlockable(directory, error)
    }
  }

  /** The next contender finds nobody listening, as it would after a crash. */
  release(): Promise<void> {
    return letGo(this.#folder, this.#id, this.#socket)
  }

  /** From now on, who reaches for the directory is taken by `onVisitor`. */
  receive(onVisitor: (socket: Socket) => void): void {
    this.#socket.onVisitor = onVisitor
  }

  /** False where nobody can reach this contender, so that the next one would find it dead. */
  async #claim(directory: string): Promise<boolean> {
    const claim = join(this.#folder, `claim-${this.#id}`)
    writeFileSync(claim, this.#id)
    try {
      for (let turn = 0; ; turn++) {
        if (turn === MAX_TURNS) throw new Error(`the files in ${this.#folder} lead nowhere`)
        const end = chain(this.#folder).at(-1) ?? NONE
        if (end !== NONE && (await isAlive(this.#folder, end))) throw inUse(directory, end)
        const after = join(this.#folder, `after-${end}`)
        if (!linkNew(claim, after)) continue
        if (chain(this.#folder).includes(this.#id)) break
        rmSync(after, { force: true })
      }
      // An owner that cleared between this one's bind and its listening took its socket for a dead one's. That owner is
      // gone, so from here on nobody else clears.
      if (!(await isAlive(this.#folder, this.#id))) return false
      renameSync(claim, join(this.#folder, 'owner'))
    } finally {
      rmSync(claim, { force: true })
    }
    await this.#clear()
    return true
  }

  /** Removes what the dead left. */
  async #clear(): Promise<void> {
    for (const name of readdirSync(this.#folder)) {
      if (name.startsWith('after-')) rmSync(join(this.#folder, name), { force: true })
      const id = socketId(name) ?? (name.startsWith('claim-') ? name.slice('claim-'.length) : undefined)
      if (id === undefined || id === this.#id || (await isAlive(this.#folder, id))) continue
      rmSync(join(this.#folder, name), { force: true })
    }
  }
}

/** Stands for the owner before the first. */
const NONE = 'none'
/** Far more than contenders ever take; files that somebody else has put there could go on for ever. */
const MAX_TURNS = 1_000

export function lockFolder(directory: string): string {
  return join(directory, 'lock')
}

/** Who last owned or owns a directory, found without writing anything there. */
export interface LockState {
  /** Changes whenever somebody gets the directory. */
  readonly owner: string
  readonly isAlive: boolean
}

export async function readLock(directory: string): Promise<LockState> {
  const folder = lockFolder(directory)
  const owner = chain(folder).at(-1) ?? NONE
  return { owner, isAlive: owner !== NONE && (await isAlive(folder, owner)) }
}

/** To whoever has the directory. Undefined where nobody is there. */
export async function connectTo(directory: string): Promise<Socket | undefined> {
  const folder = lockFolder(directory)
  const owner = chain(folder).at(-1)
  return owner === undefined ? undefined : connect(folder, owner)
}

export function inUse(directory: string, owner: string): RakkoError {
  const pid = pidOf(owner)
  const who = pid === process.pid ? 'this very process' : pid === undefined ? 'another process' : `process ${pid}`
  return new RakkoError('DATABASE_IN_USE', `${directory} is open in ${who}`, {
    directory,
    ...(pid !== undefined && { pid }),
  })
}

function unlockable(directory: string, cause: unknown): RakkoError {
  const message = `${directory} cannot be locked: ${reasonOf(cause)}`
  if (lacksRoom(cause)) return storageFull(directory, message, cause)
  return new RakkoError('STORAGE_UNAVAILABLE', message, { directory }, { cause })
}

/** Owners from `owner` on, in order. */
function chain(folder: string): string[] {
  const owners: string[] = []
  for (let id = readId(join(folder, 'owner')) ?? NONE; !owners.includes(id); ) {
    owners.push(id)
    id = readId(join(folder, `after-${id}`), `lost-${id}`) ?? id
  }
  return owners
}

/**
 * Undefined where there is no such file. A power cut may have left it without its content: then its contender is dead,
 * and `lost` stands for it.
 */
function readId(path: string, lost?: string): string | undefined {
  try {
    const id = readRegularFile(path).toString('utf8')
    return /^\d+-[0-9a-f]+$/.test(id) ? id : lost
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/** False where there is such a file already. */
function linkNew(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

async function letGo(folder: string, id: string, socket: LockSocket | undefined): Promise<void> {
  await socket?.close()
  try {
    rmSync(join(folder, socketName(id)), { force: true })
  } catch {
    // The folder could not be made: that has been said already.
  }
}
