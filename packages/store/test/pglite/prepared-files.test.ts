import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type DataTree, inspectData, type PreparedFile, readPreparedFiles } from '../../src/pglite/index.js'

const archive = gunzipSync(readFileSync(new URL('../../dist/pglite/prepared/database.pack', import.meta.url)))

function treeOf(files: readonly PreparedFile[]): DataTree {
  const byPath = new Map(files.map((file) => [file.path, file]))
  return {
    async stat(path) {
      const file = byPath.get(path)
      return file && { type: file.bytes ? 'file' : 'directory', bytes: file.bytes?.length ?? 0 }
    },
    read: async (path) => byPath.get(path)?.bytes ?? new Uint8Array(),
    list: async (path) =>
      [...byPath.keys()].filter((other) => other.startsWith(`${path}/`)).map((other) => other.slice(path.length + 1)),
  }
}

/** The prepared files, one of them as `change` makes it: removed where that returns undefined. */
function changed(path: string, change: (bytes: Uint8Array) => Uint8Array | undefined): PreparedFile[] {
  return readPreparedFiles(archive).flatMap((file) => {
    if (file.path !== path) return [file]
    const bytes = change(new Uint8Array(file.bytes ?? []))
    return bytes ? [{ path, bytes }] : []
  })
}

const inspect = (files: readonly PreparedFile[]) => inspectData(treeOf(files), 'it')

const flipped = (bytes: Uint8Array) => {
  bytes[40] = (bytes[40] ?? 0) ^ 1
  return bytes
}
const text = (content: string) => () => new TextEncoder().encode(content)
const segment = readPreparedFiles(archive).find(({ path }) => /^pg_wal\/[0-9A-F]{24}$/.test(path))?.path ?? ''

describe('the prepared directory', () => {
  it('holds one database, one log segment, and nothing of what a first opening draws', async () => {
    const files = readPreparedFiles(archive)
    expect(files.filter(({ path }) => /^base\/[^/]+$/.test(path)).map(({ path }) => path)).toEqual(['base/5'])
    expect(files.filter(({ path }) => /^pg_wal\/[0-9A-F]{24}$/.test(path))).toHaveLength(1)
    expect(files.map(({ path }) => path)).not.toContain('postmaster.pid')
    await expect(inspect(files)).resolves.toBeUndefined()
  })

  it('is refused where the archive is cut or changed', () => {
    expect(() => readPreparedFiles(archive.subarray(0, 100_000))).toThrow('it ends within')
    const wrong = new Uint8Array(archive)
    wrong[0] = 0x78
    expect(() => readPreparedFiles(wrong)).toThrow('wrong checksum')
    expect(() => readPreparedFiles(new Uint8Array(2048))).toThrow('rakko.json')
  })
})

describe('damage that can be seen before opening', () => {
  const cases: [what: string, path: string, change: (bytes: Uint8Array) => Uint8Array | undefined, fault: string][] = [
    ['no marker', 'rakko.json', () => undefined, 'is missing'],
    ['a marker that is not JSON', 'rakko.json', text('{'), 'is not JSON'],
    ['a marker that says nothing', 'rakko.json', text('null'), 'does not say which format'],
    ['no PG_VERSION', 'PG_VERSION', () => undefined, 'is missing'],
    ['an older PostgreSQL', 'PG_VERSION', text('17\n'), 'says 17 instead of 18'],
    ['an empty PG_VERSION', 'base/5/PG_VERSION', text(''), 'does not hold a version'],
    ['no pg_control', 'global/pg_control', () => undefined, 'is missing'],
    ['a cut pg_control', 'global/pg_control', (bytes) => bytes.subarray(0, 8191), 'has 8191 bytes instead of 8192'],
    ['a flipped bit in pg_control', 'global/pg_control', flipped, 'does not match its checksum'],
    ['a flipped bit in a relation map', 'base/5/pg_filenode.map', flipped, 'does not match its checksum'],
    ['a missing folder', 'pg_xact', () => undefined, 'is missing'],
    ['a file in place of a folder', 'pg_twophase', (bytes) => bytes, 'is not a directory'],
    ['a missing log segment', segment, () => undefined, 'is missing'],
    ['a cut log segment', segment, (bytes) => bytes.subarray(0, 4096), 'has 4096 bytes instead of 1048576'],
  ]

  it.each(cases)('%s is told with its path', async (_, path, change, fault) => {
    const error = await inspect(changed(path, change)).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'DATABASE_DAMAGED', details: { directory: 'it', path } })
    expect(String(error)).toContain(`it is damaged and was left as it is: ${path}`)
    expect(String(error)).toContain(fault)
  })

  it('what a later version wrote is told apart', async () => {
    await expect(inspect(changed('rakko.json', text('{"format":2,"postgres":"18"}')))).rejects.toMatchObject({
      code: 'DATABASE_TOO_NEW',
      details: { field: 'format', expected: 1, got: 2 },
    })
    await expect(inspect(changed('PG_VERSION', text('19\n')))).rejects.toMatchObject({
      code: 'DATABASE_TOO_NEW',
      details: { field: 'PostgreSQL', expected: 18, got: 19 },
    })
  })
})
