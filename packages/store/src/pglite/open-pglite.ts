import { PGlite } from '@electric-sql/pglite'
import { RakkoError } from '@rakko/core'
import type { Driver } from '../driver/driver.js'
import { Connection } from './connection.js'
import type { DatabaseFiles } from './database-files.js'
import { PgliteDriver } from './pglite-driver.js'
import { type Complaint, ServerLog } from './server-log.js'
import { START_PARAMETERS, SYNCED_START_PARAMETERS } from './start-parameters.js'
import { type CompiledModule, emptyModule, environmentFailed, wordsOf } from './webassembly.js'

/** What PGlite is made of, where it cannot find it by itself: in a browser. */
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
  /** When the driver was closed, whether that went well or not: locks are released here. */
  readonly onEnd?: (() => Promise<void>) | undefined
}

/**
 * Starts PostgreSQL on a data directory that is there already, and recovers it where it was not closed.
 *
 * @throws {RakkoError} DATABASE_DAMAGED with what PostgreSQL found in the database: nothing was deleted;
 *   ENVIRONMENT_FAILED: no memory, no WebAssembly; STORAGE_UNAVAILABLE: no room, no access; the code of what `files` refuse
 */
export async function openPglite({ files, label, assets, onEnd }: OpenPgliteOptions): Promise<Driver> {
  const log = new ServerLog()
  const keep = (line: string) => {
    log.add(line)
    return false
  }
  let pglite: PGlite | undefined
  try {
    pglite = new PGlite({
      fs: files,
      startParams: [...(files.isSynced ? SYNCED_START_PARAMETERS : START_PARAMETERS)],
      onStderr: keep,
      onStdout: keep,
      // A database is never made here, so its maker is never loaded.
      initdbWasmModule: emptyModule(),
      ...(assets && { pgliteWasmModule: assets.wasm, fsBundle: assets.data }),
    })
    await pglite.waitReady
  } catch (error) {
    if (files.abandon) files.abandon()
    else await files.closeFs().catch(() => {})
    if (error instanceof RakkoError) throw error
    throw openingFailed(label, log.complaint, error)
  }
  return driverOf({ pglite, files, onEnd, log })
}

/** Damage is what PostgreSQL says of the database. Where it says nothing, it never got to look at it. */
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
  const connection = new Connection((messages, onRawData) => {
    // Runs at once, whatever its promise says; where it fails PostgreSQL has said nothing, which is what counts.
    pglite.execProtocolRawStream(messages, { syncToFs: false, onRawData }).catch(() => {})
  }, log)
  return new PgliteDriver({
    connection,
    durability: files,
    async end() {
      try {
        await pglite.close()
      } catch {
        // A storage that is full or gone: what was answered is in it already. Its handles must not keep others out.
        files.abandon?.()
      } finally {
        await onEnd?.()
      }
    },
  })
}
