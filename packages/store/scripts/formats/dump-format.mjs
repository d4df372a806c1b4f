/**
 * Writes test/formats/<format>.sql: a small database of the format that the built code makes, with data of every kind,
 * which every later version has to open. Run it (`npm run dump-format -w @rakko/store`, after `prepare-directory`) when
 * a format is about to be followed by the next one; what was written once is never written again.
 *
 * The file names no PostgreSQL schema: it fills the one that stands first in search_path. Same code, same bytes.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { portableVerifier } from '@rakko/core'
import { createStore, DATABASE_FORMAT, DEFAULT_SCHEMA_NAME } from '../../dist/index.js'
import { MemoryFiles, openPglite, readPreparedFiles } from '../../dist/pglite/index.js'
import { dumpTables } from './dump-tables.mjs'
import { publishEverything, TIME } from './format-data.mjs'

const FOLDER = fileURLToPath(new URL('../../test/formats/', import.meta.url))
const ARCHIVE = new URL('../../dist/pglite/prepared/database.pack', import.meta.url)

const target = `${FOLDER}${DATABASE_FORMAT}.sql`
if (existsSync(target)) {
  console.error(`${target} is there already; remove it where format ${DATABASE_FORMAT} was never released.`)
  process.exit(1)
}
const files = new MemoryFiles(readPreparedFiles(gunzipSync(readFileSync(ARCHIVE))))
const driver = await openPglite({ files, label: 'memory' })
const store = await createStore({
  driver,
  schemaName: DEFAULT_SCHEMA_NAME,
  verifier: portableVerifier,
  now: () => TIME,
  random: (length) => new Uint8Array(length).fill(0xd0),
})
await publishEverything(store)
const sql = await dumpTables(driver, DEFAULT_SCHEMA_NAME)
await store.close()
mkdirSync(FOLDER, { recursive: true })
writeFileSync(target, `-- A database of format ${DATABASE_FORMAT}, written by scripts/formats/dump-format.mjs.\n${sql}`)
console.error(`Wrote ${target}, ${Math.round(sql.length / 1024)} kB.`)
