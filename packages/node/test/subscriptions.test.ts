import { afterAll, beforeAll, expect, test } from 'vitest'
import { Cancellation } from '../src/rpc/cancellation.js'
import { nodeHandler, openingHandler } from '../src/rpc/node-handler.js'
import { serve } from '../src/rpc/serve.js'
import { liveSource } from '../src/rpc/source.js'
import { MAX_LIVE_QUERIES, type Source, Subscriptions } from '../src/rpc/subscriptions.js'
import { createAll, type LiveWorld, openLiveWorld } from './live/live-world.js'

let world: LiveWorld
beforeAll(async () => {
  world = await openLiveWorld()
})
afterAll(() => world.node.close())

/** Stands for a live query where only opening and closing matter. */
function openedAndClosed(): { live: Source; isOpen: () => boolean } {
  let isOpen = true
  const live: Source = {
    get isOpen() {
      return isOpen
    },
    next: () => new Promise(() => undefined),
    stopWaiting: () => undefined,
    close: () => {
      isOpen = false
    },
  }
  return { live, isOpen: () => isOpen }
}

test('a session has so many live queries open at once and no more, whatever it has closed', async () => {
  const subscriptions = new Subscriptions()
  const open = () => subscriptions.add(async () => openedAndClosed().live, new Cancellation())
  const all = await Promise.all(Array.from({ length: MAX_LIVE_QUERIES }, open))
  await expect(open()).rejects.toMatchObject({ code: 'TOO_MANY_LIVE_QUERIES', details: { got: MAX_LIVE_QUERIES + 1 } })
  subscriptions.end({ subscription: all[5]?.subscription ?? -1 })
  await open()
  await expect(open()).rejects.toMatchObject({ code: 'TOO_MANY_LIVE_QUERIES' })
})

test('a live query that nobody waits for any more, or whose session ended, does not stay open', async () => {
  const subscriptions = new Subscriptions()
  const [abandoned, orphaned] = [openedAndClosed(), openedAndClosed()]
  const cancellation = new Cancellation()
  const adding = subscriptions.add(async () => abandoned.live, cancellation)
  cancellation.abort()
  await adding
  const late = subscriptions.add(async () => orphaned.live, new Cancellation())
  subscriptions.endAll()
  await late
  expect([abandoned.isOpen(), orphaned.isOpen()]).toEqual([false, false])
})

test('asking for the next change can be given up, and takes nothing then', async () => {
  const subscriptions = new Subscriptions()
  const { subscription } = await subscriptions.add(() => liveSource(world.node, world.place, {}), new Cancellation())
  expect(await subscriptions.next({ subscription }, new Cancellation())).toMatchObject({ entered: [] })
  const cancellation = new Cancellation()
  const givenUp = subscriptions.next({ subscription }, cancellation)
  cancellation.abort()
  expect(await givenUp).toBeUndefined()
  const [id] = await createAll(world, world.place, [{ name: 'a', size: 1 }])
  expect(await subscriptions.next({ subscription }, new Cancellation())).toMatchObject({ entered: [{ row: { id } }] })
  const last = subscriptions.next({ subscription }, new Cancellation())
  subscriptions.end({ subscription })
  expect(await last).toBeUndefined()
})

test.each([
  ['that only serves a node', () => serve(nodeHandler(world.node))],
  ['that opened its node', () => serve(openingHandler(async () => (await openLiveWorld()).node))],
])('a session %s checks what it is asked about live queries, and ends them with itself', async (_name, session) => {
  const { facade, end } = session()
  const call = async (method: string, params: unknown) => facade.handle({ id: 1, method, params })
  await call('open', {})
  for (const params of [{}, { subscription: 'one' }, { subscription: -1 }, { subscription: 77 }]) {
    const [next, ended] = [await call('next', params), await call('end', params)]
    expect(next).toMatchObject({
      ok: false,
      error: { code: 'INVALID_MESSAGE', details: { field: 'params.subscription' } },
    })
    expect(ended.ok).toBe(params.subscription === 77)
  }
  const schemaId = 'schema_definition_v1'
  expect(await call('live', { schemaId, query: 5 })).toMatchObject({ error: { code: 'INVALID_MESSAGE' } })
  expect(await call('live', { schemaId: 'nowhere', query: {} })).toMatchObject({ ok: false })
  expect(await call('live', { schemaId, query: {} })).toMatchObject({ ok: true, result: { subscription: 1 } })
  expect(await call('next', { subscription: 1 })).toMatchObject({ ok: true, result: { left: [], hasNextPage: false } })
  const waiting = call('next', { subscription: 1 })
  await new Promise((resolve) => setImmediate(resolve))
  await end()
  expect(await waiting).toMatchObject({ ok: true, result: undefined })
})
