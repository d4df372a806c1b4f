import { RakkoError } from '@rakko/core'
import type { PGlite } from '#pglite'
import { BaseFilesystem, type FsStats } from '#pglite'
import { BlockLog, type Change, DamagedFilesError } from './block-log.js'
import { type AddedBlock, BLOCK_BYTES, BlockSpace, blocksOf, notWritten } from './block-space.js'
import type { DatabaseFiles } from './database-files.js'
import type { Devices } from './device.js'
import { type ModuleOptions, withFileMaker } from './file-maker.js'
import { FileError, type FileNode, FileTree } from './file-tree.js'
import type { DataTree } from './inspect-data.js'
import type { PreparedFile } from './prepared-files.js'

declare const TextEncoder: new () => { encode(text: string): Uint8Array }

/** Size at which the list of files is written again, unless most of it is files. */
const MAX_LOG_BYTES = 4 * 1024 * 1024
const FILE_MODE = 0o100600
const DIRECTORY_MODE = 0o40700

const encoder = new TextEncoder()

/**
 * A file system within three files of the platform's: one holds blocks, two hold the list of what is where (see
 * BlockLog). Each of PostgreSQL's hundreds of files would otherwise take a handle of its own.
 *
 * Every call has written when it returns, content before the list. So whenever the process ends, what is found is a
 * state that PostgreSQL had made. A block is used again only once the list says that it is free.
 */
export class BlockFiles extends BaseFilesystem implements DatabaseFiles {
  readonly #devices: Devices
  readonly #blocks: BlockSpace
  readonly #log: BlockLog
  readonly #files = new Map<number, FileNode>()
  #tree: FileTree
  #lastDescriptor = 0
  #rewriteBytes = MAX_LOG_BYTES
  #pglite: PGlite | undefined

  constructor(devices: Devices) {
    super()
    this.#devices = devices
    this.#blocks = new BlockSpace(devices.blocks)
    this.#log = new BlockLog(devices.logs)
    this.#tree = new FileTree(BLOCK_BYTES)
  }

  /**
   * Finds the files that are there and writes nothing. Returns false where none were ever written to their end.
   *
   * @throws {DamagedFilesError}; what a device throws
   */
  load(): boolean {
    const changes = this.#log.read()
    if (!changes) return false
    for (const change of changes) this.#replay(change)
    this.#blocks.claim(this.#tree.usedBlocks())
    return true
  }

  #replay(change: Change): void {
    try {
      this.#tree.apply(change)
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      throw new DamagedFilesError(`the list of files contradicts itself: ${error.message}`)
    }
  }

  /** Throws away what an interrupted start wrote, and begins with these files. */
  create(prepared: readonly PreparedFile[]): void {
    const places = this.#blocks.begin(prepared.map(({ bytes }) => bytes ?? new Uint8Array(0)))
    for (const [index, { path, bytes }] of prepared.entries()) {
      if (bytes) this.#tree.apply(['file', path, FILE_MODE, bytes.length, places[index] ?? []])
      else this.#tree.apply(['directory', path, DIRECTORY_MODE])
    }
    for (const log of this.#devices.logs) log.truncate(0)
    this.#log.rewrite(this.#tree.snapshot())
  }

  /** For a look at the files before PostgreSQL has one. */
  dataTree(): DataTree {
    return {
      stat: async (path) => {
        const node = this.#tree.find(path)
        return node && { type: node.type, bytes: node.type === 'file' ? node.bytes : 0 }
      },
      read: async (path) => {
        const node = this.#tree.file(path)
        const bytes = new Uint8Array(node.bytes)
        this.#blocks.read(node, bytes, 0)
        return bytes
      },
      list: async (path) => [...this.#tree.directory(path).names],
    }
  }

  override init(pglite: PGlite, options: ModuleOptions): Promise<{ emscriptenOpts: ModuleOptions }> {
    this.#pglite = pglite
    return super.init(pglite, withFileMaker(options))
  }

  override async initialSyncFs(): Promise<void> {
    // Where PGlite finds no database it would make one of its own.
    if (!this.#tree.find('PG_VERSION'))
      throw new RakkoError('INTERNAL', 'PGlite was started on files that were not loaded')
  }

  override async syncToFs(): Promise<void> {}

  async makeDurable(): Promise<void> {
    this.#blocks.flush()
    this.#log.flush()
    await this.#devices.persist?.()
  }

  override async closeFs(): Promise<void> {
    try {
      await this.makeDurable()
    } finally {
      this.abandon()
      this.#pglite?.Module?.FS.quit()
    }
  }

  abandon(): void {
    this.#log.close()
    this.#blocks.close()
  }

  chmod(path: string, mode: number): void {
    this.#change([['mode', relative(path), mode]])
  }

  open(path: string): number {
    const node = this.#tree.file(relative(path))
    node.opened += 1
    this.#lastDescriptor += 1
    this.#files.set(this.#lastDescriptor, node)
    return this.#lastDescriptor
  }

  close(descriptor: number): void {
    const node = this.#opened(descriptor)
    this.#files.delete(descriptor)
    node.opened -= 1
    if (node.isRemoved && node.opened === 0) this.#blocks.release(this.#tree.resize(node, 0))
  }

  fstat(descriptor: number): FsStats {
    return stats(this.#opened(descriptor))
  }

  lstat(path: string): FsStats {
    const node = this.#tree.find(relative(path))
    if (!node) throw new FileError('ENOENT', path)
    return stats(node)
  }

  mkdir(path: string, options?: { mode?: number }): void {
    this.#change([['directory', relative(path), options?.mode ?? DIRECTORY_MODE]])
  }

  readdir(path: string): string[] {
    return [...this.#tree.directory(relative(path)).names]
  }

  rename(from: string, to: string): void {
    this.#change([['move', relative(from), relative(to)]])
  }

  rmdir(path: string): void {
    this.#tree.directory(relative(path))
    this.#change([['remove', relative(path)]])
  }

  unlink(path: string): void {
    this.#tree.file(relative(path))
    this.#change([['remove', relative(path)]])
  }

  /** Times are of no use to PostgreSQL's files. */
  utimes(): void {}

  truncate(path: string, bytes: number): void {
    const node = this.#tree.file(relative(path))
    if (node.bytes === bytes) return
    if (bytes > node.bytes) this.#blocks.clear(node, node.bytes, bytes)
    this.#changeFile(node, [], bytes)
  }

  writeFile(path: string, data: string | Uint8Array, options?: { mode?: number }): void {
    if (!this.#tree.find(relative(path))) this.#change([['file', relative(path), options?.mode ?? FILE_MODE, 0, []]])
    const bytes = typeof data === 'string' ? encoder.encode(data) : data
    if (bytes.length > 0) this.#write(this.#tree.file(relative(path)), bytes, 0)
  }

  read(descriptor: number, buffer: Uint8Array, offset: number, length: number, position: number): number {
    const node = this.#opened(descriptor)
    const count = Math.max(Math.min(length, node.bytes - position), 0)
    this.#blocks.read(node, new Uint8Array(buffer.buffer, buffer.byteOffset + offset, count), position)
    return count
  }

  /** PGlite hands over the buffer itself, whatever the type says. */
  write(
    descriptor: number,
    buffer: Uint8Array | ArrayBuffer,
    offset: number,
    length: number,
    position: number,
  ): number {
    const whole = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer)
    this.#write(this.#opened(descriptor), whole.subarray(offset, offset + length), position)
    return length
  }

  #write(node: FileNode, bytes: Uint8Array, position: number): void {
    if (position > node.bytes) this.#blocks.clear(node, node.bytes, position)
    const added = this.#blocks.write(node, bytes, position)
    try {
      this.#changeFile(node, added, Math.max(node.bytes, position + bytes.length))
    } catch (error) {
      // The list may say whose these blocks are. Until it is read again they stay out of use.
      if (this.#log.isExact) this.#blocks.release(added.map(([, block]) => block))
      throw error
    }
  }

  /** Blocks and size of a file. They go into the list, unless the file was removed. */
  #changeFile(node: FileNode, added: readonly AddedBlock[], bytes: number): void {
    const changes: Change[] = added.map(([index, block]) => ['blocks', node.path, index, [block]])
    if (bytes !== node.bytes) changes.push(['size', node.path, bytes])
    if (changes.length === 0) return
    if (!node.isRemoved) {
      this.#change(changes)
      return
    }
    for (const [index, block] of added) this.#tree.assign(node, index, [block])
    this.#blocks.release(this.#tree.resize(node, bytes))
  }

  #change(changes: readonly Change[]): void {
    // A change that cannot be made must not get into the list.
    for (const change of changes) this.#tree.check(change)
    try {
      this.#log.append(changes)
    } catch (error) {
      throw notWritten(error, String(changes[0]?.[1]))
    }
    for (const change of changes) this.#blocks.release(this.#tree.apply(change))
    if (this.#log.bytes >= this.#rewriteBytes) this.#rewrite()
  }

  #rewrite(): void {
    try {
      this.#log.rewrite(this.#tree.snapshot())
    } catch {
      // No room: the list in use is whole, and stays in use.
    }
    this.#rewriteBytes = Math.max(MAX_LOG_BYTES, 2 * this.#log.bytes)
  }

  #opened(descriptor: number): FileNode {
    const node = this.#files.get(descriptor)
    if (!node) throw new FileError('EBADF', String(descriptor))
    return node
  }
}

function relative(path: string): string {
  return path.replace(/^\/+/, '')
}

function stats(node: { readonly mode: number; readonly bytes?: number }): FsStats {
  const size = node.bytes ?? 0
  return {
    dev: 0,
    ino: 0,
    mode: node.mode,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    size,
    blksize: BLOCK_BYTES,
    blocks: blocksOf(size),
    atime: 0,
    mtime: 0,
    ctime: 0,
  }
}
