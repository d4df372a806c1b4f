import type { DocumentId } from '@rakko/core'
import { expect, test } from 'vitest'
import type { RakkoNode, ServeOptions } from '../../src/exports.js'
import { lockGuests } from './test-schemas.js'
import type { World } from './transport.js'

/** What the code of each of these is, `done` where it did what it was asked. */
async function outcomesOf(calls: Readonly<Record<string, () => Promise<unknown>>>): Promise<Record<string, unknown>> {
  const outcomes: [string, unknown][] = []
  for (const [name, call] of Object.entries(calls)) {
    outcomes.push([
      name,
      await call().then(
        () => 'done',
        (error: { code?: unknown }) => error.code,
      ),
    ])
  }
  return Object.fromEntries(outcomes)
}

export function rightTests(world: () => World): void {
  async function served<Result>(rights: ServeOptions | undefined, use: (node: RakkoNode) => Promise<Result>) {
    const { node, schemas, transport } = world()
    const { port1, port2 } = new MessageChannel()
    const stop = transport.servePort(node, port1, rights)
    const other = await transport.openNode({ port: port2, schemas })
    try {
      return await use(other)
    } finally {
      await other.close()
      stop()
      port1.close()
    }
  }

  function callsOf(node: RakkoNode, id: DocumentId) {
    const venues = node.collection(world().schemas.venue)
    const { publicKey } = node
    return {
      find: () => venues.find({ first: 1 }),
      history: () => venues.history(id),
      nextArgs: () => node.nextArgs(publicKey),
      heads: () => node.sync.heads(publicKey),
      create: () => venues.create({ name: 'By right', capacity: 1 }),
      update: () => venues.update(id, { capacity: 2 }),
      batch: () => node.batch((write) => write.update(world().schemas.venue, id, { capacity: 3 })),
      delete: () => venues.delete(id),
      sql: () => node.sql`SELECT 1`,
      forget: () => node.forget({ document: id }),
      verify: () => node.verify(),
      reconnect: () => node.sync.reconnect(),
    }
  }

  test.each<[string, ServeOptions | undefined, readonly string[]]>([
    ['a port of which nothing is said reads', undefined, []],
    ['one that may write writes', { write: true }, ['create', 'update', 'batch', 'delete']],
    ['one that may maintain forgets, verifies and dials', { maintain: true }, ['forget', 'verify', 'reconnect']],
    ['one that may run SQL does', { sql: true }, ['sql']],
  ])('%s, and no more', async (_what, rights, allowed) => {
    const id = await world().node.collection(world().schemas.venue).create({ name: 'Of the host', capacity: 1 })
    const expected = {
      create: 'WRITE_NOT_ALLOWED',
      update: 'WRITE_NOT_ALLOWED',
      batch: 'WRITE_NOT_ALLOWED',
      delete: 'WRITE_NOT_ALLOWED',
      sql: 'SQL_NOT_ALLOWED',
      forget: 'MAINTAIN_NOT_ALLOWED',
      verify: 'MAINTAIN_NOT_ALLOWED',
      reconnect: 'MAINTAIN_NOT_ALLOWED',
      ...Object.fromEntries(['find', 'history', 'nextArgs', 'heads', ...allowed].map((name) => [name, 'done'])),
    }
    expect(await served(rights, (node) => outcomesOf(callsOf(node, id)))).toEqual(expected)
  })

  test('only one that may maintain brings schemas, and learns where the database lies', async () => {
    const { node, transport } = world()
    const unknown = await lockGuests()
    const open = async (rights: ServeOptions) => {
      const { port1, port2 } = new MessageChannel()
      const stop = transport.servePort(node, port1, rights)
      const opening = transport.openNode({ port: port2, schemas: unknown })
      const outcome = await opening.then(
        (other) => other.close(),
        (error: { code?: unknown }) => error.code,
      )
      stop()
      port1.close()
      return outcome
    }
    expect(await open({ write: true })).toBe('MAINTAIN_NOT_ALLOWED')
    expect(await open({ maintain: true })).toBeUndefined()
    const { directory, ...report } = await node.storage()
    const seen = async (rights: ServeOptions) => (await served(rights, (other) => other.storage())).directory
    expect([await seen({ write: true }), await seen({ maintain: true })]).toEqual([undefined, directory])
    expect(await served({}, (other) => other.storage())).toMatchObject({ kind: report.kind, key: report.key })
  })
}
