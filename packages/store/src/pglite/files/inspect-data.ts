import { RakkoError, refusal } from '@rakko/core'
import { CONTROL_FILE, checkRelationMap, readControlFile } from './control-file.js'
import { DIRECTORY_FORMAT, MARKER_FILE, POSTGRES_MAJOR } from './prepared-files.js'

declare const TextDecoder: new () => { decode(bytes: Uint8Array): string }

/** A data directory seen from outside, in whatever storage it lies. Paths are relative to it. Reads only. */
export interface DataTree {
  /** Undefined where there is nothing. `other`: a symbolic link, a socket… */
  stat(path: string): Promise<{ readonly type: 'file' | 'directory' | 'other'; readonly bytes: number } | undefined>
  read(path: string): Promise<Uint8Array>
  list(path: string): Promise<readonly string[]>
}

const DIRECTORIES = [
  'base',
  'base/5',
  'global',
  'pg_commit_ts',
  'pg_dynshmem',
  'pg_logical',
  'pg_logical/mappings',
  'pg_logical/snapshots',
  'pg_multixact',
  'pg_multixact/members',
  'pg_multixact/offsets',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_tblspc',
  'pg_twophase',
  'pg_wal',
  'pg_xact',
]
const RELATION_MAPS = ['global/pg_filenode.map', 'base/5/pg_filenode.map']
const VERSION_FILES = ['PG_VERSION', 'base/5/PG_VERSION']
const SEGMENT_NAME = /^[0-9A-F]{24}$/
const decoder = new TextDecoder()

/**
 * Looks at a data directory before PostgreSQL does, and writes nothing. PostgreSQL itself changes a damaged directory
 * before it finds out. What this cannot see, as a page that does not match its checksum, PostgreSQL tells when it gets
 * there.
 *
 * @throws {RakkoError} DATABASE_DAMAGED, DATABASE_TOO_NEW; `details.path` is the file
 */
export async function inspectData(tree: DataTree, label: string): Promise<void> {
  const inspection = new Inspection(tree, label)
  await inspection.marker()
  for (const path of VERSION_FILES) await inspection.version(path)
  for (const path of DIRECTORIES) await inspection.directory(path)
  for (const path of RELATION_MAPS) inspection.require(path, checkRelationMap(await inspection.file(path)))
  await inspection.log()
}

class Inspection {
  readonly #tree: DataTree
  readonly #label: string

  constructor(tree: DataTree, label: string) {
    this.#tree = tree
    this.#label = label
  }

  async marker(): Promise<void> {
    const text = decoder.decode(await this.file(MARKER_FILE))
    let marker: unknown
    try {
      marker = JSON.parse(text)
    } catch {
      throw this.#damaged(MARKER_FILE, 'is not JSON')
    }
    const { format, postgres } = (marker ?? {}) as { format?: unknown; postgres?: unknown }
    const isKnown = Number.isSafeInteger(format) && typeof postgres === 'string' && /^\d+$/.test(postgres)
    if (!isKnown) throw this.#damaged(MARKER_FILE, 'does not say which format the database has')
    this.#notNewer('format', Number(format), DIRECTORY_FORMAT)
    this.#notNewer('PostgreSQL', Number(postgres), Number(POSTGRES_MAJOR))
  }

  async version(path: string): Promise<void> {
    const version = decoder.decode(await this.file(path)).trim()
    if (!/^\d+$/.test(version)) throw this.#damaged(path, 'does not hold a version')
    this.#notNewer('PostgreSQL', Number(version), Number(POSTGRES_MAJOR))
    if (version !== POSTGRES_MAJOR) throw this.#damaged(path, `says ${version} instead of ${POSTGRES_MAJOR}`)
  }

  async directory(path: string): Promise<void> {
    const found = await this.#tree.stat(path)
    if (!found) throw this.#damaged(path, 'is missing')
    if (found.type !== 'directory') throw this.#damaged(path, 'is not a directory')
  }

  async file(path: string): Promise<Uint8Array> {
    await this.#isFile(path)
    return this.#tree.read(path)
  }

  require(path: string, fault: string | undefined): void {
    if (fault !== undefined) throw this.#damaged(path, fault)
  }

  /** Segments are made elsewhere and renamed when they have their full size: a short one was cut. */
  async log(): Promise<void> {
    const control = readControlFile(await this.file(CONTROL_FILE))
    if (typeof control === 'string') throw this.#damaged(CONTROL_FILE, control)
    const { segment, segmentBytes } = control
    for (const name of await this.#tree.list('pg_wal')) {
      if (!SEGMENT_NAME.test(name)) continue
      const path = `pg_wal/${name}`
      const bytes = await this.#isFile(path)
      if (bytes !== segmentBytes) throw this.#damaged(path, `has ${bytes} bytes instead of ${segmentBytes}`)
    }
    await this.#isFile(`pg_wal/${segment}`)
  }

  /** Returns how many bytes the file has. */
  async #isFile(path: string): Promise<number> {
    const found = await this.#tree.stat(path)
    if (!found) throw this.#damaged(path, 'is missing')
    if (found.type !== 'file') throw this.#damaged(path, 'is not a file')
    return found.bytes
  }

  #notNewer(what: string, got: number, expected: number): void {
    if (got <= expected) return
    throw refusal('DATABASE_TOO_NEW', {
      field: what,
      expected,
      got,
      about: `${this.#label} was written by a later version, ${what}`,
      details: { directory: this.#label },
    })
  }

  #damaged(path: string, fault: string): RakkoError {
    return new RakkoError('DATABASE_DAMAGED', `${this.#label} is damaged and was left as it is: ${path} ${fault}`, {
      directory: this.#label,
      path,
      got: fault,
    })
  }
}
