import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readdirSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DocumentId, RakkoError } from '@rakko/core'
import type { Driver } from '@rakko/store'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { LiveQuery } from '../../src/live/live-query.js'
import type { Node } from '../../src/node.js'
import { openNodejsNode } from '../../src/nodejs/open-node.js'
import { openStorage } from '../../src/nodejs/open-storage.js'
import { lockOf } from '../support/memory-store.js'
import { Program } from './program.js'

const FULL = { code: 'STORAGE_FAILED', message: expect.stringContaining('the storage is full') }
const NO_ROOM = { code: 'STORAGE_UNAVAILABLE', message: expect.stringContaining('the storage is full') }
/** Holds the prepared database and some twenty megabytes of an app's. */
const MEGABYTES = 40
const AT_ONCE = 20

let disk: string
let directory: string
const lock = await lockOf()
const { venue } = lock

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'rakko-disk-'))
  directory = join(disk, 'database')
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'tmpfs', disk])
})

afterEach(() => {
  // Lazily: a test that failed may have left files open.
  execFileSync('umount', ['--lazy', disk])
  rmdirSync(disk)
})

const open = (durability?: 'process' | 'power') => openNodejsNode({ directory, durability, schemas: lock })

/** Somebody else's file takes all that is left. */
function fill(): void {
  const descriptor = openSync(join(disk, 'filler'), 'a')
  try {
    for (const bytes of [new Uint8Array(65_536), new Uint8Array(1)]) while (hasWritten(descriptor, bytes));
  } finally {
    closeSync(descriptor)
  }
}

function hasWritten(descriptor: number, bytes: Uint8Array): boolean {
  try {
    return writeSync(descriptor, bytes) > 0
  } catch {
    return false
  }
}

const makeRoom = () => rmSync(join(disk, 'filler'), { force: true })

/** Writes some. Returns the ids of those that are stored, and why the others are not. */
async function write(node: Node, characters: number): Promise<{ stored: DocumentId[]; errors: RakkoError[] }> {
  const outcomes = await node.write(
    Array.from({ length: AT_ONCE }, (_, capacity) => ({
      action: 'create' as const,
      schemaId: venue,
      fields: { name: randomBytes(characters).toString('base64').slice(0, characters), capacity },
    })),
  )
  const stored = outcomes.flatMap((outcome) => (outcome.status === 'published' ? [outcome.documentId] : []))
  return { stored, errors: outcomes.flatMap((outcome) => (outcome.status === 'refused' ? [outcome.error] : [])) }
}

async function writeUntilFull(node: Node, characters: number): Promise<{ stored: DocumentId[]; errors: RakkoError[] }> {
  const stored: DocumentId[] = []
  for (;;) {
    const round = await write(node, characters)
    stored.push(...round.stored)
    if (round.errors.length > 0) return { stored, errors: round.errors }
  }
}

/** How many of the documents can be read whole. */
async function readable(node: Node, ids: readonly DocumentId[], characters: number): Promise<number> {
  let whole = 0
  for (const id of ids) {
    const name = (await node.document(venue, id))?.fields.get('name')?.value
    if (typeof name === 'string' && name.length === characters) whole += 1
  }
  return whole
}

/** Takes what a live query shows until it shows so many. */
async function showing(live: LiveQuery, count: number): Promise<void> {
  for (;;) if ((await live.next())?.page.count === count) return
}

describe.each(['process', 'power'] as const)(
  'a database whose disk gets full, durable to the end of the %s',
  (durability) => {
    it.each([800, 50_000])(
      'is read on, and written again once there is room, by writes of %i characters',
      async (characters) => {
        const node = await open(durability)
        const live = await node.live(venue, { first: 1, count: true })
        const { stored, errors } = await writeUntilFull(node, characters)
        expect(stored.length).toBeGreaterThan(AT_ONCE)
        for (const error of errors) {
          expect(error).toMatchObject({ ...FULL, details: { sqlState: '53100' } })
          expect(error.details).not.toHaveProperty('reopen')
        }
        fill()
        expect(await readable(node, stored, characters)).toBe(stored.length)
        const found = await node.count(venue, {})
        const isUnknown = errors.some(({ details }) => details.outcome === 'unknown')
        expect(found - stored.length).toBeLessThanOrEqual(isUnknown ? AT_ONCE : 0)
        await showing(live, found)
        // The checkpoint may have made room.
        fill()
        const refused = await writeUntilFull(node, characters)
        for (const error of refused.errors) expect(error).toMatchObject(FULL)
        stored.push(...refused.stored)
        const held = await node.count(venue, {})
        expect(await node.page(venue, { first: 1 })).toMatchObject({ documents: [{ schemaId: venue }] })

        makeRoom()
        execFileSync('mount', ['-o', `remount,size=${2 * MEGABYTES}m`, disk])
        const again = await write(node, characters)
        expect(again.errors).toEqual([])
        await showing(live, held + AT_ONCE)
        live.close()
        await node.close()

        const next = await open(durability)
        expect(await next.count(venue, {})).toBe(held + AT_ONCE)
        expect(await readable(next, [...stored, ...again.stored], characters)).toBe(stored.length + AT_ONCE)
        await next.close()
        expect(readdirSync(directory).sort()).toEqual(['data', 'lock', 'reserve'])
      },
    )
  },
)

describe('PostgreSQL that gives up, since its log finds no room,', () => {
  let driver: Driver
  let restarts: number

  beforeEach(async () => {
    ;({ driver } = await openStorage({ kind: 'directory', directory }))
    restarts = 0
    driver.onRestart?.(() => restarts++)
  })

  test('under a write is started again, and has what it had committed', async () => {
    await driver.exec('CREATE TABLE item (n int) WITH (fillfactor = 10)')
    await driver.exec('INSERT INTO item SELECT 0 FROM generate_series(1, 3000)')
    fill()
    let updates = 0
    const failure = await (async () => {
      for (;;) {
        await driver.query('UPDATE item SET n = n + 1')
        updates += 1
      }
    })().catch((error: unknown) => error)
    expect(failure).toMatchObject({ ...FULL, details: { sqlState: '53100', outcome: 'unknown' } })
    const { rows } = await driver.query<{ n: number }>('SELECT DISTINCT n FROM item')
    expect([[{ n: updates }], [{ n: updates + 1 }]]).toContainEqual(rows)
    expect([restarts, driver.isFull]).toEqual([1, true])
    makeRoom()
    await driver.query('UPDATE item SET n = -1')
    expect([restarts, driver.isFull]).toEqual([1, false])
    await driver.close()
  })

  test('under a read is started again, and the read finds all that was logged before', async () => {
    // Rows whose transaction nobody has looked up yet: who reads them first notes it in each page, and logs the page.
    await driver.exec("CREATE TABLE item AS SELECT n, repeat('x', 500) AS text FROM generate_series(1, 20000) n")
    await driver.exec('CHECKPOINT')
    fill()
    for (let read = 0; read < 3; read += 1) {
      expect((await driver.query('SELECT count(*) AS n FROM item')).rows).toEqual([{ n: 20000n }])
    }
    expect(restarts).toBeGreaterThan(0)
    await driver.close()
  })
})

describe('a database on a disk that is full to the last byte', () => {
  let stored: DocumentId[]

  beforeEach(async () => {
    const node = await open()
    stored = (await write(node, 800)).stored
    await node.close()
    fill()
  })

  test('is opened and read with its reserve, and refused without until there is room', async () => {
    const node = await open()
    expect(await readable(node, stored, 800)).toBe(AT_ONCE)
    expect((await write(node, 800)).errors).toEqual(Array(AT_ONCE).fill(expect.objectContaining(FULL)))
    await node.close()

    rmSync(join(directory, 'reserve'), { force: true })
    fill()
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(open()).rejects.toMatchObject({ ...NO_ROOM, details: { directory, sqlState: '53100' } })
    }
    makeRoom()
    const next = await open()
    expect(await readable(next, stored, 800)).toBe(AT_ONCE)
    expect((await write(next, 800)).errors).toEqual([])
    await next.close()
  })

  test('takes writes without being opened again once there is room', async () => {
    const node = await open()
    makeRoom()
    expect((await write(node, 800)).errors).toEqual([])
    expect(readdirSync(directory).sort()).toEqual(['data', 'lock', 'reserve'])
    await node.close()
  })
})

test('after its process was killed a database is recovered with the reserve on a full disk', async () => {
  const program = new Program('write-rows', [directory])
  let acknowledged = 0
  while (acknowledged < 500) acknowledged = Number(await program.line())
  await program.kill()
  for (const makesRoom of [false, true]) {
    if (makesRoom) makeRoom()
    else fill()
    const { driver } = await openStorage({ kind: 'directory', directory })
    const { rows } = await driver.query('SELECT count(*) AS kept FROM item WHERE n <= $1', [acknowledged])
    expect([rows, driver.isFull]).toEqual([[{ kept: BigInt(acknowledged) }], !makesRoom])
    await driver.close()
  }
})

test('a first start without room says so, and leaves nothing that takes any', async () => {
  fill()
  await expect(open()).rejects.toMatchObject({ ...NO_ROOM, details: { directory, sqlState: '53100' } })
  makeRoom()
  execFileSync('mount', ['-o', 'remount,size=6m', disk])
  await expect(open()).rejects.toMatchObject({ ...NO_ROOM, details: { directory, sqlState: '53100' } })
  expect(readdirSync(directory)).toEqual(['lock'])
  execFileSync('mount', ['-o', `remount,size=${MEGABYTES}m`, disk])
  const node = await open()
  await node.close()
})
