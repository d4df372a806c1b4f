import { DamagedFilesError, writeAll } from './block-log.js'
import { type Device, NoRoomError } from './device.js'
import { FileError, type FileNode } from './file-tree.js'

/** Two of PostgreSQL's pages: small files waste little, and the list of a large file's blocks stays short. */
export const BLOCK_BYTES = 16 * 1024

const zeros = new Uint8Array(BLOCK_BYTES)

/** A block that a file got at a place in its own order. */
export type AddedBlock = readonly [index: number, block: number]

/** The content of files, in blocks of one device, and which of them are free. */
export class BlockSpace {
  readonly #device: Device
  #free: number[] = []
  /** Blocks from here on were never used. */
  #end = 0

  constructor(device: Device) {
    this.#device = device
  }

  /**
   * Takes what a list of files says is in use.
   *
   * @throws {DamagedFilesError} Two files claim one block, or the device is shorter than its blocks.
   */
  claim(blocks: Iterable<number>): void {
    const used = new Set<number>()
    for (const block of blocks) {
      if (used.has(block)) throw new DamagedFilesError(`two files claim block ${block}`)
      used.add(block)
      this.#end = Math.max(this.#end, block + 1)
    }
    const size = this.#device.getSize()
    if (size < this.#end * BLOCK_BYTES) {
      throw new DamagedFilesError(`the blocks were cut: ${size} bytes instead of ${this.#end * BLOCK_BYTES}`)
    }
    for (let block = this.#end - 1; block >= 0; block--) if (!used.has(block)) this.#free.push(block)
  }

  /** Throws away all that was there and begins with these contents. Returns the blocks of each. */
  begin(contents: readonly Uint8Array[]): number[][] {
    const places = contents.map(({ length }) => Array.from({ length: blocksOf(length) }, () => this.#end++))
    const all = new Uint8Array(this.#end * BLOCK_BYTES)
    for (const [index, content] of contents.entries()) all.set(content, (places[index]?.[0] ?? 0) * BLOCK_BYTES)
    this.#device.truncate(0)
    writeAll(this.#device, all, 0)
    return places
  }

  /** These blocks may be used again. */
  release(blocks: readonly number[]): void {
    this.#free.push(...blocks)
  }

  read(node: FileNode, bytes: Uint8Array, position: number): void {
    for (const { index, start, from, to } of pieces(position, bytes.length)) {
      const piece = bytes.subarray(from, to)
      const block = node.blocks[index] ?? -1
      if (block < 0) piece.fill(0)
      else if (this.#device.read(piece, { at: block * BLOCK_BYTES + start }) !== piece.length) {
        throw new FileError('EIO', node.path)
      }
    }
  }

  /** Returns the blocks that the file needs for it and does not have yet. */
  write(node: FileNode, bytes: Uint8Array, position: number): AddedBlock[] {
    const added: AddedBlock[] = []
    try {
      for (const { index, start, from, to } of pieces(position, bytes.length)) {
        const piece = bytes.subarray(from, to)
        const known = node.blocks[index] ?? -1
        if (known >= 0) {
          this.#put(node, piece, known * BLOCK_BYTES + start)
          continue
        }
        const block = this.#free.pop() ?? this.#end++
        added.push([index, block])
        if (piece.length === BLOCK_BYTES) this.#put(node, piece, block * BLOCK_BYTES)
        else {
          const padded = zeros.slice()
          padded.set(piece, start)
          this.#put(node, padded, block * BLOCK_BYTES)
        }
      }
      return added
    } catch (error) {
      this.release(added.map(([, block]) => block))
      throw error
    }
  }

  /** Writes zeros over what blocks of a file hold from when it was longer. */
  clear(node: FileNode, from: number, to: number): void {
    for (const piece of pieces(from, to - from)) {
      const block = node.blocks[piece.index] ?? -1
      if (block < 0) continue
      this.#put(node, zeros.subarray(0, piece.to - piece.from), block * BLOCK_BYTES + piece.start)
    }
  }

  flush(): void {
    this.#device.flush()
  }

  close(): void {
    this.#device.close()
  }

  #put(node: FileNode, bytes: Uint8Array, at: number): void {
    try {
      writeAll(this.#device, bytes, at)
    } catch (error) {
      throw notWritten(error, node.path)
    }
  }
}

/** The error that PostgreSQL is told. */
export function notWritten(error: unknown, path: string): FileError {
  return new FileError(error instanceof NoRoomError ? 'ENOSPC' : 'EIO', path)
}

/** A stretch of a file, block by block. `start` lies within the block, `from` and `to` within the stretch. */
function* pieces(
  position: number,
  length: number,
): Generator<{ index: number; start: number; from: number; to: number }> {
  for (let from = 0; from < length; ) {
    const start = (position + from) % BLOCK_BYTES
    const to = Math.min(length, from + BLOCK_BYTES - start)
    yield { index: Math.floor((position + from) / BLOCK_BYTES), start, from, to }
    from = to
  }
}

export function blocksOf(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES)
}
