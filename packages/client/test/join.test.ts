import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DocumentId, openNode as openOnThread, type RakkoNode } from '@rakko/client'
import { openNode } from '@rakko/client/in-process'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { QUICK_START } from '../../../.config/testing/quick-start.js'
import { lockSchemas, type TestSchemas } from './acceptance/test-schemas.js'

const OWNER = fileURLToPath(new URL('./directory-owner.mjs', import.meta.url))

let folder: string
let directory: string
let schemas: TestSchemas
let owner: ChildProcess | undefined
const nodes: RakkoNode[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rakko-'))
  directory = join(folder, 'festival')
  schemas = await lockSchemas()
})

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close()
  owner?.kill('SIGKILL')
  owner = undefined
  await rm(folder, { recursive: true, force: true })
})

/** Another process that has the directory open. */
async function startOwner(): Promise<ChildProcess> {
  owner = spawn(process.execPath, [...QUICK_START, OWNER, directory], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(owner.stdout as NodeJS.ReadableStream, 'data')
  return owner
}

async function joined(open = openNode): Promise<RakkoNode> {
  const node = await open({ name: 'festival', directory, schemas, join: true })
  nodes.push(node)
  return node
}

test('a process joins the node of another one, and opens the directory itself when that one has closed', async () => {
  const other = await startOwner()
  await expect(openNode({ name: 'festival', directory })).rejects.toMatchObject({
    code: 'DATABASE_IN_USE',
    details: { pid: other.pid },
  })
  const node = await joined()
  const venues = node.collection(schemas.venue)
  const counts: number[] = []
  venues.live({}, ({ rows }) => counts.push(rows.length))
  await venues.create({ name: 'Stage', capacity: 1 })
  await vi.waitFor(() => expect(counts.at(-1)).toBe(1))
  other.stdin?.end()
  await once(other, 'exit')
  await venues.create({ name: 'Stage', capacity: 2 })
  expect(await venues.count()).toBe(2)
  await vi.waitFor(() => expect(counts.at(-1)).toBe(2))
  expect(counts.slice(counts.indexOf(1))).toEqual([1, 2])
})

test('nothing acknowledged is lost when the process that leads is killed amid writes, and all go on with the next', async () => {
  const other = await startOwner()
  const both = [await joined(), await joined(openOnThread)]
  const acknowledged: DocumentId[] = []
  const failed: unknown[] = []
  const writing = both.map(async (node, writer) => {
    const venues = node.collection(schemas.venue)
    for (let capacity = 0; capacity < 60; capacity++) {
      if (writer === 0 && capacity === 20) other.kill('SIGKILL')
      await venues.create({ name: 'Stage', capacity }).then(
        (id) => acknowledged.push(id),
        (error: unknown) => failed.push(error),
      )
    }
  })
  await Promise.all(writing)
  for (const error of failed) expect(error).toMatchObject({ code: 'LEADER_LOST', details: { outcome: 'unknown' } })
  expect(failed.length).toBeLessThanOrEqual(2)
  for (const node of both) {
    const ids = (await node.collection(schemas.venue).find({ first: 1000 })).map((row) => row.$id)
    expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([])
  }
})

test('nobody needs to be there first: who joins alone opens the directory, and serves those that come', async () => {
  const [first, second] = [await joined(), await joined()]
  expect(second).toMatchObject({ publicKey: first.publicKey, databaseId: first.databaseId })
  await first.collection(schemas.venue).create({ name: 'Stage', capacity: 1 })
  expect(await second.collection(schemas.venue).count()).toBe(1)
  // Of two that join, the one that goes takes nothing with it.
  await second.close()
  expect(await first.collection(schemas.venue).count()).toBe(1)
})

test('garbage at the socket, and another version there, harm nobody', async () => {
  const node = await joined()
  const socket = readdirSync(join(directory, 'lock')).find((name) => name.endsWith('.sock')) as string
  const said = async (bytes: Uint8Array): Promise<Buffer> => {
    const connection = createConnection(join(directory, 'lock', socket))
    const chunks: Buffer[] = []
    connection.on('data', (chunk) => chunks.push(chunk))
    connection.on('error', () => undefined)
    connection.write(bytes)
    await once(connection, 'close')
    return Buffer.concat(chunks)
  }
  const { serialize } = await import('node:v8')
  const framed = (body: Buffer) => Buffer.concat([Buffer.from(Uint32Array.of(body.length).buffer), body])
  expect(await said(Buffer.alloc(64, 0xff))).toEqual(Buffer.alloc(0))
  expect(await said(framed(Buffer.from('no serialization')))).toEqual(Buffer.alloc(0))
  expect(await said(framed(serialize({ hello: true })))).toEqual(Buffer.alloc(0))
  expect(await said(framed(serialize({ version: 99 })))).toEqual(framed(serialize({ version: 1 })))
  expect(await node.collection(schemas.venue).count()).toBe(0)
})
