import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openStorage } from '../../src/nodejs/open-storage.js'
import { Program } from './program.js'

const NOBODY = 65_534

let root: string
let directory: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rakko-storage-'))
  directory = join(root, 'database')
})

afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

const open = () => openStorage({ kind: 'directory', directory })

/** Every name, kind, mode and content below a directory. */
function hashOfTree(path: string): string {
  const hash = createHash('sha256')
  const visit = (current: string) => {
    const { mode } = lstatSync(current)
    hash.update(`${current}\0${mode}\0`)
    if (lstatSync(current).isSymbolicLink()) hash.update(readlinkSync(current))
    else if (lstatSync(current).isDirectory())
      for (const name of readdirSync(current).sort()) visit(join(current, name))
    else hash.update(readFileSync(current))
  }
  visit(path)
  return hash.digest('hex')
}

describe('opening', () => {
  it('memory needs no directory and keeps nothing', async () => {
    const { kind, driver } = await openStorage({ kind: 'memory' })
    expect(kind).toBe('memory')
    expect((await driver.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await driver.close()
  })

  it('a directory is prepared once and found again, whatever has the name of its reserve by then', async () => {
    const first = await open()
    expect(first).toMatchObject({ kind: 'directory', directory })
    await first.driver.exec('CREATE TABLE item (n int); INSERT INTO item VALUES (7)')
    await expect(open()).rejects.toMatchObject({ code: 'DATABASE_IN_USE', details: { directory, pid: process.pid } })
    await first.driver.close()
    rmSync(join(directory, 'reserve'))
    mkdirSync(join(directory, 'reserve'))
    const second = await open()
    expect((await second.driver.query('SELECT n FROM item')).rows).toEqual([{ n: 7 }])
    await second.driver.close()
  })

  it('two names of one directory are one database', async () => {
    const first = await open()
    const other = join(root, 'other')
    symlinkSync(directory, other)
    await expect(openStorage({ kind: 'directory', directory: other })).rejects.toMatchObject({
      code: 'DATABASE_IN_USE',
    })
    await first.driver.close()
  })

  it('what a killed first start left is removed and the start done again', async () => {
    mkdirSync(join(directory, 'data.4711.new', 'base'), { recursive: true })
    writeFileSync(join(directory, 'data.4711.new', 'PG_VERSION'), '18\n')
    writeFileSync(join(directory, 'reserve'), 'a part')
    const { driver } = await open()
    await driver.close()
    expect(readdirSync(directory).sort()).toEqual(['data', 'lock', 'reserve'])
  })

  it('a failed opening can be done again', async () => {
    writeFileSync(directory, '')
    await expect(open()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    rmSync(directory)
    await (await open()).driver.close()
  })
})

describe('a killed process', () => {
  it('loses no row that was acknowledged', { timeout: 120_000 }, async () => {
    let acknowledged = 0
    for (const rows of [1, 40, 150]) {
      const program = new Program('write-rows', [directory])
      try {
        for (let count = 0; count < rows; count++) acknowledged = Number(await program.line())
      } finally {
        await program.kill()
      }
      // Lines that were on their way count too.
      for (let line = await program.line(); line !== undefined; line = await program.line()) acknowledged = Number(line)
      const { driver } = await open()
      const { rows: found } = await driver.query(
        'SELECT count(*) AS kept FROM item WHERE n <= $1 AND length(bytes) = 3000',
        [acknowledged],
      )
      expect(found).toEqual([{ kept: BigInt(acknowledged) }])
      await driver.close()
    }
  })

  it('is not waited for: the next one opens at once, a living one is named', async () => {
    const program = new Program('write-rows', [directory])
    await program.line()
    await expect(open()).rejects.toMatchObject({ code: 'DATABASE_IN_USE', details: { pid: program.pid } })
    await program.kill()
    await (await open()).driver.close()
  })
})

describe('damage', () => {
  let whole: string

  beforeAll(async () => {
    whole = mkdtempSync(join(tmpdir(), 'rakko-whole-'))
    const { driver } = await openStorage({ kind: 'directory', directory: whole })
    await driver.exec("CREATE TABLE item AS SELECT n, repeat('x', 500) AS text FROM generate_series(1, 2000) n")
    await driver.close()
  })

  afterAll(() => {
    rmSync(whole, { recursive: true, force: true })
  })

  const data = (path: string) => join(directory, 'data', path)
  const segment = () => {
    const names = readdirSync(data('pg_wal')).filter((name) => name.length === 24)
    return data(join('pg_wal', names[0] ?? ''))
  }

  const cases: [what: string, damage: () => void, code: string, words: string][] = [
    [
      'a missing pg_control',
      () => rmSync(data('global/pg_control')),
      'DATABASE_DAMAGED',
      'global/pg_control is missing',
    ],
    ['a cut pg_control', () => truncateSync(data('global/pg_control'), 100), 'DATABASE_DAMAGED', 'has 100 bytes'],
    ['a missing folder', () => rmSync(data('pg_xact'), { recursive: true }), 'DATABASE_DAMAGED', 'pg_xact is missing'],
    ['a cut log segment', () => truncateSync(segment(), 1000), 'DATABASE_DAMAGED', 'has 1000 bytes'],
    ['a missing marker', () => rmSync(data('rakko.json')), 'DATABASE_DAMAGED', 'rakko.json is missing'],
    [
      'a later format',
      () => writeFileSync(data('rakko.json'), '{"format":99,"postgres":"18"}'),
      'DATABASE_TOO_NEW',
      'format: expected 1, got 99',
    ],
    [
      'a log that lies elsewhere',
      () => {
        cpSync(data('pg_wal'), join(root, 'wal'), { recursive: true })
        rmSync(data('pg_wal'), { recursive: true })
        symlinkSync(join(root, 'wal'), data('pg_wal'))
      },
      'DATABASE_DAMAGED',
      'pg_wal is not a directory',
    ],
    [
      'data that is no directory',
      () => {
        rmSync(join(directory, 'data'), { recursive: true })
        writeFileSync(join(directory, 'data'), 'x')
      },
      'DATABASE_DAMAGED',
      'data is not a directory',
    ],
  ]

  it.each(cases)('%s is told, and the directory left byte for byte', async (_, damage, code, words) => {
    cpSync(whole, directory, { recursive: true })
    damage()
    const before = hashOfTree(directory)
    const error = await open().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code, details: { directory } })
    expect(String(error)).toContain(directory)
    expect(String(error)).toContain(words)
    expect(hashOfTree(directory)).toBe(before)
  })

  it.each([
    ['somebody else’s files', () => writeFileSync(join(directory, 'letter.txt'), 'x'), 'letter.txt'],
    ['a PostgreSQL of somebody else', () => writeFileSync(join(directory, 'PG_VERSION'), '18\n'), 'PG_VERSION'],
  ])('a directory with %s is left alone', async (_, fill, words) => {
    mkdirSync(directory)
    fill()
    const before = hashOfTree(directory)
    const error = await open().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', details: { directory } })
    expect(String(error)).toContain(words)
    expect(hashOfTree(directory)).toBe(before)
  })

  it.each([0o000, 0o500])('a directory of mode %i, which takes no files, is told', async (mode) => {
    mkdirSync(directory)
    chmodSync(directory, mode)
    chmodSync(root, 0o755)
    // Root may write anywhere: it tries as nobody.
    const program = new Program('try-open', [directory, ...(process.getuid?.() === 0 ? [`${NOBODY}`] : [])])
    const error = JSON.parse((await program.line()) ?? '')
    chmodSync(directory, 0o700)
    expect(error).toEqual({ code: 'STORAGE_UNAVAILABLE', message: expect.stringContaining(directory) })
    expect(readdirSync(directory)).toEqual([])
  })

  it('a link that leads nowhere is left alone', async () => {
    symlinkSync(join(root, 'gone'), directory)
    await expect(open()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', details: { directory } })
    expect(readdirSync(root)).toEqual(['database'])
  })

  it('what PostgreSQL finds in recovery is told in its words, and nothing new is made', async () => {
    const program = new Program('write-rows', [directory])
    for (let count = 0; count < 50; count++) await program.line()
    await program.kill()
    // The record that recovery begins with; its segment keeps name and size.
    const path = segment()
    writeFileSync(path, Buffer.alloc(lstatSync(path).size, 0xff))
    const names = readdirSync(data('base/5')).sort()
    const error = await open().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'DATABASE_DAMAGED', details: { directory } })
    expect(String(error)).toContain('could not locate a valid checkpoint record')
    expect(readdirSync(data('base/5')).sort()).toEqual(names)
    // Nobody holds it, and the answer stays the same.
    await expect(open()).rejects.toMatchObject({ code: 'DATABASE_DAMAGED' })
  })
})
