import { hash } from '@rakko/core'
import { expect, test } from 'vitest'
import type { NodeEvent, RakkoNode } from '../../src/exports.js'
import { FIRST_ENTRY, foreignAuthor, signed, venueOperation } from './foreign-author.js'
import { secondClient, type World } from './transport.js'

/** Collects events until one is there that `isLast` knows. */
async function eventsUntil(node: RakkoNode, isLast: (event: NodeEvent) => boolean): Promise<NodeEvent[]> {
  const events: NodeEvent[] = []
  await new Promise<void>((resolve, reject) => {
    const subscription = node.onEvent({
      next(event) {
        events.push(event)
        if (!isLast(event)) return
        subscription.close()
        resolve()
      },
      error: reject,
    })
  })
  return events
}

/** Entries that others have signed, and what a node tells of by itself. */
export function eventTests(world: () => World): void {
  const fork = () => {
    const author = foreignAuthor()
    const { venue } = world().schemas
    const branches = ['left', 'right'].map((name) => signed(author, venueOperation(venue.id, name)))
    return { branches, publicKey: author.signer.publicKey }
  }

  test('a node takes entries of others in any order, and says what became of each', async () => {
    const { node, schemas } = world()
    const author = foreignAuthor()
    const first = signed(author, venueOperation(schemas.venue.id, 'Ingested first'))
    const backlink = hash(first.entry)
    const second = signed(author, venueOperation(schemas.venue.id, 'Ingested second'), {
      logId: 0n,
      seqNum: 2n,
      backlink,
    })
    const broken = { entry: new Uint8Array([1, 2, 3]), operation: first.operation }
    const bare = { entry: signed(foreignAuthor(), venueOperation(schemas.venue.id)).entry }
    expect(await node.ingest([second, broken, bare])).toMatchObject([
      { status: 'waiting', parked: true, for: [{ kind: 'backlink', id: backlink }] },
      { status: 'refused', final: false, error: { name: 'RakkoError', code: 'INVALID_ENTRY' } },
      { status: 'waiting', for: [{ kind: 'payload' }] },
    ])
    expect(await node.ingest([first, first])).toEqual([
      { status: 'held', operationId: backlink, documentId: backlink },
      { status: 'decided', decision: 'held' },
    ])
    const venues = await node.collection(schemas.venue).find({ where: { $owner: author.signer.publicKey } })
    expect(venues.map(({ $id, name }) => [$id, name])).toContainEqual([backlink, 'Ingested first'])
    expect(await node.ingest([])).toEqual([])
  })

  test('what cannot be ingested at once is refused as a whole, and nothing of it is stored', async () => {
    const { node, schemas } = world()
    const author = foreignAuthor()
    const item = signed(author, venueOperation(schemas.venue.id))
    const refused = (items: unknown) => expect(node.ingest(items as never)).rejects
    await refused(undefined).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'items' } })
    await refused([item, { operation: item.operation }]).toMatchObject({ details: { field: 'items[1].entry' } })
    await refused([{ ...item, operation: 'text' }]).toMatchObject({ details: { field: 'items[0].operation' } })
    for (const [other, got] of [
      [undefined, 'undefined'],
      [new Map([['entry', item.entry]]), 'an instance of Map'],
    ] as const) {
      await refused([item, other, item]).toMatchObject({
        message: `Invalid items[1]: expected { entry, operation }, or { entry }, got ${got}`,
        details: { field: 'items[1]' },
      })
    }
    await refused(new Array(4_097).fill(item)).toMatchObject({ details: { field: 'items', got: 4_097 } })
    const large = { entry: item.entry, operation: new Uint8Array(32 * 1024 * 1024) }
    await refused([item, large]).toMatchObject({ details: { field: 'items' } })
    expect(await node.collection(schemas.venue).count({ where: { $owner: author.signer.publicKey } })).toBe(0)
  })

  test('a listener is told of a fork, and one that comes later too', async () => {
    const { node } = world()
    const { branches, publicKey } = fork()
    const isFork = (event: NodeEvent) => event.type === 'log-forked' && event.publicKey === publicKey
    const told = eventsUntil(node, isFork)
    await node.ingest(branches)
    const { logId } = FIRST_ENTRY
    const documentId = hash(branches[1]?.entry ?? new Uint8Array())
    const forked = { type: 'log-forked', publicKey, logId, documentId }
    expect((await told).at(-1)).toEqual(forked)
    expect((await eventsUntil(node, isFork)).at(-1)).toEqual(forked)
  })

  test('a listener that was closed, or whose signal fired, is told nothing more', async () => {
    const { node } = world()
    const heard: string[] = []
    const controller = new AbortController()
    const closed = node.onEvent(() => heard.push('closed'))
    node.onEvent(() => heard.push('aborted'), { signal: controller.signal })
    closed.close()
    closed.close()
    controller.abort()
    const { branches, publicKey } = fork()
    await node.ingest(branches)
    await eventsUntil(node, (event) => event.type === 'log-forked' && event.publicKey === publicKey)
    expect(heard).toEqual([])
  })

  test('what is no listener is refused', () => {
    const { node } = world()
    for (const observer of [undefined, null, 5, {}, { next: 5 }, { next: () => undefined, error: 5 }]) {
      expect(() => node.onEvent(observer as never)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', details: expect.objectContaining({ field: 'observer' }) }),
      )
    }
    expect(() => node.onEvent(() => undefined, { once: true } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', details: expect.objectContaining({ field: 'once' }) }),
    )
  })

  test('a served port takes no entries of others unless that was allowed; events it tells', async () => {
    const { node, transport, schemas } = world()
    const { branches, publicKey } = fork()
    const isFork = (event: NodeEvent) => event.type === 'log-forked' && event.publicKey === publicKey
    const second = await secondClient(world())
    await expect(second.node.ingest(branches)).rejects.toMatchObject({ code: 'INGEST_NOT_ALLOWED' })
    const told = eventsUntil(second.node, isFork)
    const { port1, port2 } = new MessageChannel()
    const stop = transport.servePort(node, port1, { ingest: true })
    const third = await transport.openNode({ port: port2, schemas })
    expect(await third.ingest(branches)).toMatchObject([{ status: 'held' }, { status: 'held' }])
    expect((await told).at(-1)).toMatchObject({ type: 'log-forked', publicKey })
    await third.close()
    stop()
    port1.close()
    await second.dispose()
  })
}
