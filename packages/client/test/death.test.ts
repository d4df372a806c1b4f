import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { openNode, type RakkoNode, servePort } from '@rakko/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockSchemas, type TestSchemas } from './acceptance/test-schemas.js'

let threads: Worker[]
const keep = (thread: Worker) => threads.push(thread)
let schemas: TestSchemas

beforeEach(async () => {
  threads = []
  process.on('worker', keep)
  schemas = await lockSchemas()
})

afterEach(() => {
  process.off('worker', keep)
})

const exited = (thread: Worker | undefined): boolean => thread?.threadId === -1

const many = Array.from({ length: 5_000 }, (_, capacity) => ({ name: 'Pending', capacity }))

/**
 * Calls, a live query and a listener that were pending and one that comes after say that the node is gone; closing is
 * quiet.
 */
async function expectDeath(node: RakkoNode, kill: () => unknown): Promise<void> {
  const venues = node.collection(schemas.venue)
  const liveEnds = new Promise((error) => venues.live({}, { next: () => undefined, error }))
  const listenerEnds = new Promise((error) => node.onEvent({ next: () => undefined, error }))
  const pending = [venues.createMany(many), venues.count()].map((call) => call.catch((error: unknown) => error))
  kill()
  for (const error of await Promise.all(pending)) {
    expect(error).toMatchObject({ name: 'RakkoError', code: 'WORKER_DIED' })
    expect((error as Error).message).toContain('outcome of pending writes is unknown')
  }
  expect(await liveEnds).toMatchObject({ name: 'RakkoError', code: 'WORKER_DIED' })
  expect(await listenerEnds).toMatchObject({ name: 'RakkoError', code: 'WORKER_DIED' })
  await expect(venues.get(`0020${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'WORKER_DIED' })
  await node.close()
  await node.close()
}

describe('a node that dies', () => {
  test('with its thread rejects what was pending, and what comes after', async () => {
    const node = await openNode({ name: 'test', storage: 'memory', schemas })
    const [thread] = threads
    await expectDeath(node, () => thread?.terminate())
    expect(exited(thread)).toBe(true)
  })

  test('with its port rejects what was pending, and what comes after', async () => {
    const served = await openNode({ name: 'test', storage: 'memory' })
    const { port1, port2 } = new MessageChannel()
    servePort(served, port1, { write: true, maintain: true })
    const node = await openNode({ port: port2, schemas })
    await expectDeath(node, () => port1.close())
    // What it served goes on without it.
    expect(await served.storage()).toMatchObject({ kind: 'memory' })
    await served.close()
  })

  test('behind a node that serves it tells both', async () => {
    const served = await openNode({ name: 'test', storage: 'memory', schemas })
    const { port1, port2 } = new MessageChannel()
    servePort(served, port1, { write: true, maintain: true })
    const node = await openNode({ port: port2, schemas })
    const pending = node.collection(schemas.venue).createMany(many)
    threads[0]?.terminate()
    await expect(pending).rejects.toMatchObject({ code: 'WORKER_DIED' })
    await node.close()
    await served.close()
  })
})

describe('an opening that fails', () => {
  test('carries its code and leaves no thread', async () => {
    const opening = openNode({ name: 'test', storage: 'opfs' })
    await expect(opening).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', details: { got: 'opfs' } })
    expect(threads.map(exited)).toEqual([true])
  })

  test('because it was aborted leaves no thread', async () => {
    const controller = new AbortController()
    const opening = openNode({ name: 'test', storage: 'memory', signal: controller.signal })
    controller.abort()
    await expect(opening).rejects.toMatchObject({ code: 'ABORTED' })
    expect(threads.map(exited)).toEqual([true])
  })

  test('because of its deadline ends its thread, and does not wait for that', async () => {
    const opening = openNode({ name: 'test', storage: 'memory', deadlineMs: 1 })
    await expect(opening).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', details: { method: 'open' } })
    const [thread, ...more] = threads
    expect([thread && exited(thread), more]).toEqual([false, []])
    if (thread) await once(thread, 'exit')
  })

  test.each([
    ['no options', undefined, 'name'],
    ['no name', {}, 'name'],
    ['a name that leads elsewhere', { name: '../festival' }, 'name'],
    ['an unknown storage', { name: 'test', storage: 'tape' }, 'storage'],
    ['an empty directory', { name: 'test', directory: '' }, 'directory'],
    ['a deadline that is none', { name: 'test', deadlineMs: 0 }, 'deadlineMs'],
  ])('because of %s is the caller’s fault', async (_what, options, field) => {
    const opening = openNode(options as { name: string })
    await expect(opening).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { field } })
    expect(threads.every(exited)).toBe(true)
  })
})
