import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectInProcess, openNode, type RakkoNode, servePort } from '../src/in-process.js'
import { openNode as openAny } from '../src/nodejs.js'
import { acceptance } from './acceptance.js'

acceptance({
  name: 'in-process',
  async open(schemas) {
    const node = await openNode({ name: 'test', storage: 'memory', schemas })
    return { node, dispose: () => node.close() }
  },
  openNode: openAny,
  servePort,
})

test.each<[string, (signal: AbortSignal) => { signal?: AbortSignal; deadlineMs?: number }, string]>([
  ['is aborted', (signal) => ({ signal }), 'ABORTED'],
  ['takes longer than its deadline', () => ({ deadlineMs: 1 }), 'DEADLINE_EXCEEDED'],
])('opening that %s leaves nothing open for long', async (_what, limits, code) => {
  const folder = await mkdtemp(join(tmpdir(), 'rakko-in-process-'))
  const directory = join(folder, 'db')
  const controller = new AbortController()
  const opening = openNode({ name: 'test', directory, ...limits(controller.signal) })
  controller.abort()
  await expect(opening).rejects.toMatchObject({ code })
  // What had begun ends by itself, and is in use until then.
  const openAgain = (): Promise<RakkoNode> =>
    openNode({ name: 'test', directory }).catch((error: { code?: string }) => {
      if (error.code !== 'DATABASE_IN_USE') throw error
      return openAgain()
    })
  await (await openAgain()).close()
  // Its key lies beside it.
  await rm(folder, { recursive: true })
})

test('only a node can be connected to', async () => {
  for (const node of [undefined, null, {}, 'node']) {
    await expect(connectInProcess(node as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field: 'node' },
    })
  }
})

test('an option that a port does not have is refused', async () => {
  const { port1 } = new MessageChannel()
  const opening = openAny({ port: port1, name: 'test' } as never)
  await expect(opening).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'name' } })
  port1.close()
})

test('what is no purge policy is refused, and leaves nothing open', async () => {
  const refused = async (purge: object, code: string, details: object) => {
    const opening = openNode({ name: 'test', storage: 'memory', purge })
    await expect(opening).rejects.toMatchObject({ code, details })
    // Before anything is done about the directory, which nobody can make.
    await expect(openNode({ name: 'test', directory: '/dev/null/nowhere', purge })).rejects.toMatchObject({
      code,
      details,
    })
  }
  await refused({ policy: 'sometimes' }, 'INVALID_ARGUMENT', { field: 'purge.policy', got: 'sometimes' })
  await refused({ grace: 1 }, 'INVALID_ARGUMENT', { field: 'purge.grace', expected: 'one of policy, graceMs, allow' })
  await refused({ graceMs: -1 }, 'INVALID_ARGUMENT', { field: 'purge.graceMs', got: '-1' })
  await refused({ allow: ['nobody'] }, 'INVALID_PUBLIC_KEY', {})
  await refused(new Map(), 'INVALID_ARGUMENT', { field: 'purge' })
  await (await openNode({ name: 'test', storage: 'memory', purge: { policy: 'all', graceMs: 0 } })).close()
})
