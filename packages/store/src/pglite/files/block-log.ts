import { joinBytes } from '@rakko/core'
import { crc32c } from './control-file.js'
import { type Device, NoRoomError } from './device.js'

declare const TextDecoder: new () => { decode(bytes: Uint8Array): string }
declare const TextEncoder: new () => { encode(text: string): Uint8Array }

/** What happened to the tree of files. Blocks are given by number, −1 where nothing was ever written. */
export type Change =
  | readonly ['directory', path: string, mode: number]
  | readonly ['file', path: string, mode: number, bytes: number, blocks: readonly number[]]
  | readonly ['mode', path: string, mode: number]
  /** Blocks beyond the size are given up. */
  | readonly ['size', path: string, bytes: number]
  | readonly ['blocks', path: string, first: number, blocks: readonly number[]]
  | readonly ['move', from: string, to: string]
  | readonly ['remove', path: string]
  /** Frames a snapshot, which counts only if it was written to its end. */
  | readonly ['begin', generation: number]
  | readonly ['end']

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const NEWLINE = 0x0a
const NO_CHECKSUM = '00000000'
/** Behind the checksum and a space. */
const JSON_START = NO_CHECKSUM.length + 1

/**
 * The history of a tree of files: a snapshot, then every change since. It has two devices, of which one is in use. Each
 * change is a line: eight hexadecimal digits of CRC-32C, a space, JSON, a newline. A new snapshot is written to the
 * other device. The device whose complete snapshot has the higher generation is the one in use.
 *
 * A last line that is cut was being written when the process ended. Nobody was told that it was stored.
 */
export class BlockLog {
  readonly #devices: readonly [Device, Device]
  #current: 0 | 1 = 0
  #generation = 0
  #bytes = 0
  /** A device that may hold a snapshot that must not count. */
  #stray: Device | undefined

  constructor(devices: readonly [Device, Device]) {
    this.#devices = devices
  }

  /** Bytes of the log in use. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether the log in use ends where it should, without what failed to be appended. */
  get isExact(): boolean {
    return this.#devices[this.#current].getSize() === this.#bytes
  }

  /** All changes from the beginning; undefined where no device has a complete snapshot. Writes nothing. */
  read(): readonly Change[] | undefined {
    const logs = [readLog(this.#devices[0]), readLog(this.#devices[1])] as const
    const [first, second] = logs
    if (!first && !second) return undefined
    this.#current = (second?.generation ?? 0) > (first?.generation ?? 0) ? 1 : 0
    const log = logs[this.#current]
    this.#generation = log?.generation ?? 0
    this.#bytes = log?.bytes ?? 0
    return log?.changes
  }

  /** @throws where there is no room; the log stays what it was */
  append(changes: readonly Change[]): void {
    const device = this.#devices[this.#current]
    const lines = encodeLines(changes)
    this.#dropStray()
    // A cut line must not remain behind a shorter one.
    if (!this.isExact) device.truncate(this.#bytes)
    try {
      writeAll(device, lines, this.#bytes)
    } catch (error) {
      // The device may have written them. What was refused must not be found later.
      attempt(() => device.truncate(this.#bytes))
      throw error
    }
    this.#bytes += lines.length
  }

  /** @throws where there is no room; the log in use stays what it was, or the next append is refused too */
  rewrite(snapshot: readonly Change[]): void {
    const next = this.#current === 0 && this.#generation > 0 ? 1 : 0
    const device = this.#devices[next]
    const lines = encodeLines([['begin', this.#generation + 1], ...snapshot, ['end']])
    this.#dropStray()
    device.truncate(0)
    try {
      writeAll(device, lines, 0)
    } catch (error) {
      // The new snapshot may be whole all the same. It would then win over what is appended to the log in use.
      this.#stray = device
      attempt(() => this.#dropStray())
      throw error
    }
    // The next start reads a whole snapshot. So changes go here from now on, even where what follows fails.
    const previous = this.#current
    this.#current = next
    this.#generation += 1
    this.#bytes = lines.length
    device.flush()
    // If the new one were damaged later, the old one must not pass for the truth.
    if (next !== previous) this.#devices[previous].truncate(0)
  }

  #dropStray(): void {
    this.#stray?.truncate(0)
    this.#stray = undefined
  }

  flush(): void {
    this.#devices[this.#current].flush()
  }

  close(): void {
    for (const device of this.#devices) device.close()
  }
}

/** Ignores a failure: the error before it says why, and the next call makes up for it. */
function attempt(work: () => void): void {
  try {
    work()
  } catch {}
}

/** @throws {NoRoomError}; what the device throws for another reason */
export function writeAll(device: Device, bytes: Uint8Array, at: number): void {
  let written: number
  try {
    written = device.write(bytes, { at })
  } catch (error) {
    const isFull = error instanceof Error && error.name === 'QuotaExceededError'
    throw isFull ? new NoRoomError(bytes.length, error) : error
  }
  if (written !== bytes.length) throw new NoRoomError(bytes.length)
}

export function readAll(device: Device): Uint8Array {
  const bytes = new Uint8Array(device.getSize())
  return bytes.subarray(0, device.read(bytes, { at: 0 }))
}

interface ReadLog {
  readonly generation: number
  readonly changes: readonly Change[]
  /** Bytes up to the end of the last whole line. */
  readonly bytes: number
}

/** @throws {DamagedFilesError} where a line amid others is wrong */
function readLog(device: Device): ReadLog | undefined {
  const bytes = readAll(device)
  const changes: Change[] = []
  let generation = 0
  let isComplete = false
  let start = 0
  while (start < bytes.length) {
    const end = bytes.indexOf(NEWLINE, start)
    const change = end < 0 ? undefined : decodeLine(bytes.subarray(start, end))
    if (!change) {
      if (end >= 0 && end + 1 < bytes.length && isComplete)
        throw new DamagedFilesError(`the list of files does not match its checksum at byte ${start}`)
      break
    }
    if (change[0] === 'begin') generation = change[1]
    else if (change[0] === 'end') isComplete = true
    else changes.push(change)
    start = end + 1
  }
  return isComplete ? { generation, changes, bytes: start } : undefined
}

/** What the devices hold cannot be a database. Other errors say nothing of what they hold. */
export class DamagedFilesError extends Error {
  override readonly name = 'DamagedFilesError'
}

function encodeLines(changes: readonly Change[]): Uint8Array {
  return joinBytes(changes.map(encodeLine))
}

function encodeLine(change: Change): Uint8Array {
  const line = encoder.encode(`${NO_CHECKSUM} ${JSON.stringify(change)}\n`)
  const checksum = crc32c(line.subarray(JSON_START, -1)).toString(16).padStart(NO_CHECKSUM.length, '0')
  for (let index = 0; index < checksum.length; index++) line[index] = checksum.charCodeAt(index)
  return line
}

function decodeLine(line: Uint8Array): Change | undefined {
  if (line.length <= JSON_START) return undefined
  const json = line.subarray(JSON_START)
  if (Number.parseInt(decoder.decode(line.subarray(0, NO_CHECKSUM.length)), 16) !== crc32c(json)) return undefined
  return JSON.parse(decoder.decode(json))
}
