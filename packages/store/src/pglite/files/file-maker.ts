import type { Filesystem } from '#pglite'

export type ModuleOptions = Parameters<Filesystem['init']>[1]

/** What is used of a node of Emscripten's files in memory. */
interface MemoryNode {
  readonly node_ops: { mknod(parent: MemoryNode, name: string, mode: number, device: number): MemoryNode }
  readonly stream_ops: {
    write(
      stream: { node: MemoryNode },
      bytes: Uint8Array,
      from: number,
      to: number,
      at: number,
      isOwned: boolean,
    ): number
  }
}

/** The same of PGlite's module. */
export interface MemoryModule {
  readonly FS: { lookupPath(path: string): { readonly node: MemoryNode } }
  FS_createDataFile?: (path: string, name: null, bytes: Uint8Array) => void
}

/** As Emscripten makes the files of a package, and those that a program writes. */
const PACKAGE_FILE_MODE = 0o100777
const FILE_MODE = 0o100666

/**
 * Makes files in folders that are there in memory. To Emscripten a file is five calls, each of which looks up the whole
 * path. A start makes a thousand files, and that took a quarter of it. Here a folder is looked up once.
 *
 * The bytes become the file's: one that is never written stays a view of what it came from.
 */
export function fileMaker({ FS }: MemoryModule, mode = FILE_MODE): (path: string, bytes: Uint8Array) => void {
  const folders = new Map<string, MemoryNode>()
  return (path, bytes) => {
    const end = path.lastIndexOf('/')
    const folder = path.slice(0, end)
    const parent = folders.get(folder) ?? FS.lookupPath(folder).node
    folders.set(folder, parent)
    const node = parent.node_ops.mknod(parent, path.slice(end + 1), mode, 0)
    node.stream_ops.write({ node }, bytes, 0, bytes.length, 0, true)
  }
}

/** PGlite's own files, which come as one package, are made so too. */
export function withFileMaker(options: ModuleOptions): ModuleOptions {
  const prepare = (module: MemoryModule) => {
    const make = fileMaker(module, PACKAGE_FILE_MODE)
    module.FS_createDataFile = (path, _name, bytes) => make(path, bytes)
  }
  return { ...options, preRun: [...(options.preRun ?? []), prepare as NonNullable<ModuleOptions['preRun']>[number]] }
}
