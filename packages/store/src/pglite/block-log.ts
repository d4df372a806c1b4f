import { crc32c } from './control-file.js'
import type { Device } from './device.js'

declare const TextDecoder: new () => { decode(bytes: Uint8Array): string }
declare const TextEncoder: new () => { encode(text: string): Uint8Array }

/** What happened to the tree of files. Blocks are numbers of blocks, −1 where nothing was ever written. */
export type Change =
  | readonly ['directory', path: string, mode: number]
  | readonly ['file', path: string, mode: number, bytes: number, blocks: readonly number[]]
  | readonly ['mode', path: string, mode: number]
  /** Blocks beyond the size are given up. */
  | readonly ['size', path: string, bytes: number]
  | readonly ['blocks', path: string, first: number, blocks: readonly number[]]
  | readonly ['move', from: string, to: string]
  | readonly ['remove', path: string]
  /** Frames of a snapshot: it counts only if it was written to its end. */
  | readonly ['begin', generation: number]
  | readonly ['end']

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const NEWLINE = 0x0a

/**
 * The history of a tree of files, on two devices of which one is in use: a snapshot, then every change since. A line a
 * change: eight hexadecimal digits of CRC-32C, a space, JSON, a newline. A new snapshot is written to the other device;
 * the device whose complete snapshot has the higher generation is the one in use.
 *
 * A last line that is cut was being written when the process ended: nothing was acknowledged on the strength of it.
 */
export class BlockLog {
  readonly #devices: readonly [Device, Device]
  #current: 0 | 1 = 0
  #generation = 0
  #bytes = 0

  constructor(devices: readonly [Device, Device]) {
    this.#devices = devices
  }

  /** Bytes of the log in use. */
  get bytes(): number {
    return this.#bytes
  }

  /** The changes since nothing; undefined where no device has a complete snapshot. Writes nothing. */
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

  /** @throws where there is no room, the log being what it was */
  append(changes: readonly Change[]): void {
    const device = this.#devices[this.#current]
    const lines = encodeLines(changes)
    // A line that was cut must not end up behind a shorter one.
    if (device.getSize() !== this.#bytes) device.truncate(this.#bytes)
    writeAll(device, lines, this.#bytes)
    this.#bytes += lines.length
  }

  /** Starts anew with what `snapshot` says. */
  rewrite(snapshot: readonly Change[]): void {
    const next = this.#current === 0 && this.#generation > 0 ? 1 : 0
    const device = this.#devices[next]
    const lines = encodeLines([['begin', this.#generation + 1], ...snapshot, ['end']])
    device.truncate(0)
    writeAll(device, lines, 0)
    // A whole snapshot is what the next start reads: changes go here from now on, even where what follows fails.
    const previous = this.#current
    this.#current = next
    this.#generation += 1
    this.#bytes = lines.length
    device.flush()
    // Were the new one damaged later, the old one must not pass for the truth.
    if (next !== previous) this.#devices[previous].truncate(0)
  }

  flush(): void {
    this.#devices[this.#current].flush()
  }

  close(): void {
    for (const device of this.#devices) device.close()
  }
}

/** @throws where there is less room than bytes */
export function writeAll(device: Device, bytes: Uint8Array, at: number): void {
  const written = device.write(bytes, { at })
  if (written !== bytes.length) throw new Error(`${written} of ${bytes.length} bytes found room`)
}

export function readAll(device: Device): Uint8Array {
  const bytes = new Uint8Array(device.getSize())
  return bytes.subarray(0, device.read(bytes, { at: 0 }))
}

interface ReadLog {
  readonly generation: number
  readonly changes: readonly Change[]
  /** Up to the end of the last whole line. */
  readonly bytes: number
}

/** @throws {DamagedLogError} where a line amid others is wrong */
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
      if (end >= 0 && end + 1 < bytes.length && isComplete) throw new DamagedLogError(start)
      break
    }
    if (change[0] === 'begin') generation = change[1]
    else if (change[0] === 'end') isComplete = true
    else changes.push(change)
    start = end + 1
  }
  return isComplete ? { generation, changes, bytes: start } : undefined
}

export class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError'

  constructor(offset: number) {
    super(`the list of files does not match its checksum at byte ${offset}`)
  }
}

function encodeLines(changes: readonly Change[]): Uint8Array {
  let lines = ''
  for (const change of changes) {
    const json = JSON.stringify(change)
    lines += `${crc32c(encoder.encode(json)).toString(16).padStart(8, '0')} ${json}\n`
  }
  return encoder.encode(lines)
}

function decodeLine(line: Uint8Array): Change | undefined {
  if (line.length < 10) return undefined
  const json = line.subarray(9)
  if (Number.parseInt(decoder.decode(line.subarray(0, 8)), 16) !== crc32c(json)) return undefined
  return JSON.parse(decoder.decode(json))
}
