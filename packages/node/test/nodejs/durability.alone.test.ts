import type * as FileSystem from 'node:fs'
import { mkdtemp, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openStorage } from '../../src/nodejs/open-storage.js'
import { loadPreparedFiles } from '../../src/nodejs/prepared-archive.js'

/** Descriptors synced, in order; the system's sync runs all the same. */
const synced = vi.hoisted(() => ({ descriptors: [] as number[], wholes: 0 }))

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof FileSystem>()
  return {
    ...fs,
    fdatasyncSync(descriptor: number) {
      synced.descriptors.push(descriptor)
      fs.fdatasyncSync(descriptor)
    },
    fsyncSync(descriptor: number) {
      synced.wholes += 1
      fs.fsyncSync(descriptor)
    },
  }
})

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rakko-durability-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(() => {
  synced.descriptors = []
  synced.wholes = 0
})

describe('a directory', () => {
  test('opened for power has synced its log when a commit is answered, and its files at a checkpoint', async () => {
    const { driver } = await openStorage({ kind: 'directory', directory: join(folder, 'power'), durability: 'power' })
    try {
      // All that was unpacked: files, folders, and the name of the whole.
      expect(synced.wholes).toBeGreaterThan(loadPreparedFiles().length)
      await driver.exec('CREATE TABLE item (id int PRIMARY KEY)')
      for (let id = 0; id < 5; id++) {
        synced.descriptors = []
        await driver.transaction((session) => session.query('INSERT INTO item VALUES ($1)', [id]))
        expect(synced.descriptors).toHaveLength(1)
      }
      if (process.platform === 'linux') {
        expect(await readlink(`/proc/self/fd/${synced.descriptors[0]}`)).toMatch(/\/data\/pg_wal\/[0-9A-F]{24}$/)
      }
      synced.descriptors = []
      await driver.query('SELECT * FROM item')
      expect(synced.descriptors).toEqual([])
      await driver.exec('CHECKPOINT')
      expect(synced.descriptors.length).toBeGreaterThan(1)
    } finally {
      await driver.close()
    }
  })

  test('opened as by default syncs nothing', async () => {
    const { driver } = await openStorage({ kind: 'directory', directory: join(folder, 'process') })
    try {
      await driver.exec('CREATE TABLE item (id int PRIMARY KEY); CHECKPOINT')
      expect(synced).toEqual({ descriptors: [], wholes: 0 })
    } finally {
      await driver.close()
    }
  })
})
