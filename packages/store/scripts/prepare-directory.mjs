/**
 * Makes the data directory that every new database starts from: initdb runs here, once, and never on a user's device.
 * Writes dist/pglite/prepared/database.pack and manifest.json; does nothing where neither this script, PGlite nor what
 * was built from src/tables changed since.
 */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import { DEFAULT_SCHEMA_NAME, migrate } from '../dist/index.js'
import {
  DIRECTORY_FORMAT,
  DirectoryFiles,
  MARKER_FILE,
  openPglite,
  POSTGRES_MAJOR,
  WAL_SEGMENT_MB,
} from '../dist/pglite/index.js'
import { writeTar } from './tar.mjs'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const TARGET = join(PACKAGE, 'dist', 'pglite', 'prepared')
const ARCHIVE = join(TARGET, 'database.pack')
const MANIFEST = join(TARGET, 'manifest.json')
const PGLITE_VERSION = JSON.parse(
  readFileSync(join(dirname(fileURLToPath(import.meta.resolve('@electric-sql/pglite'))), '..', 'package.json'), 'utf8'),
).version

/** Built afresh at each start, or only of use to a server. */
const LEFT_OUT = /(^|\/)(pg_internal\.init|postmaster\.(pid|opts)|pg_stat_tmp\/.*)$/
/** Files of which only the comments are long. */
const COMMENTED = new Set(['postgresql.conf', 'pg_hba.conf', 'pg_ident.conf'])

const inputs = hashOfInputs()
if (isCurrent()) process.exit(0)
console.error('Preparing the database that new nodes start from.')

const work = mkdtempSync(join(tmpdir(), 'rakko-prepare-'))
try {
  const directory = join(work, 'data')
  await initialise(directory)
  await fill(directory)
  write(collect(directory))
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** @param {string} directory */
async function initialise(directory) {
  const pglite = await PGlite.create({
    dataDir: directory,
    initDbStartParams: [`--wal-segsize=${WAL_SEGMENT_MB}`, '--no-sync'],
  })
  // Other databases are made from the templates: here there is one. Their copies of the catalog are two thirds of the
  // size.
  await pglite.exec('UPDATE pg_database SET datistemplate = false, datallowconn = true')
  await pglite.exec('DROP DATABASE template0')
  await pglite.exec('DROP DATABASE template1')
  await pglite.exec('DROP SCHEMA information_schema CASCADE')
  await pglite.exec('DELETE FROM pg_description; DELETE FROM pg_shdescription')
  await pglite.close()
}

/** @param {string} directory */
async function fill(directory) {
  const driver = await openPglite({ files: new DirectoryFiles(directory), label: directory })
  await migrate(driver, DEFAULT_SCHEMA_NAME)
  // FULL writes every table again, without the maps of free space and visibility that a plain VACUUM adds.
  await driver.exec('VACUUM (FULL, FREEZE, ANALYZE)')
  // The log that remains begins in a segment of its own, full of zeros but for the last checkpoint.
  await driver.exec('SELECT pg_switch_wal()')
  await driver.close()
}

/**
 * Files in order of their paths, parents first.
 * @param {string} directory
 */
function collect(directory) {
  const marker = { format: DIRECTORY_FORMAT, postgres: POSTGRES_MAJOR }
  const files = [{ path: MARKER_FILE, bytes: Buffer.from(`${JSON.stringify(marker)}\n`) }]
  const segment = segmentOfCheckpoint(readFileSync(join(directory, 'global', 'pg_control')))
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }).sort(byPath)) {
    const path = relative(directory, join(entry.parentPath, entry.name)).replaceAll('\\', '/')
    if (LEFT_OUT.test(path)) continue
    if (entry.isDirectory()) files.push({ path })
    else if (!/^pg_wal\/[0-9A-F]{24}$/.test(path) || basename(path) === segment) {
      files.push({ path, bytes: contentOf(directory, path) })
    }
  }
  if (!files.some(({ path }) => path === `pg_wal/${segment}`)) throw new Error(`the log lacks its segment ${segment}`)
  return files
}

/** @param {import('node:fs').Dirent} a @param {import('node:fs').Dirent} b */
function byPath(a, b) {
  return join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1
}

/** @param {string} directory @param {string} path */
function contentOf(directory, path) {
  const bytes = readFileSync(join(directory, path))
  if (!COMMENTED.has(path)) return bytes
  const lines = bytes.toString().split('\n')
  return Buffer.from(`${lines.filter((line) => /^\s*[^#\s]/.test(line)).join('\n')}\n`)
}

/**
 * Name of the log segment that holds the last checkpoint and all that follows it. In pg_control: state at 16 (1: shut
 * down), redo location at 40, timeline at 48.
 * @param {Buffer} control
 */
function segmentOfCheckpoint(control) {
  if (control.readUInt32LE(16) !== 1) throw new Error('PostgreSQL was not shut down')
  const segmentBytes = BigInt(WAL_SEGMENT_MB) * 1048576n
  const number = control.readBigUInt64LE(40) / segmentBytes
  const perFile = 0x1_0000_0000n / segmentBytes
  return [BigInt(control.readUInt32LE(48)), number / perFile, number % perFile]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('')
}

/** @param {{ path: string, bytes?: Uint8Array }[]} files */
function write(files) {
  const archive = gzipSync(writeTar(files), { level: 9 })
  const manifest = {
    format: DIRECTORY_FORMAT,
    pglite: PGLITE_VERSION,
    postgres: POSTGRES_MAJOR,
    inputs,
    sha256: sha256(archive),
    bytes: archive.length,
    unpackedBytes: files.reduce((total, { bytes }) => total + (bytes?.length ?? 0), 0),
    files: files.length,
  }
  mkdirSync(TARGET, { recursive: true })
  replace(ARCHIVE, archive)
  replace(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`)
}

/** @param {string} path @param {string | Uint8Array} content */
function replace(path, content) {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}

function isCurrent() {
  if (!existsSync(ARCHIVE) || !existsSync(MANIFEST)) return false
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8'))
  return manifest.inputs === inputs && manifest.sha256 === sha256(readFileSync(ARCHIVE))
}

function hashOfInputs() {
  const hash = createHash('sha256').update(PGLITE_VERSION)
  const folders = ['dist/tables/migrations', 'dist/tables', 'dist/sql', 'dist/pglite', 'scripts', '../core/dist/schema']
  for (const folder of folders) {
    for (const name of readdirSync(join(PACKAGE, folder)).sort()) {
      if (/\.m?js$/.test(name)) hash.update(`${folder}/${name}\0`).update(readFileSync(join(PACKAGE, folder, name)))
    }
  }
  return hash.digest('hex')
}

/** @param {Uint8Array} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
