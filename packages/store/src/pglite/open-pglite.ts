import { RakkoError } from '@rakko/core'
import { PGlite } from '#pglite'
import type { Driver } from '../driver/driver.js'
import { cancelStatement, clearCancel } from './cancel-statement.js'
import type { DatabaseFiles } from './database-files.js'
import { guardMessageLoop } from './message-loop.js'
import { PgliteDriver } from './pglite-driver.js'
import { Postgres } from './postgres.js'
import { type Complaint, ServerLog } from './server-log.js'
import { START_PARAMETERS, SYNCED_START_PARAMETERS } from './start-parameters.js'
import { type CompiledModule, emptyModule, environmentFailed, wordsOf } from './webassembly.js'

/** What PGlite is made of, where it cannot find that by itself: in a browser. */
export interface PgliteAssets {
  readonly wasm: CompiledModule
  /** `pglite.data`: PostgreSQL's own files beside the database. */
  readonly data: { arrayBuffer(): Promise<ArrayBuffer> }
}

export interface OpenPgliteOptions {
  readonly files: DatabaseFiles
  /** What errors call the database by: a directory, a name. */
  readonly label: string
  readonly assets?: PgliteAssets | undefined
  /** Called when the driver was closed, whether that went well or not. Locks are released here. */
  readonly onEnd?: (() => Promise<void>) | undefined
}

/**
 * Starts PostgreSQL on an existing data directory, and recovers it where it was not closed.
 *
 * @throws {RakkoError} DATABASE_DAMAGED, with what PostgreSQL found: nothing was deleted.
 * @throws {RakkoError} ENVIRONMENT_FAILED: no memory, no WebAssembly.
 * @throws {RakkoError} STORAGE_UNAVAILABLE: no room, no access.
 * @throws {RakkoError} What `files` throw.
 */
export async function openPglite({ files, label, assets, onEnd }: OpenPgliteOptions): Promise<Driver> {
  const log = new ServerLog()
  const keep = (line: string) => {
    log.add(line)
    return false
  }
  try {
    const pglite = new PGlite({
      fs: files,
      startParams: [...(files.isSynced ? SYNCED_START_PARAMETERS : START_PARAMETERS)],
      onStderr: keep,
      onStdout: keep,
      // A database is never made here, so its maker is never loaded.
      initdbWasmModule: emptyModule(),
      ...(assets && { pgliteWasmModule: assets.wasm, fsBundle: assets.data }),
    })
    await pglite.waitReady
    return driverOf({ pglite, files, onEnd, log })
  } catch (error) {
    if (files.abandon) files.abandon()
    else await files.closeFs().catch(() => {})
    if (error instanceof RakkoError) throw error
    throw openingFailed(label, log.complaint, error)
  }
}

/** Damage is only what PostgreSQL says of the database. Where it says nothing, it never looked at it. */
function openingFailed(label: string, complaint: Complaint | undefined, cause: unknown): RakkoError {
  if (complaint === undefined) return environmentFailed(`PostgreSQL does not start: ${wordsOf(cause)}`, cause)
  const { words, about } = complaint
  if (about === 'memory') return environmentFailed(words, cause)
  const message = `PostgreSQL cannot open ${label}, of which nothing was deleted or made again: ${words}`
  const code = about === 'database' ? 'DATABASE_DAMAGED' : 'STORAGE_UNAVAILABLE'
  return new RakkoError(code, message, { directory: label, postgres: words }, { cause })
}

interface Started extends Pick<OpenPgliteOptions, 'files' | 'onEnd'> {
  readonly pglite: PGlite
  readonly log: ServerLog
}

function driverOf({ pglite, files, onEnd, log }: Started): Driver {
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
  return new PgliteDriver({
    postgres,
    durability: files,
    async end() {
      try {
        // What broke off writes nothing more.
        if (broken()) files.abandon?.()
        else await pglite.close()
      } catch {
        // The storage is full or gone. It has all that was reported as stored. Its handles must not keep others out.
        files.abandon?.()
      } finally {
        await onEnd?.()
      }
    },
  })
}
