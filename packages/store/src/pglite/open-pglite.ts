import { PGlite } from '@electric-sql/pglite'
import { RakkoError } from '@rakko/core'
import type { Driver } from '../driver/driver.js'
import { Connection } from './connection.js'
import type { DatabaseFiles } from './database-files.js'
import { PgliteDriver } from './pglite-driver.js'
import { START_PARAMETERS, SYNCED_START_PARAMETERS } from './start-parameters.js'

/** A compiled WebAssembly module, as the platform at hand types it. */
type CompiledModule = object

declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => CompiledModule }

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

/** PostgreSQL's log is kept as far as an error message needs it. */
const MAX_LOG_LINES = 20
/** A database is never made here, so its maker is never loaded: PGlite is given the smallest module there is. */
const EMPTY_MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])

/**
 * Starts PostgreSQL on a data directory that is there already, and recovers it where it was not closed.
 *
 * @throws {RakkoError} DATABASE_DAMAGED with PostgreSQL's words: nothing was deleted; the code of what `files` refuse
 */
export async function openPglite({ files, label, assets, onEnd }: OpenPgliteOptions): Promise<Driver> {
  const log: string[] = []
  const keep = (line: string) => {
    log.push(line)
    if (log.length > MAX_LOG_LINES) log.shift()
    return false
  }
  let pglite: PGlite | undefined
  try {
    pglite = new PGlite({
      fs: files,
      startParams: [...(files.isSynced ? SYNCED_START_PARAMETERS : START_PARAMETERS)],
      onStderr: keep,
      onStdout: keep,
      initdbWasmModule: new WebAssembly.Module(EMPTY_MODULE),
      ...(assets && { pgliteWasmModule: assets.wasm, fsBundle: assets.data }),
    })
    await pglite.waitReady
  } catch (error) {
    if (files.abandon) files.abandon()
    else await files.closeFs().catch(() => {})
    if (error instanceof RakkoError) throw error
    const words = complaint(log) ?? (error instanceof Error ? error.message : String(error))
    throw new RakkoError(
      'DATABASE_DAMAGED',
      `PostgreSQL cannot open ${label}, of which nothing was deleted or made anew: ${words}`,
      { directory: label, postgres: words },
      { cause: error },
    )
  }
  return driverOf({ pglite, files, onEnd, lastWords: () => complaint(log) })
}

interface Started extends Pick<OpenPgliteOptions, 'files' | 'onEnd'> {
  readonly pglite: PGlite
  readonly lastWords: () => string | undefined
}

function driverOf({ pglite, files, onEnd, lastWords }: Started): Driver {
  const connection = new Connection((messages, onRawData) => {
    // Runs at once, whatever its promise says; where it fails PostgreSQL has said nothing, which is what counts.
    pglite.execProtocolRawStream(messages, { syncToFs: false, onRawData }).catch(() => {})
  }, lastWords)
  return new PgliteDriver({
    connection,
    durability: files,
    async end() {
      try {
        await pglite.close()
      } finally {
        await onEnd?.()
      }
    },
  })
}

/** PostgreSQL's last word of the gravest kind that it used. */
function complaint(log: readonly string[]): string | undefined {
  for (const level of ['PANIC', 'FATAL', 'ERROR']) {
    const line = log.findLast((candidate) => candidate.includes(`${level}:`))
    if (line) return line.slice(line.indexOf(`${level}:`)).trim()
  }
  return log.at(-1)
}
