import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openNode as openOnThread } from '@rakko/client'
import { openNode } from '@rakko/client/in-process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { QUICK_START } from '../../../.config/testing/quick-start.js'
import { lockSchemas, type TestSchemas } from './acceptance/test-schemas.js'

const OWNER = fileURLToPath(new URL('./directory-owner.mjs', import.meta.url))

let folder: string
let directory: string
let schemas: TestSchemas

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rakko-'))
  directory = join(folder, 'festival')
  schemas = await lockSchemas()
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** In this process: a thread takes twice as long to start, and comes to the same directory. */
const open = (path = directory) => openNode({ name: 'festival', directory: path, schemas })

describe('a node on a directory', () => {
  test('has its documents and its key again when it is opened again, by a thread or by its process', async () => {
    const first = await openOnThread({ name: 'festival', directory, schemas })
    const id = await first.collection(schemas.venue).create({ name: 'Main stage', capacity: 500 })
    const { publicKey, databaseId } = first
    expect(await first.storage()).toEqual({
      kind: 'directory',
      directory,
      key: 'file',
      maintenance: expect.objectContaining({ slices: expect.any(Number) }),
    })
    await first.close()

    const second = await open()
    expect(second).toMatchObject({ publicKey, databaseId })
    const venues = second.collection(schemas.venue)
    expect(await venues.find()).toMatchObject([{ $id: id, $owner: publicKey, name: 'Main stage', capacity: 500 }])
    await venues.update(id, { capacity: 600 })
    expect(await second.nextArgs(publicKey, (await venues.get(id))?.$viewId)).toMatchObject({ seqNum: 3n })
    await second.close()
    expect((await stat(`${directory}.key`)).mode & 0o777).toBe(0o600)
  })

  test('tells that others may read its key', async () => {
    const first = await open()
    const { publicKey } = first
    await first.close()
    await chmod(`${directory}.key`, 0o644)
    const second = await open()
    const told = new Promise((resolve) => second.onEvent(resolve))
    expect(await told).toEqual({ type: 'key-exposed', publicKey, mode: '644' })
    await second.close()
  })

  test('lies at .rakko/<name> in the working directory unless it is told', async () => {
    const before = process.cwd()
    process.chdir(folder)
    try {
      const node = await openNode({ name: 'my-app' })
      expect(await node.storage()).toMatchObject({
        kind: 'directory',
        directory: join(process.cwd(), '.rakko', 'my-app'),
      })
      await node.close()
    } finally {
      process.chdir(before)
    }
  })

  test('that another process has open is in use until that one closes it', async () => {
    const owner = spawn(process.execPath, [...QUICK_START, OWNER, directory], { stdio: ['pipe', 'pipe', 'inherit'] })
    await said(owner, 'open')
    await expect(open()).rejects.toMatchObject({ code: 'DATABASE_IN_USE', details: { directory, pid: owner.pid } })
    owner.stdin?.end()
    await once(owner, 'exit')
    await (await open()).close()
  })

  test('that this process has open is in use as well', async () => {
    const node = await open()
    await expect(open()).rejects.toMatchObject({ code: 'DATABASE_IN_USE' })
    expect(await node.collection(schemas.venue).count()).toBe(0)
    await node.close()
  })

  test('that was copied, key and all, signs with a key of its own, in a log of its own', async () => {
    const original = await open()
    const id = await original.collection(schemas.venue).create({ name: 'Copied', capacity: 1 })
    await original.close()
    const copied = join(folder, 'copy')
    await cp(directory, copied, { recursive: true })
    await cp(`${directory}.key`, `${copied}.key`)

    const copy = await open(copied)
    expect(copy.databaseId).toBe(original.databaseId)
    expect(copy.publicKey).not.toBe(original.publicKey)
    const venues = copy.collection(schemas.venue)
    const viewId = await venues.update(id, { capacity: 2 })
    expect(await venues.get(id)).toMatchObject({ $owner: original.publicKey, $signer: copy.publicKey, capacity: 2 })
    expect(await copy.nextArgs(original.publicKey, viewId)).toMatchObject({ seqNum: 2n })
    await copy.close()

    const again = await open()
    expect(again.publicKey).toBe(original.publicKey)
    await again.close()
  })

  test('that was wiped is a new one, with another id and key', async () => {
    const before = await open()
    await before.close()
    await rm(directory, { recursive: true })
    const after = await open()
    expect(after.databaseId).not.toBe(before.databaseId)
    expect(after.publicKey).not.toBe(before.publicKey)
    await after.close()
  })
})

async function said(child: ChildProcess, word: string): Promise<void> {
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes(word)) return
  throw new Error(`the owner ended without saying '${word}'`)
}
