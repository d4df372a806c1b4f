import { RakkoError } from '@rakko/core'
import { PGlite } from '#pglite'
import { NO_ROOM } from '../../driver/storage-full.js'
import type { DatabaseFiles } from '../files/database-files.js'
import { cancelStatement, clearCancel } from './cancel-statement.js'
import { guardMessageLoop } from './message-loop.js'
import { Postgres } from './postgres.js'
import type { Instance } from './server.js'
import { type Complaint, ServerLog } from './server-log.js'
import { START_PARAMETERS, SYNCED_START_PARAMETERS } from './start-parameters.js'
import { type CompiledModule, emptyModule, environmentFailed, wordsOf } from './webassembly.js'

/** What PGlite is made of, where it cannot find that by itself: in a browser. */
export interface PgliteAssets {
  readonly wasm: CompiledModule
  /** `pglite.data`: PostgreSQL's own files beside the database. */
  readonly data: { arrayBuffer(): Promise<ArrayBuffer> }
}

export interface StartOptions {
  /** By default it does. Where room is short a log that was read is removed instead of kept for later. */
  readonly recyclesLog?: boolean | undefined
  readonly files: DatabaseFiles
  /** What errors call the database by: a directory, a name. */
  readonly label: string
  readonly assets?: PgliteAssets | undefined
}

/** Starts one PostgreSQL. Throws as `openPglite` does, and leaves the files closed then. */
export async function startPostgres({ files, label, assets, recyclesLog = true }: StartOptions): Promise<Instance> {
  const log = new ServerLog()
  const keep = (line: string) => {
    log.add(line)
    return false
  }
  try {
    const pglite = new PGlite({
      fs: files,
      startParams: [
        ...(files.isSynced ? SYNCED_START_PARAMETERS : START_PARAMETERS),
        ...(recyclesLog ? [] : ['-c', 'wal_recycle=off']),
      ],
      onStderr: keep,
      onStdout: keep,
      // A database is never made here, so its maker is never loaded.
      initdbWasmModule: emptyModule(),
      ...(assets && { pgliteWasmModule: assets.wasm, fsBundle: assets.data }),
    })
    await pglite.waitReady
    return instanceOf(pglite, files, log)
  } catch (error) {
    await letGo(files)
    if (error instanceof RakkoError) throw error
    throw openingFailed(label, log.complaint, error)
  }
}

/** Closes files that PostgreSQL will write no more. */
async function letGo(files: DatabaseFiles): Promise<void> {
  if (files.abandon) files.abandon()
  else await files.closeFs().catch(() => {})
}

/** Damage is only what PostgreSQL says of the database. Where it says nothing, it never looked at it. */
function openingFailed(label: string, complaint: Complaint | undefined, cause: unknown): RakkoError {
  if (complaint === undefined) return environmentFailed(`PostgreSQL does not start: ${wordsOf(cause)}`, cause)
  const { words, about } = complaint
  if (about === 'memory') return environmentFailed(words, cause)
  const message = `PostgreSQL cannot open ${label}, of which nothing was deleted or made again: ${words}`
  const details = { directory: label, postgres: words }
  if (about === 'database') return new RakkoError('DATABASE_DAMAGED', message, details, { cause })
  if (about === 'access') return new RakkoError('STORAGE_UNAVAILABLE', message, details, { cause })
  const full = { ...details, sqlState: NO_ROOM }
  return new RakkoError('STORAGE_UNAVAILABLE', `the storage is full: ${message}`, full, { cause })
}

function instanceOf(pglite: PGlite, files: DatabaseFiles, log: ServerLog): Instance {
  const broken = guardMessageLoop(pglite.Module)
  const postgres = new Postgres((messages, onData) => {
    let isCanceled = false
    const onRawData = (chunk: Uint8Array) => {
      if (onData(chunk) || isCanceled) return
      isCanceled = true
      cancelStatement(pglite.Module)
    }
    // Runs at once, though it returns a promise. If it fails PostgreSQL has said nothing, and that is what counts.
    if (!broken()) pglite.execProtocolRawStream(messages, { syncToFs: false, onRawData }).catch(() => {})
    const failure = broken()
    if (failure) throw failure
    if (isCanceled) clearCancel(pglite.Module)
  }, log)
  return {
    postgres,
    async close() {
      try {
        await pglite.close()
      } catch {
        // The storage is full or gone. It has all that was reported as stored. Its handles must not keep others out.
        await letGo(files)
      }
    },
    drop: () => letGo(files),
  }
}
