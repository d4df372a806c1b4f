import { afterEach, describe, expect, it } from 'vitest'
import { openIndexedDb } from '../../src/web/indexeddb-devices.js'
import { keepCompiled } from './keep-compiled.js'
import { Opener } from './opener.js'

await keepCompiled()

let names = 0
const openers: Opener[] = []

function newName(): string {
  names += 1
  return `test-${Date.now().toString(36)}-${names}`
}

function opener(): Opener {
  const made = new Opener()
  openers.push(made)
  return made
}

/** A killed worker's lock and handles are free a moment later, and the browser says nothing of when. */
async function openOnceFree(kind: 'opfs' | 'indexeddb', name: string): Promise<Opener> {
  for (;;) {
    const next = opener()
    try {
      await next.open(kind, name)
      return next
    } catch (error) {
      next.kill()
      if ((error as { code: string }).code !== 'DATABASE_IN_USE') throw error
    }
  }
}

/** Kills a worker that is opening a database for the first time; false where it was done by then. */
async function interruptStart(kind: 'opfs' | 'indexeddb', name: string): Promise<boolean> {
  const first = opener()
  let isOver = false
  const opened = first.open(kind, name).finally(() => {
    isOver = true
  })
  // Once it has the lock it is under way.
  const isHeld = async () => (await navigator.locks.query()).held?.some((lock) => lock.name === `rakko:${name}`)
  while (!isOver && !(await isHeld()));
  if (isOver) await opened
  first.kill()
  return !isOver
}

afterEach(() => {
  for (const made of openers.splice(0)) made.kill()
})

describe.each(['opfs', 'indexeddb'] as const)('%s', (kind) => {
  it('is had by one worker at a time, keeps what was stored, and is found by auto', async () => {
    const name = newName()
    const [first, second] = [opener(), opener()]
    expect(await first.open(kind, name)).toEqual({ kind, passedOver: [] })
    await expect(second.open(kind, name, 50)).rejects.toMatchObject({ code: 'DATABASE_IN_USE', details: { name } })
    await first.query('CREATE TABLE item (n int, bytes bytea)')
    await first.query('INSERT INTO item SELECT n, $1 FROM generate_series(1, 500) n', [new Uint8Array(2000).fill(7)])
    await first.ask({ do: 'close' })
    // A refused opening can be tried again, in the same worker.
    expect(await second.open('auto', name)).toEqual({ kind, passedOver: [] })
    expect(await second.query('SELECT count(*) AS n FROM item WHERE get_byte(bytes, 1999) = 7')).toEqual([{ n: 500n }])
    await second.ask({ do: 'close' })
  })

  it('has what was flushed before its worker was killed', async () => {
    const name = newName()
    const first = opener()
    await first.open(kind, name)
    await first.query('CREATE TABLE item (n int)')
    for (let n = 1; n <= 20; n++) {
      await first.query('INSERT INTO item VALUES ($1)', [n])
      await first.ask({ do: 'flush' })
    }
    first.kill()
    const second = await openOnceFree(kind, name)
    expect(await second.query('SELECT count(*) AS n FROM item')).toEqual([{ n: 20n }])
    await second.ask({ do: 'close' })
  })

  it('starts again where its first start was interrupted', async () => {
    let name: string
    // One that was faster than this thread was not interrupted.
    do name = newName()
    while (!(await interruptStart(kind, name)))
    const second = await openOnceFree(kind, name)
    expect(await second.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await second.ask({ do: 'close' })
  })
})

async function opfsFolder(name: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  return (await root.getDirectoryHandle('rakko')).getDirectoryHandle(name)
}

describe('a page that stood still while another one took over', () => {
  it('stores nothing more in IndexedDB', async () => {
    const name = newName()
    const late = await openIndexedDb(name)
    const next = await openIndexedDb(name)
    next.devices.blocks.write(Uint8Array.of(1, 2, 3), { at: 0 })
    await next.devices.persist?.()
    late.devices.blocks.write(Uint8Array.of(7, 7, 7), { at: 0 })
    await expect(late.devices.persist?.()).rejects.toMatchObject({ code: 'DATABASE_IN_USE' })
    late.close()
    next.close()
    const again = await openIndexedDb(name)
    const bytes = new Uint8Array(3)
    again.devices.blocks.read(bytes, { at: 0 })
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3))
    again.close()
  })
})

async function contentOf(folder: FileSystemDirectoryHandle): Promise<Record<string, string>> {
  const content: Record<string, string> = {}
  for await (const [name, handle] of folder.entries()) {
    const bytes = await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer()
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    content[name] = hash.join()
  }
  return content
}

/** Writes a file of the private file system, or part of one. */
async function rewrite(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const writable = await (await folder.getFileHandle(name, { create: true })).createWritable()
  await writable.write(bytes)
  await writable.close()
}

/** The first bytes of a file, all unless it is said how many. */
async function bytesOf(
  folder: FileSystemDirectoryHandle,
  name: string,
  end?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = await (await folder.getFileHandle(name)).getFile()
  return new Uint8Array(await file.slice(0, end).arrayBuffer())
}

describe('damage', () => {
  const damages: [files: string[], damage: (folder: FileSystemDirectoryHandle) => Promise<void>, words: string][] = [
    [['blocks'], (folder) => folder.removeEntry('blocks'), 'one of its files is missing'],
    [
      ['blocks'],
      async (folder) => rewrite(folder, 'blocks', await bytesOf(folder, 'blocks', 100_000)),
      'the blocks were cut',
    ],
    [
      ['log-0', 'log-1'],
      async (folder) => {
        for (const name of ['log-0', 'log-1']) await rewrite(folder, name, new Uint8Array())
      },
      'its list of files is not to be found',
    ],
  ]

  it('(missing, cut or empty files) is told, and the files are left as they are: put right, they open', async () => {
    const name = newName()
    const first = opener()
    await first.open('opfs', name)
    await first.ask({ do: 'close' })
    const folder = await opfsFolder(name)
    for (const [files, damage, words] of damages) {
      const whole = await Promise.all(files.map(async (file) => [file, await bytesOf(folder, file)] as const))
      await damage(folder)
      const before = await contentOf(folder)
      await expect(first.open('auto', name)).rejects.toMatchObject({
        code: 'DATABASE_DAMAGED',
        details: { name },
        message: expect.stringContaining(words),
      })
      expect(await contentOf(folder)).toEqual(before)
      for (const [file, bytes] of whole) await rewrite(folder, file, bytes)
    }
    expect(await first.open('auto', name)).toEqual({ kind: 'opfs', passedOver: [] })
    await first.ask({ do: 'close' })
  })
})

describe('auto, where a storage fails', () => {
  const broken = async (at: 'root' | 'handle' | 'indexeddb', name: string): Promise<Opener> => {
    const made = opener()
    await made.ask({ do: 'break storage', at, name })
    return made
  }
  const madeIn = async (kind: 'opfs' | 'indexeddb'): Promise<string> => {
    const name = newName()
    const first = opener()
    await first.open(kind, name)
    await first.query('CREATE TABLE item (n int)')
    await first.ask({ do: 'close' })
    return name
  }

  it.each([
    [
      'opfs',
      [
        ['root', 'UnknownError'],
        ['root', 'InvalidStateError'],
        ['handle', 'UnknownError'],
        ['handle', 'SecurityError'],
      ],
    ],
    ['indexeddb', [['indexeddb', 'UnknownError']]],
  ] as const)('makes no empty database beside the one that is there in %s (%o)', async (kind, failures) => {
    const name = await madeIn(kind)
    for (const [at, error] of failures) {
      await expect((await broken(at, error)).open('auto', name)).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining(error),
        details: { name },
      })
    }
    const later = opener()
    expect(await later.open('auto', name)).toEqual({ kind, passedOver: [] })
    expect(await later.query('SELECT * FROM item')).toEqual([])
    await later.ask({ do: 'close' })
  })

  it('makes none where it cannot be told whether one is there', async () => {
    const name = newName()
    const made = await broken('root', 'UnknownError')
    await made.ask({ do: 'break storage', at: 'indexeddb', name: 'SecurityError' })
    await expect(made.open('auto', name)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect((await indexedDB.databases()).map((one) => one.name)).not.toContain(`rakko:${name}`)
  })

  it.each([
    ['root', 'SecurityError', 'indexeddb'],
    // What Safari says in its private windows.
    ['root', 'UnknownError', 'indexeddb'],
    ['handle', 'UnknownError', 'indexeddb'],
  ] as const)('(%s: %s) takes the next one for a new database', async (at, error, kind) => {
    const made = await broken(at, error)
    const name = newName()
    expect(await made.open('auto', name)).toMatchObject({ kind, passedOver: [{ kind: 'opfs' }] })
    await made.ask({ do: 'close' })
    const later = await broken(at, error)
    expect(await later.open('auto', name)).toMatchObject({ kind })
    await later.ask({ do: 'close' })
  })
})

describe('memory', () => {
  it('keeps nothing and keeps nobody out', async () => {
    const name = newName()
    const [first, second] = [opener(), opener()]
    await first.open('memory', name)
    await first.query('CREATE TABLE item (n int)')
    await second.open('memory', name)
    await expect(second.query('SELECT * FROM item')).rejects.toMatchObject({
      message: expect.stringContaining('"item" does not exist'),
    })
  })
})

describe("a server that does not have PGlite's files", () => {
  it.each([
    ['html', 'the server sent an HTML page; does it serve the files of the build?'],
    [404, 'the server replied 404; does it serve the files of the build?'],
  ] as const)('(%s) is told by the address, and nothing stays locked', async (how, words) => {
    const name = newName()
    const first = opener()
    await first.ask({ do: 'break fetch', how })
    await expect(first.open('auto', name)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining(words),
      details: { url: expect.stringMatching(/pglite|database/) },
    })
    const second = opener()
    expect(await second.open('auto', name)).toEqual({ kind: 'opfs', passedOver: [] })
    await second.ask({ do: 'close' })
  })
})
