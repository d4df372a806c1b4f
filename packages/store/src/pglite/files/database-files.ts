import { RakkoError } from '@rakko/core'
import type { Filesystem, PGlite } from '#pglite'
import { fileMaker, type MemoryModule, type ModuleOptions, withFileMaker } from './file-maker.js'
import type { PreparedFile } from './prepared-files.js'

/** Where PGlite looks for its data directory. */
const DATA_PATH = '/pglite/data'

/** The storage under PostgreSQL's files, as far as the driver has to look after it. */
export interface Durability {
  /** Makes durable what is written. */
  makeDurable?(): Promise<void>
}

/** The storage of one database: what PGlite sees of it, and what the driver has to do for it. */
export interface DatabaseFiles extends Filesystem, Durability {
  /** Called instead of `closeFs` where PostgreSQL could not be started. Keeps nothing that PostgreSQL wrote. */
  abandon?(): void
  /** Another PostgreSQL can be started on them, once they were closed. */
  readonly outlivePostgres?: boolean
  /** PostgreSQL's syncs reach the storage, so PostgreSQL has to make them. */
  readonly isSynced?: boolean
}

/** The platform's syncs. Both return when the device has what was written. */
export interface FileSync {
  /** Content and length of an open file. */
  file(descriptor: number): void
  /** Names in a directory. */
  directory(path: string): void
}

/** An open file or directory of Emscripten's NODEFS. */
interface NodeStream {
  readonly nfd?: number | null
  readonly node: object
}

/** The part used of PGlite's module, an Emscripten program. */
interface DatabaseModule extends MemoryModule {
  readonly FS: MemoryModule['FS'] & {
    mkdirTree(path: string): void
    mount(type: unknown, options: { root: string }, path: string): void
    analyzePath(path: string): { exists: boolean }
    quit(): void
  }
  readonly NODEFS: {
    readonly stream_ops: { fsync?: (stream: NodeStream) => number }
    realPath(node: object): string
  }
}

abstract class ModuleFiles implements DatabaseFiles {
  #pglite: PGlite | undefined

  async init(pglite: PGlite, options: ModuleOptions): Promise<{ emscriptenOpts: ModuleOptions }> {
    this.#pglite = pglite
    return { emscriptenOpts: withFileMaker(options) }
  }

  async initialSyncFs(): Promise<void> {}

  /** PGlite calls it after each of its own statements. It does nothing, since the driver flushes by itself. */
  async syncToFs(): Promise<void> {}

  async closeFs(): Promise<void> {
    this.module()?.FS.quit()
    this.#pglite = undefined
  }

  dumpTar(): Promise<never> {
    return Promise.reject(new RakkoError('INTERNAL', 'a database is not exported by way of PGlite'))
  }

  protected module(): DatabaseModule | undefined {
    return this.#pglite?.Module
  }
}

/** Holds the database in memory; it starts as the prepared directory and ends with its PGlite. */
export class MemoryFiles extends ModuleFiles {
  #prepared: readonly PreparedFile[]

  constructor(prepared: readonly PreparedFile[]) {
    super()
    this.#prepared = prepared
  }

  override async initialSyncFs(): Promise<void> {
    const module = this.module()
    if (!module) return
    module.FS.mkdirTree(DATA_PATH)
    const make = fileMaker(module)
    for (const { path, bytes } of this.#prepared) {
      if (bytes) make(`${DATA_PATH}/${path}`, bytes)
      else module.FS.mkdirTree(`${DATA_PATH}/${path}`)
    }
    this.#prepared = []
  }
}

/** A complete data directory on disk, in Node only. With `sync` what is committed survives the end of the machine. */
export class DirectoryFiles extends ModuleFiles {
  readonly outlivePostgres = true
  readonly #root: string
  readonly #sync: FileSync | undefined

  constructor(root: string, sync?: FileSync) {
    super()
    this.#root = root
    this.#sync = sync
  }

  get isSynced(): boolean {
    return this.#sync !== undefined
  }

  override async init(pglite: PGlite, options: ModuleOptions): Promise<{ emscriptenOpts: ModuleOptions }> {
    const { emscriptenOpts } = await super.init(pglite, options)
    const mount = ({ FS, NODEFS }: DatabaseModule) => {
      FS.mkdirTree(DATA_PATH)
      FS.mount(NODEFS, { root: this.#root }, DATA_PATH)
      const sync = this.#sync
      if (!sync) return
      // Without this Emscripten reports success and syncs nothing.
      NODEFS.stream_ops.fsync = ({ nfd, node }) => {
        if (nfd === undefined || nfd === null) sync.directory(NODEFS.realPath(node))
        else sync.file(nfd)
        return 0
      }
    }
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), mount] } }
  }

  override async initialSyncFs(): Promise<void> {
    // Where PGlite finds no database it would make one of its own.
    if (this.module()?.FS.analyzePath(`${DATA_PATH}/PG_VERSION`).exists) return
    // It was there when the directory was inspected.
    throw new RakkoError('STORAGE_UNAVAILABLE', `${this.#root}/PG_VERSION cannot be read any more`, {
      directory: this.#root,
    })
  }
}
