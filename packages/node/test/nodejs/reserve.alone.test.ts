import type * as FileSystem from 'node:fs'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  lacksRoom,
  RESERVE_BYTES,
  RESERVE_FILE,
  ReserveFile,
  UNFINISHED_RESERVE_FILE,
} from '../../src/nodejs/reserve.js'

/** Blocks of 4096 bytes that the file system says are left, and whether writing finds less. */
const disk = vi.hoisted(() => ({ left: 1_000_000, blocks: 2_000_000, fault: undefined as string | undefined }))

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof FileSystem>()
  return {
    ...fs,
    statfsSync: () => ({ bavail: disk.left, blocks: disk.blocks, bsize: 4096 }),
    writeSync(descriptor: number, bytes: Uint8Array, offset: number, length: number) {
      if (disk.fault === undefined) return fs.writeSync(descriptor, bytes, offset, length)
      fs.writeSync(descriptor, bytes, offset, 1)
      throw Object.assign(new Error(disk.fault), { code: disk.fault })
    },
  }
})

let directory: string
let path: string

beforeEach(() => {
  Object.assign(disk, { left: 1_000_000, blocks: 2_000_000, fault: undefined })
  directory = mkdtempSync(join(tmpdir(), 'rakko-reserve-'))
  path = join(directory, RESERVE_FILE)
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('the reserve of a directory', () => {
  test('is real bytes that no file system makes smaller, made once, found again and given up', () => {
    const reserve = new ReserveFile(directory)
    expect([reserve.isKept, reserve.keep(), reserve.isKept]).toEqual([false, true, true])
    const bytes = readFileSync(path)
    expect(bytes.length).toBe(RESERVE_BYTES)
    if (process.platform !== 'win32') expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(RESERVE_BYTES)
    // What a file system compresses at once is smaller than this.
    expect(gzipSync(bytes.subarray(0, 256 * 1024)).length).toBeGreaterThan(256 * 1024)
    const again = new ReserveFile(directory)
    expect([again.isKept, again.keep()]).toEqual([true, true])
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect([again.giveUp(), again.isKept, existsSync(path), again.giveUp()]).toEqual([true, false, false, false])
  })

  test('that a killed process has made in part is made again, and gives up what there is of it', () => {
    new ReserveFile(directory).keep()
    truncateSync(path, RESERVE_BYTES / 2)
    const reserve = new ReserveFile(directory)
    expect([reserve.isKept, reserve.keep(), statSync(path).size]).toEqual([false, true, RESERVE_BYTES])
    truncateSync(path, RESERVE_BYTES / 2)
    expect(new ReserveFile(directory).giveUp()).toBe(true)
  })

  test.each([
    ['a symbolic link', symlinkSync],
    ['another name of a file', linkSync],
  ])('is none where its name is %s: what that leads to stays as it is', (_, link) => {
    const [target, expected] = [join(directory, 'target'), Buffer.alloc(RESERVE_BYTES, 'x')]
    for (const name of [path, join(directory, UNFINISHED_RESERVE_FILE)]) {
      writeFileSync(target, expected)
      link(target, name)
      const reserve = new ReserveFile(directory)
      expect([reserve.isKept, reserve.giveUp()]).toEqual([false, false])
      reserve.keepLast()
      expect(lstatSync(path).isFile()).toBe(true)
      expect([reserve.keep(), reserve.giveUp()]).toEqual([true, true])
      expect(readFileSync(target).equals(expected)).toBe(true)
      rmSync(target)
    }
  })

  test.each([RESERVE_FILE, UNFINISHED_RESERVE_FILE])('is none where %s is a directory, which stays', (name) => {
    mkdirSync(join(directory, name))
    const reserve = new ReserveFile(directory)
    reserve.keepLast()
    expect([reserve.isKept, reserve.keep(), reserve.giveUp()]).toEqual([false, false, false])
    expect(statSync(join(directory, name)).isDirectory()).toBe(true)
  })

  test('is made only where as much again is left, and where a file system does not say, if it can be', () => {
    disk.left = (2 * RESERVE_BYTES) / 4096 - 1
    expect([new ReserveFile(directory).keep(), existsSync(path)]).toEqual([false, false])
    disk.left += 1
    expect(new ReserveFile(directory).keep()).toBe(true)
    rmSync(path)
    Object.assign(disk, { left: 0, blocks: 0 })
    expect(new ReserveFile(directory).keep()).toBe(true)
  })

  test.each(['ENOSPC', 'EDQUOT'])('leaves nothing of it where writing ends with %s', (code) => {
    disk.fault = code
    expect([new ReserveFile(directory).keep(), existsSync(path)]).toEqual([false, false])
  })

  test('tells of any other fault, and leaves nothing either', () => {
    disk.fault = 'EIO'
    expect(() => new ReserveFile(directory).keep()).toThrow('EIO')
    expect(existsSync(path)).toBe(false)
  })
})

test('room is what is lacking where the system says so by its code', () => {
  const errors = ['ENOSPC', 'EDQUOT', 'EACCES'].map((code) => Object.assign(new Error(code), { code }))
  expect([...errors, new Error('no space left'), 'ENOSPC'].map(lacksRoom)).toEqual([true, true, false, false, false])
})
