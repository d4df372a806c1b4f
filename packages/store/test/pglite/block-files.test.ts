import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { randomNumbers } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import type { Driver } from '../../src/driver/driver.js'
import { BLOCK_BYTES } from '../../src/pglite/files/block-space.js'
import { CHUNK_BYTES } from '../../src/pglite/files/memory-device.js'
import {
  BlockFiles,
  type Device,
  type Devices,
  inspectData,
  MemoryDevice,
  openPglite,
  type PreparedFile,
  readPreparedFiles,
} from '../../src/pglite/index.js'

const ARCHIVE = new URL('../../dist/pglite/prepared/database.pack', import.meta.url)
const prepared = () => readPreparedFiles(gunzipSync(readFileSync(ARCHIVE)))

const memoryDevices = (): Devices => ({
  blocks: new MemoryDevice(),
  logs: [new MemoryDevice(), new MemoryDevice()],
})

function created(files: readonly PreparedFile[], devices = memoryDevices()): BlockFiles {
  const result = new BlockFiles(devices)
  result.create(files)
  return result
}

function loaded(devices: Devices): BlockFiles {
  const result = new BlockFiles(devices)
  expect(result.load()).toBe(true)
  return result
}

async function contentOf(files: BlockFiles): Promise<Record<string, string>> {
  const tree = files.dataTree()
  const content: Record<string, string> = {}
  const visit = async (folder: string) => {
    for (const name of (await tree.list(folder)).toSorted()) {
      const path = folder === '' ? name : `${folder}/${name}`
      const found = await tree.stat(path)
      if (found?.type === 'directory') await visit(path)
      else content[path] = Buffer.from(await tree.read(path)).toString('base64')
    }
  }
  await visit('')
  return content
}

/** Keeps what was done to it, so that the state at any moment can be had again. */
class RecordingDevice extends MemoryDevice {
  readonly record: (replay: (device: Device) => void) => void

  constructor(record: (replay: (device: Device) => void) => void) {
    super()
    this.record = record
  }

  override write(bytes: Uint8Array, options: { at: number }): number {
    const copy = bytes.slice()
    this.record((device) => void device.write(copy, options))
    return super.write(bytes, options)
  }

  override truncate(bytes: number): void {
    this.record((device) => device.truncate(bytes))
    super.truncate(bytes)
  }
}

interface Recording {
  readonly devices: Devices
  readonly steps: [which: 0 | 1 | 2, replay: (device: Device) => void][]
}

function recording(): Recording {
  const steps: Recording['steps'] = []
  const device = (which: 0 | 1 | 2) => new RecordingDevice((replay) => steps.push([which, replay]))
  return { steps, devices: { blocks: device(0), logs: [device(1), device(2)] } }
}

function stateAfter({ steps }: Recording, count: number): Devices {
  const devices = memoryDevices()
  const all = [devices.blocks, ...devices.logs] as const
  for (const [which, replay] of steps.slice(0, count)) replay(all[which])
  return devices
}

/** What a file system of one flat folder does, done to plain arrays as well. */
function randomStep(files: BlockFiles, model: Map<string, Uint8Array>, random: () => number): void {
  const names = ['a', 'b', 'c', 'd']
  const name = names[Math.floor(random() * names.length)] ?? 'a'
  const kind = Math.floor(random() * 8)
  const content = model.get(name)
  if (!content) {
    files.writeFile(`/${name}`, '')
    model.set(name, new Uint8Array())
  } else if (kind === 0) {
    files.unlink(`/${name}`)
    model.delete(name)
  } else if (kind === 1) {
    const to = names[Math.floor(random() * names.length)] ?? 'a'
    files.rename(`/${name}`, `/${to}`)
    model.delete(name)
    model.set(to, content)
  } else if (kind <= 3) {
    const bytes = Math.floor(random() * 4 * BLOCK_BYTES)
    files.truncate(`/${name}`, bytes)
    const resized = new Uint8Array(bytes)
    resized.set(content.subarray(0, bytes))
    model.set(name, resized)
  } else {
    const at = Math.floor(random() * 3 * BLOCK_BYTES)
    const bytes = new Uint8Array(Math.floor(random() * 2.5 * BLOCK_BYTES)).fill(1 + Math.floor(random() * 255))
    const descriptor = files.open(`/${name}`)
    files.write(descriptor, bytes.buffer, 0, bytes.length, at)
    files.close(descriptor)
    if (bytes.length === 0) return
    const written = new Uint8Array(Math.max(content.length, at + bytes.length))
    written.set(content)
    written.set(bytes, at)
    model.set(name, written)
  }
}

const encoded = (model: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...model].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]))

describe('files in blocks', () => {
  it.each(seeds())('hold what was written, through any history, and when read again (seed %d)', async (seed) => {
    const random = randomNumbers(seed)
    for (let history = 0; history < 20; history++) {
      const devices = memoryDevices()
      const files = created([], devices)
      const model = new Map<string, Uint8Array>()
      for (let step = 0; step < 60; step++) randomStep(files, model, random)
      expect(await contentOf(files)).toEqual(encoded(model))
      expect(await contentOf(loaded(devices))).toEqual(encoded(model))
    }
  })

  it.each(seeds())(
    'are, wherever the process ends, as before or after a step, or in between (seed %d)',
    async (seed) => {
      const random = randomNumbers(seed)
      const record = recording()
      const files = created([], record.devices)
      const model = new Map<string, Uint8Array>()
      for (let step = 0; step < 40; step++) {
        const sizes = new Map([...model].map(([name, bytes]) => [name, bytes.length]))
        const begin = record.steps.length
        randomStep(files, model, random)
        for (let count = begin; count < record.steps.length; count++) {
          const found = await contentOf(loaded(stateAfter(record, count)))
          // Names and sizes change at once; content may be half written, as on any disk.
          for (const [name, text] of Object.entries(found)) {
            const bytes = Buffer.from(text, 'base64').length
            expect([sizes.get(name), model.get(name)?.length]).toContain(bytes)
          }
        }
        expect(await contentOf(loaded(stateAfter(record, record.steps.length)))).toEqual(encoded(model))
      }
    },
  )

  it('do not show what a block held in an earlier life', async () => {
    const devices = memoryDevices()
    const files = created([], devices)
    const full = new Uint8Array(3 * BLOCK_BYTES).fill(7)
    files.writeFile('/old', full)
    files.unlink('/old')
    files.writeFile('/new', new Uint8Array(10).fill(1))
    files.truncate('/new', 5)
    files.truncate('/new', 2 * BLOCK_BYTES)
    const expected = new Uint8Array(2 * BLOCK_BYTES)
    expected.fill(1, 0, 5)
    expect(await contentOf(loaded(devices))).toEqual({ new: Buffer.from(expected).toString('base64') })
  })

  it('stay readable through a descriptor after they were removed, and give their blocks back', () => {
    const devices = memoryDevices()
    const files = created([], devices)
    files.writeFile('/gone', new Uint8Array(BLOCK_BYTES).fill(7))
    const descriptor = files.open('/gone')
    files.unlink('/gone')
    files.writeFile('/other', new Uint8Array(BLOCK_BYTES).fill(8))
    const read = new Uint8Array(4)
    expect(files.read(descriptor, read, 0, 4, 0)).toBe(4)
    expect([...read]).toEqual([7, 7, 7, 7])
    files.close(descriptor)
    const size = devices.blocks.getSize()
    files.writeFile('/third', new Uint8Array(BLOCK_BYTES).fill(9))
    expect(devices.blocks.getSize()).toBe(size)
  })

  it('refuse what cannot be done, leaving no trace of it in the list', () => {
    const devices = memoryDevices()
    const files = created([], devices)
    files.mkdir('/folder')
    files.writeFile('/folder/file', 'x')
    const refusals: [call: () => unknown, name: string][] = [
      [() => files.open('/nothing'), 'ENOENT'],
      [() => files.unlink('/nothing'), 'ENOENT'],
      [() => files.rename('/nothing', '/other'), 'ENOENT'],
      [() => files.rename('/folder/file', '/nowhere/file'), 'ENOENT'],
      [() => files.mkdir('/folder'), 'EEXIST'],
      [() => files.rmdir('/folder'), 'ENOTEMPTY'],
      [() => files.readdir('/folder/file'), 'ENOTDIR'],
      [() => files.open('/folder'), 'EISDIR'],
      [() => files.fstat(99), 'EBADF'],
    ]
    for (const [call, name] of refusals) expect(call).toThrow(name)
    expect(loaded(devices).readdir('/folder')).toEqual(['file'])
  })

  it('are not there where the first writing was interrupted, and are made again', async () => {
    const record = recording()
    created([{ path: 'file', bytes: new Uint8Array([1]) }], record.devices)
    for (let count = 0; count < record.steps.length; count++) {
      const devices = stateAfter(record, count)
      expect(new BlockFiles(devices).load()).toBe(false)
      created([{ path: 'file', bytes: new Uint8Array([2]) }], devices)
      expect(await contentOf(loaded(devices))).toEqual({ file: 'Ag==' })
    }
  })

  it('are refused where blocks or lines are missing or changed', () => {
    const damaged = (damage: (devices: Devices) => void) => () => {
      const devices = memoryDevices()
      const files = created([{ path: 'file', bytes: new Uint8Array(3 * BLOCK_BYTES) }], devices)
      files.writeFile('/a', 'a')
      files.writeFile('/b', 'b')
      damage(devices)
      new BlockFiles(devices).load()
    }
    expect(damaged(({ blocks }) => blocks.truncate(BLOCK_BYTES))).toThrow('the blocks were cut')
    const flipLine = ({ logs: [log] }: Devices) => log.write(new Uint8Array([0]), { at: log.getSize() - 100 })
    expect(damaged(flipLine)).toThrow('does not match its checksum')
  })
})

describe('a device in memory', () => {
  it.each(seeds())('tells what was written, so that a copy can be kept (seed %d)', (seed) => {
    const random = randomNumbers(seed)
    const device = new MemoryDevice()
    const kept = new Map<number, Uint8Array>()
    for (let step = 0; step < 200; step++) {
      const at = Math.floor(random() * 5 * CHUNK_BYTES)
      if (random() < 0.2) device.truncate(at)
      else device.write(new Uint8Array(Math.floor(random() * 2 * CHUNK_BYTES)).fill(step), { at })
      const { bytes, chunks } = device.takeChanges()
      for (const [index, chunk] of chunks) {
        if (chunk) kept.set(index, chunk.slice())
        else kept.delete(index)
      }
      const [original, copy] = [device, new MemoryDevice(bytes, kept)].map((one) => {
        const content = new Uint8Array(one.getSize())
        one.read(content, { at: 0 })
        return Buffer.from(content)
      })
      expect(copy?.equals(original ?? Buffer.alloc(1))).toBe(true)
    }
  })
})

describe('PostgreSQL on files in blocks', () => {
  const open = (files: BlockFiles): Promise<Driver> => openPglite({ files, label: 'blocks' })

  it('keeps what it committed, over closing and opening', async () => {
    const devices = memoryDevices()
    const first = await open(created(prepared(), devices))
    await first.exec("CREATE TABLE item AS SELECT n, repeat('x', 900) AS text FROM generate_series(1, 3000) n")
    for (const sql of ['DELETE FROM item WHERE n % 3 = 0', 'VACUUM', 'CHECKPOINT']) await first.exec(sql)
    await first.close()
    const files = loaded(devices)
    await inspectData(files.dataTree(), 'blocks')
    const second = await open(files)
    expect((await second.query('SELECT count(*) AS n FROM item')).rows).toEqual([{ n: 2000n }])
    await second.close()
  })

  it.each(seeds())('has every row that was acknowledged, wherever its process ends (seed %d)', async (seed) => {
    const random = randomNumbers(seed)
    const record = recording()
    const driver = await open(created(prepared(), record.devices))
    await driver.exec('CREATE TABLE item (n int PRIMARY KEY, bytes bytea)')
    const acknowledged: [steps: number, rows: number][] = [[record.steps.length, 0]]
    for (let n = 1; n <= 120; n++) {
      await driver.query('INSERT INTO item VALUES ($1, $2)', [n, new Uint8Array(Math.floor(random() * 20_000))])
      if (n % 50 === 0) await driver.exec('CHECKPOINT')
      await driver.flush()
      acknowledged.push([record.steps.length, n])
    }
    await driver.close()
    const [start] = acknowledged[0] ?? [0]
    for (let round = 0; round < 6; round++) {
      const count = start + Math.floor(random() * (record.steps.length - start))
      const rows = acknowledged.findLast(([steps]) => steps <= count)?.[1] ?? 0
      const files = loaded(stateAfter(record, count))
      await inspectData(files.dataTree(), 'blocks')
      const recovered = await open(files)
      const { rows: found } = await recovered.query<{ n: number }>('SELECT n FROM item ORDER BY n')
      expect(found.slice(0, rows)).toEqual(Array.from({ length: rows }, (_, index) => ({ n: index + 1 })))
      expect(found.length).toBeLessThanOrEqual(rows + 1)
      await recovered.close()
    }
  })

  it('gives no block away that a list which could not be cut back says is another file’s', () => {
    class StuckDevice extends MemoryDevice {
      isStuck = false

      override write(bytes: Uint8Array, options: { at: number }): number {
        const written = super.write(bytes, options)
        if (this.isStuck) throw new Error('failed when all was written')
        return written
      }

      override truncate(bytes: number): void {
        if (this.isStuck) throw new Error('cannot be cut')
        super.truncate(bytes)
      }
    }
    const log = new StuckDevice()
    const devices: Devices = { blocks: new MemoryDevice(), logs: [log, new MemoryDevice()] }
    const files = created(prepared(), devices)
    files.writeFile('/first', new Uint8Array())
    files.writeFile('/second', new Uint8Array())
    log.isStuck = true
    expect(() => files.writeFile('/first', new Uint8Array(BLOCK_BYTES).fill(1))).toThrow('EIO')
    expect(() => files.writeFile('/second', new Uint8Array(BLOCK_BYTES).fill(2))).toThrow('EIO')
    const found = new Uint8Array(BLOCK_BYTES)
    const again = loaded(devices)
    expect(again.read(again.open('/first'), found, 0, BLOCK_BYTES, 0)).toBe(BLOCK_BYTES)
    expect(found).toEqual(new Uint8Array(BLOCK_BYTES).fill(1))
  })

  it('gives up where its log finds no room, and has what it committed once there is some', async () => {
    class FullDevice extends MemoryDevice {
      isFull = false

      override write(bytes: Uint8Array, options: { at: number }): number {
        return this.isFull && options.at + bytes.length > this.getSize() ? 0 : super.write(bytes, options)
      }
    }
    const blocks = new FullDevice()
    const devices: Devices = { blocks, logs: [new MemoryDevice(), new MemoryDevice()] }
    const driver = await open(created(prepared(), devices))
    await driver.exec('CREATE TABLE item (n int) WITH (fillfactor = 10)')
    await driver.exec('INSERT INTO item SELECT 0 FROM generate_series(1, 3000)')
    blocks.isFull = true
    let updates = 0
    const failure = await (async () => {
      for (;;) {
        await driver.query('UPDATE item SET n = n + 1')
        updates += 1
      }
    })().catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('the storage is full'),
      details: { postgres: expect.stringContaining('No space'), sqlState: '53100', outcome: 'unknown', reopen: true },
    })
    await expect(driver.query('SELECT 1')).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { reopen: true } })
    await driver.close().catch(() => undefined)
    blocks.isFull = false
    const again = await open(loaded(devices))
    expect((await again.query('SELECT DISTINCT n FROM item')).rows).toEqual([{ n: updates }])
    await again.close()
  })
})
