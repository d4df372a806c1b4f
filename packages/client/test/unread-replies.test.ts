import { serve } from '@rakko/node/rpc'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNode as openInProcess } from '../src/in-process.js'
import { openNode, type RakkoNode, servePort } from '../src/nodejs.js'
import { connectionOf } from '../src/remote/remote-node.js'
import { relay } from '../src/serve/relay.js'
import { MAX_PORT_UNREAD_BYTES, MAX_PORTS_UNREAD_BYTES } from '../src/serve/unread-replies.js'
import { lockSchemas } from './acceptance/test-schemas.js'

/** A page of them takes 8 MB. */
const ROWS = 10
const CHARACTERS = 800_000
const PAGE_BYTES = ROWS * CHARACTERS

let schemas: Awaited<ReturnType<typeof lockSchemas>>
let host: RakkoNode
beforeAll(async () => {
  schemas = await lockSchemas()
  host = await openInProcess({ name: 'test', storage: 'memory', schemas })
  for (let capacity = 0; capacity < ROWS; capacity += 1) {
    await host.collection(schemas.venue).create({ name: 'x'.repeat(CHARACTERS), capacity })
  }
})
afterAll(() => host.close())

type Reply = Awaited<ReturnType<ReturnType<typeof serve>['facade']['handle']>>

/** An end of a served port that reads, or sends back receipts, only when it is told to. */
function follower() {
  const session = serve(relay(connectionOf(host), new Set()))
  const replies: Reply[] = []
  let wake = (): void => undefined
  let lastId = 0
  return {
    replies,
    session,
    page(): void {
      lastId += 1
      const message = { id: lastId, method: 'page', params: { schemaId: schemas.venue.id, query: { first: ROWS } } }
      void session.facade.handle(message).then((reply) => {
        replies.push(reply)
        wake()
      })
    },
    async until(count: number): Promise<void> {
      while (replies.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    /** After what is being read was read. */
    async settled(): Promise<number> {
      await host.collection(schemas.venue).count()
      await host.collection(schemas.venue).count()
      return replies.length
    },
    async read(): Promise<void> {
      const last = replies.findLast((reply) => reply.ok && reply.receipt !== undefined)
      if (!last?.ok) throw new Error('no receipt came')
      await session.facade.handle({ read: last.receipt })
    },
  }
}

const FIT = Math.floor(MAX_PORT_UNREAD_BYTES / PAGE_BYTES)

test('Who asks and never reads gets so many bytes, and more once it has read them', async () => {
  const slow = follower()
  for (let asked = 0; asked < 40; asked += 1) slow.page()
  await slow.until(FIT)
  const first = await slow.settled()
  expect(first).toBeLessThanOrEqual(2 * FIT)
  await slow.session.facade.handle({ read: 0.5 })
  expect(await slow.settled()).toBe(first)
  // Meanwhile its app and other ports are served.
  const other = follower()
  other.page()
  await other.until(1)
  while (slow.replies.length < 40) {
    const before = slow.replies.length
    await slow.read()
    await slow.until(before + 1)
  }
  expect(slow.replies.every(({ ok }) => ok)).toBe(true)
  await Promise.all([slow.session.end(), other.session.end()])
})

test('All ports together hold so many, one read of each aside, and what an ended one held is free again', async () => {
  const many = Array.from({ length: 6 }, follower)
  for (const one of many) for (let asked = 0; asked < 10; asked += 1) one.page()
  await Promise.all(many.map((one) => one.until(1)))
  await many[0]?.settled()
  const held = many.reduce((sum, { replies }) => sum + replies.length, 0)
  expect(held * PAGE_BYTES).toBeLessThanOrEqual(MAX_PORTS_UNREAD_BYTES + many.length * 2 * PAGE_BYTES)
  for (const one of many) await one.session.end()
  const next = follower()
  for (let asked = 0; asked < FIT; asked += 1) next.page()
  await next.until(FIT)
  await next.session.end()
})

test('A client reads on, however much it asks for at once', async () => {
  const { port1, port2 } = new MessageChannel()
  servePort(host, port1)
  const node = await openNode({ port: port2, schemas })
  const pages = await Promise.all(
    Array.from({ length: 30 }, () => node.collection(schemas.venue).find({ first: ROWS })),
  )
  expect(pages.map((page) => page.length)).toEqual(Array(30).fill(ROWS))
  await node.close()
})
