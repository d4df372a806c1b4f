import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Driver } from '../../src/driver/driver.js'
import { MemoryFiles, openPglite, readPreparedFiles } from '../../src/pglite/index.js'

const ARCHIVE = new URL('../../dist/pglite/prepared/database.pack', import.meta.url)

/** A PGlite in memory that starts as the prepared directory. */
export function openMemoryDriver(): Promise<Driver> {
  const prepared = readPreparedFiles(gunzipSync(readFileSync(ARCHIVE)))
  return openPglite({ files: new MemoryFiles(prepared), label: 'memory' })
}
