import { RakkoError } from '@rakko/core'

declare const TextDecoder: new () => { decode(bytes: Uint8Array): string }

/** A file or, without bytes, a directory. `path` is relative. Parents come first. */
export interface PreparedFile {
  readonly path: string
  readonly bytes?: Uint8Array
}

/** The file that stands in every data directory, written by what made it. */
export const MARKER_FILE = 'rakko.json'

/** Raised when earlier data directories cannot be opened any more. Tables have a format of their own. */
export const DIRECTORY_FORMAT = 1

/** Major version of PostgreSQL that the directory belongs to, the content of its PG_VERSION. */
export const POSTGRES_MAJOR = '18'

/** The marker's content. */
export interface Marker {
  readonly format: number
  readonly postgres: string
}

const BLOCK_BYTES = 512
const TYPE_FILE = 0x30
const TYPE_DIRECTORY = 0x35
const decoder = new TextDecoder()

/**
 * Reads a tar archive (ustar, names up to 100 bytes). An entry is a block of 512 bytes, then the bytes of the file,
 * filled up to a whole block. The block has the name at 0, the size in octal at 124, the checksum at 148 and the type
 * at 156. Two empty blocks end the archive. Bytes are views of it.
 *
 * @throws {RakkoError} STORAGE_UNAVAILABLE: this is no archive of a prepared directory
 */
export function readPreparedFiles(archive: Uint8Array): PreparedFile[] {
  const files: PreparedFile[] = []
  let offset = 0
  while (offset + BLOCK_BYTES <= archive.length && archive[offset] !== 0) {
    const header = archive.subarray(offset, offset + BLOCK_BYTES)
    const size = octal(header, 124, 12)
    if (octal(header, 148, 8) !== checksum(header)) throw damaged(`the block at ${offset} has a wrong checksum`)
    const path = text(header, 0, 100).replace(/^\.\//, '').replace(/\/$/, '')
    const start = offset + BLOCK_BYTES
    if (start + size > archive.length) throw damaged(`it ends within ${path}`)
    if (header[156] === TYPE_FILE) files.push({ path, bytes: archive.subarray(start, start + size) })
    else if (header[156] === TYPE_DIRECTORY && path !== '' && path !== '.') files.push({ path })
    offset = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES
  }
  if (!files.some(({ path }) => path === MARKER_FILE)) throw damaged(`it has no ${MARKER_FILE}`)
  return files
}

function checksum(header: Uint8Array): number {
  let sum = 0
  for (let index = 0; index < header.length; index++) sum += index >= 148 && index < 156 ? 0x20 : (header[index] ?? 0)
  return sum
}

function octal(header: Uint8Array, start: number, length: number): number {
  return Number.parseInt(text(header, start, length).trim() || '0', 8)
}

function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length)
  const end = field.indexOf(0)
  return decoder.decode(end < 0 ? field : field.subarray(0, end))
}

function damaged(reason: string): RakkoError {
  return new RakkoError('STORAGE_UNAVAILABLE', `the prepared database that ships with Rakko is damaged: ${reason}`)
}
