import { ERRNO_CODES } from '#pglite'
import type { Change } from './block-log.js'

export interface FileNode {
  readonly type: 'file'
  /** Its path now, or when it was removed. */
  path: string
  mode: number
  bytes: number
  /** Number of the block that holds each piece of the file; −1 where nothing was ever written. */
  readonly blocks: number[]
  /** Open descriptors. A removed file keeps its blocks for them. */
  opened: number
  isRemoved: boolean
}

export interface DirectoryNode {
  readonly type: 'directory'
  mode: number
  readonly names: Set<string>
}

export type TreeNode = FileNode | DirectoryNode

/** An error that Emscripten passes on to PostgreSQL as an errno. */
export class FileError extends Error {
  readonly code: number

  constructor(name: keyof typeof ERRNO_CODES | 'ENOSPC' | 'EIO', path: string) {
    super(`${name}: ${path}`)
    this.code = name === 'ENOSPC' ? ENOSPC : name === 'EIO' ? EIO : ERRNO_CODES[name]
  }
}

/** Emscripten numbers errors as WASI does. */
const ENOSPC = 51
const EIO = 29

const ROOT_MODE = 0o40700

/** Names, modes, sizes and blocks of files, without their content; paths are relative, the root is ''. */
export class FileTree {
  readonly #nodes = new Map<string, TreeNode>([['', { type: 'directory', mode: ROOT_MODE, names: new Set() }]])
  readonly #blockBytes: number

  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes
  }

  find(path: string): TreeNode | undefined {
    return this.#nodes.get(path)
  }

  /** @throws {FileError} ENOENT, EISDIR */
  file(path: string): FileNode {
    const node = this.#nodes.get(path)
    if (!node) throw new FileError('ENOENT', path)
    if (node.type !== 'file') throw new FileError('EISDIR', path)
    return node
  }

  /** @throws {FileError} ENOENT, ENOTDIR */
  directory(path: string): DirectoryNode {
    const node = this.#nodes.get(path)
    if (!node) throw new FileError('ENOENT', path)
    if (node.type !== 'directory') throw new FileError('ENOTDIR', path)
    return node
  }

  /** Blocks in use, without those of removed files that are open. */
  *usedBlocks(): Generator<number> {
    for (const node of this.#nodes.values()) {
      if (node.type === 'file') for (const block of node.blocks) if (block >= 0) yield block
    }
  }

  snapshot(): Change[] {
    const changes: Change[] = []
    for (const [path, node] of this.#nodes) {
      if (path === '') continue
      if (node.type === 'directory') changes.push(['directory', path, node.mode])
      else changes.push(['file', path, node.mode, node.bytes, node.blocks])
    }
    return changes
  }

  /** @throws {FileError} where `apply` could not do it */
  check(change: Change): void {
    const [kind, path] = change
    switch (kind) {
      case 'directory':
      case 'file':
        if (this.#nodes.has(path)) throw new FileError('EEXIST', path)
        this.directory(parentOf(path))
        return
      case 'mode':
        if (!this.#nodes.has(path)) throw new FileError('ENOENT', path)
        return
      case 'size':
      case 'blocks':
        this.file(path)
        return
      case 'move': {
        this.file(path)
        this.directory(parentOf(change[2]))
        if (this.#nodes.has(change[2])) this.file(change[2])
        return
      }
      case 'remove': {
        const node = this.#nodes.get(path)
        if (!node || path === '') throw new FileError('ENOENT', path)
        if (node.type === 'directory' && node.names.size > 0) throw new FileError('ENOTEMPTY', path)
      }
    }
  }

  /** Makes a change. Returns blocks that nothing refers to any more. */
  apply(change: Change): number[] {
    this.check(change)
    switch (change[0]) {
      case 'directory':
        this.#add(change[1], { type: 'directory', mode: change[2], names: new Set() })
        return []
      case 'file': {
        const [, path, mode, bytes, blocks] = change
        this.#add(path, { type: 'file', path, mode, bytes, blocks: [...blocks], opened: 0, isRemoved: false })
        return []
      }
      case 'mode': {
        const node = this.#nodes.get(change[1])
        if (node) node.mode = change[2]
        return []
      }
      case 'size':
        return this.resize(this.file(change[1]), change[2])
      case 'blocks':
        this.assign(this.file(change[1]), change[2], change[3])
        return []
      case 'move':
        return this.#move(change[1], change[2])
      case 'remove':
        return this.#remove(change[1])
      case 'begin':
      case 'end':
        return []
    }
  }

  /** Returns the blocks that were given up. */
  resize(node: FileNode, bytes: number): number[] {
    node.bytes = bytes
    return node.blocks.splice(Math.ceil(bytes / this.#blockBytes)).filter((block) => block >= 0)
  }

  assign({ blocks }: FileNode, first: number, assigned: readonly number[]): void {
    while (blocks.length < first) blocks.push(-1)
    for (const [index, block] of assigned.entries()) blocks[first + index] = block
  }

  #add(path: string, node: TreeNode): void {
    this.directory(parentOf(path)).names.add(nameOf(path))
    this.#nodes.set(path, node)
  }

  #move(from: string, to: string): number[] {
    if (from === to) return []
    const node = this.file(from)
    const freed = this.#nodes.has(to) ? this.#remove(to) : []
    this.#detach(from)
    this.#add(to, node)
    node.path = to
    return freed
  }

  #remove(path: string): number[] {
    const node = this.#nodes.get(path)
    this.#detach(path)
    if (node?.type !== 'file') return []
    node.isRemoved = true
    return node.opened > 0 ? [] : node.blocks.filter((block) => block >= 0)
  }

  #detach(path: string): void {
    this.directory(parentOf(path)).names.delete(nameOf(path))
    this.#nodes.delete(path)
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0))
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
