import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Driver } from '../../src/driver/driver.js'
import { MemoryFiles, openPglite, readPreparedFiles } from '../../src/pglite/index.js'

const ARCHIVE = new URL('../../dist/pglite/prepared/database.pack', import.meta.url)

/** A PGlite in memory that starts as the prepared directory. */
export function openMemoryDriver(): Promise<Driver> {
  return openPglite({ files: new MemoryFiles(preparedFiles()), label: 'memory' })
}

/** What every new database starts from. */
export function preparedFiles(): ReturnType<typeof readPreparedFiles> {
  return readPreparedFiles(gunzipSync(readFileSync(ARCHIVE)))
}
