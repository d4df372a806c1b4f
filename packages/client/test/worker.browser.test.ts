import { openNode, type RakkoNode, servePort } from '@rakko/client'
import type { PublicKey, Signer } from '@rakko/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keepCompiled } from '../../node/test/web/keep-compiled.js'
import { lifeLock } from '../src/channel/worker-life.js'
import { expectClonedKeyTold } from './acceptance/key-cloned.js'
import { lockSchemas, type TestSchemas } from './acceptance/test-schemas.js'
import { acceptance, storageAcceptance, type Transport } from './acceptance.js'

await keepCompiled()

interface NamedWorker extends Worker {
  /** What its first message says. */
  name: string | undefined
}

let databases = 0
const newName = (): string => {
  databases += 1
  return `test-${databases}-${Math.random().toString(36).slice(2)}`
}

// What lies in memory is the same everywhere: the other transports have it.
for (const storage of ['opfs', 'indexeddb'] as const) {
  const transport: Transport = {
    name: `in a worker, on ${storage}`,
    async open(schemas) {
      const node = await openNode({ name: newName(), storage, schemas })
      return { node, dispose: () => node.close() }
    },
    openNode,
    servePort,
  }
  // The way to the worker is the same on each.
  if (storage === 'opfs') acceptance(transport)
  else storageAcceptance(transport)
}

describe('a node in a worker', () => {
  let schemas: TestSchemas
  let workers: NamedWorker[]
  const OwnWorker = globalThis.Worker

  beforeEach(async () => {
    schemas = await lockSchemas()
    workers = []
    globalThis.Worker = class extends OwnWorker {
      name: string | undefined
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options)
        workers.push(this)
      }
      override postMessage(message: unknown): void {
        this.name ??= String(message)
        super.postMessage(message)
      }
    }
  })

  afterEach(() => {
    globalThis.Worker = OwnWorker
  })

  test.each(['opfs', 'indexeddb'] as const)(
    'on %s has its documents and its key again when opened again',
    async (storage) => {
      const name = newName()
      const first = await openNode({ name, storage, schemas })
      const id = await first.collection(schemas.venue).create({ name: 'Main stage', capacity: 500 })
      const report = await first.storage()
      expect(report).toMatchObject({ kind: storage, key: 'non-extractable', persisted: expect.any(Boolean) })
      expect(report.usageBytes).toBeGreaterThan(0)
      expect(report.quotaBytes).toBeGreaterThan(0)
      await first.close()

      const second = await openNode({ name, storage, schemas })
      expect(second).toMatchObject({ publicKey: first.publicKey, databaseId: first.databaseId })
      const venues = second.collection(schemas.venue)
      await venues.update(id, { capacity: 600 })
      expect(await venues.find()).toMatchObject([
        { $id: id, $owner: first.publicKey, $signer: first.publicKey, capacity: 600 },
      ])
      await second.close()
    },
  )

  test('has another key for another database, and one in memory for memory', async () => {
    const [one, other] = await Promise.all([newName(), newName()].map((name) => openNode({ name, storage: 'memory' })))
    expect(one?.publicKey).not.toBe(other?.publicKey)
    expect(await one?.storage()).toMatchObject({ kind: 'memory', key: 'memory' })
    await Promise.all([one?.close(), other?.close()])
  })

  test('takes the best storage by itself', async () => {
    const node = await openNode({ name: newName() })
    expect(await node.storage()).toMatchObject({ kind: 'opfs' })
    expect(typeof (await node.requestPersistence())).toBe('boolean')
    await node.close()
  })

  test('shares the database with another worker, but not in another storage', async () => {
    const name = newName()
    const [node, other] = [await openNode({ name, storage: 'indexeddb' }), await openNode({ name })]
    expect(other).toMatchObject({ publicKey: node.publicKey, databaseId: node.databaseId })
    await expect(openNode({ name, storage: 'opfs' })).rejects.toMatchObject({
      code: 'DATABASE_IN_USE',
      details: { name, expected: 'opfs', got: 'indexeddb' },
    })
    await expectEnded(workers[2])
    await node.close()
    await expectEnded(workers[0])
    expect(await other.storage()).toMatchObject({ kind: 'indexeddb' })
    await other.close()
  })

  test('tells that its key was cloned, and takes another', async () => {
    const node = await openNode({ name: newName(), schemas })
    await expectClonedKeyTold({ transport: { openNode, servePort }, schemas, node }, await keyOf(node))
    await node.close()
  })

  /** Nobody can read the key that the page's origin keeps, but whatever runs there can sign with it. */
  async function keyOf({ databaseId }: RakkoNode): Promise<Signer> {
    const opening = indexedDB.open('rakko-keys')
    await new Promise((resolve) => opening.addEventListener('success', resolve))
    const reading = opening.result.transaction('keys').objectStore('keys').get(databaseId)
    await new Promise((resolve) => reading.addEventListener('success', resolve))
    opening.result.close()
    const { publicKey, privateKey } = reading.result as { publicKey: PublicKey; privateKey: CryptoKey }
    const sign = async (message: Uint8Array) =>
      new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, new Uint8Array(message)))
    return { publicKey, sign }
  }

  test('that is Node’s kind is not to be had here', async () => {
    const opening = openNode({ name: newName(), storage: 'directory' })
    await expect(opening).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  })

  test('that is killed rejects what was pending, and what comes after', async () => {
    const node = await openNode({ name: newName(), storage: 'memory', schemas })
    await expectDeath(node, () => workers[0]?.terminate())
  })

  test('whose opening is aborted leaves no worker', async () => {
    const controller = new AbortController()
    const name = newName()
    const opening = openNode({ name, signal: controller.signal })
    controller.abort()
    await expect(opening).rejects.toMatchObject({ code: 'ABORTED' })
    await expectEnded(workers[0])
    await (await openNode({ name })).close()
  })

  /** Pending calls and later ones say that the node is gone; closing is quiet. */
  async function expectDeath(node: RakkoNode, kill: () => unknown): Promise<void> {
    const venues = node.collection(schemas.venue)
    const many = Array.from({ length: 5_000 }, (_, capacity) => ({ name: 'Pending', capacity }))
    const pending = [venues.createMany(many), venues.count()].map((call) => call.catch((error: unknown) => error))
    kill()
    for (const error of await Promise.all(pending)) expect(error).toMatchObject({ code: 'WORKER_DIED' })
    await expect(venues.count()).rejects.toMatchObject({ code: 'WORKER_DIED' })
    await node.close()
  }

  /** Whether a worker runs cannot be asked; the lock that it holds while it does can be had once it ended. */
  async function expectEnded(worker: NamedWorker | undefined): Promise<void> {
    expect(worker?.name).toMatch(/^rakko-/)
    await navigator.locks.request(lifeLock(worker?.name ?? ''), () => undefined)
  }
})
