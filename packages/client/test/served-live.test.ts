import { serve } from '@rakko/node/rpc'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection } from '../src/calls/connection.js'
import { openNode as openInProcess } from '../src/in-process.js'
import { openNode, type RakkoError, type RakkoNode, type Subscription, servePort } from '../src/nodejs.js'
import { connectionOf } from '../src/remote/remote-node.js'
import {
  MAX_PORT_LIVE_QUERIES,
  MAX_PORTS_LIVE_QUERIES,
  OWN_PORT_LIVE_QUERIES,
  PortSubscriptions,
} from '../src/serve/port-subscriptions.js'
import { relay } from '../src/serve/relay.js'
import { lockSchemas } from './acceptance/test-schemas.js'

/** As they are held, a live query of them takes about 11 MB. */
const ROWS = 6
const CHARACTERS = 900_000

let schemas: Awaited<ReturnType<typeof lockSchemas>>
let host: RakkoNode
beforeAll(async () => {
  schemas = await lockSchemas()
  host = await openInProcess({ name: 'test', storage: 'memory', schemas })
  const venues = host.collection(schemas.venue)
  for (let capacity = 0; capacity < ROWS; capacity += 1) {
    await venues.create({ name: 'x'.repeat(CHARACTERS), capacity })
  }
})
afterAll(() => host.close())

interface Watched {
  readonly subscription: Subscription
  /** Rows of the latest result, or the error that ended it. */
  next(): Promise<number | RakkoError>
}

async function watch(node: RakkoNode, where = {}): Promise<Watched> {
  const told: (number | RakkoError)[] = []
  let wake = (): void => undefined
  const tell = (what: number | RakkoError): void => {
    told.push(what)
    wake()
  }
  const subscription = node.collection(schemas.venue).live(
    { where },
    {
      next: ({ rows }) => tell(rows.length),
      error: tell,
    },
  )
  async function next(): Promise<number | RakkoError> {
    while (told.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return told.shift() as number | RakkoError
  }
  return { subscription, next }
}

async function follower(): Promise<RakkoNode> {
  const { port1, port2 } = new MessageChannel()
  servePort(host, port1)
  return openNode({ port: port2 })
}

const refused = (of: string) => ({ code: 'LIVE_QUERIES_TOO_LARGE', details: { of, got: expect.any(Number) } })

test('the rows that ports have live queries hold are bounded for each port and for all, beside the app’s own', async () => {
  const [first, second, third] = [await follower(), await follower(), await follower()]
  const ofFirst = [await watch(first), await watch(first), await watch(first)]
  for (const live of ofFirst) expect(await live.next()).toBe(ROWS)
  expect(await (await watch(first)).next()).toMatchObject(refused('port'))

  for (let count = 0; count < 3; count += 1) expect(await (await watch(second)).next()).toBe(ROWS)
  expect(await (await watch(third)).next()).toMatchObject(refused('ports'))
  // Whatever the others hold, each port has some room of its own.
  const small = await watch(third, { capacity: -1 })
  expect(await small.next()).toBe(0)

  // The app has room, and those that are open go on.
  const own = await watch(host)
  expect(await own.next()).toBe(ROWS)
  const id = await host.collection(schemas.venue).create({ name: 'one more', capacity: -1 })
  for (const live of [...ofFirst, own]) expect(await live.next()).toBe(ROWS + 1)
  expect(await small.next()).toBe(1)

  // What is closed makes room, by itself and with its port.
  ofFirst[0]?.subscription.close()
  await first.collection(schemas.venue).count()
  expect(await (await watch(first)).next()).toBe(ROWS + 1)
  await second.close()
  expect(await (await watch(third)).next()).toBe(ROWS + 1)
  await host.collection(schemas.venue).delete(id)
  own.subscription.close()
  await Promise.all([first.close(), third.close()])
})

test('a port has so many live queries open and no more, and all ports together', async () => {
  const [connection, other] = [{} as Connection, {} as Connection]
  let last = 0
  const open = async (port: PortSubscriptions) => {
    last += 1
    const subscription = last
    return port.add(async () => ({ subscription }))
  }
  const fill = async (port: PortSubscriptions, count: number) => {
    for (let opened = 0; opened < count; opened += 1) await open(port)
  }
  const tooMany = { code: 'TOO_MANY_LIVE_QUERIES' }
  const ports = Array.from({ length: 4 }, () => new PortSubscriptions(connection))
  const [first, second, third, fourth] = ports as [
    PortSubscriptions,
    PortSubscriptions,
    PortSubscriptions,
    PortSubscriptions,
  ]
  await fill(first, MAX_PORT_LIVE_QUERIES)
  await expect(open(first)).rejects.toMatchObject(tooMany)
  first.end(1)
  await open(first)
  await fill(second, MAX_PORT_LIVE_QUERIES)
  await fill(third, MAX_PORTS_LIVE_QUERIES - 2 * MAX_PORT_LIVE_QUERIES + 3 * OWN_PORT_LIVE_QUERIES)
  // Whatever the others have open, each port has some of its own.
  await fill(fourth, OWN_PORT_LIVE_QUERIES)
  await expect(open(fourth)).rejects.toMatchObject({ ...tooMany, details: { got: MAX_PORTS_LIVE_QUERIES + 1 } })
  await open(new PortSubscriptions(other))
  // What failed to open is none, and a session that ends gives up all of its own.
  expect(second.takeAll()).toHaveLength(MAX_PORT_LIVE_QUERIES)
  const failure = new Error('no such schema')
  await expect(fourth.add(() => Promise.reject(failure))).rejects.toBe(failure)
  await fill(fourth, MAX_PORT_LIVE_QUERIES - OWN_PORT_LIVE_QUERIES)
})

test('who does not show that an update was read gets no further one, also at the second of two ports', async () => {
  const { facade, end } = serve(relay(connectionOf(await follower()), new Set()))
  let id = 0
  const call = (method: string, params: object) => {
    id += 1
    return facade.handle({ id, method, params }) as Promise<{ result: { subscription: number; receipt: number } }>
  }
  const query = { schemaId: schemas.venue.id, query: {} }
  const { subscription } = (await call('live', query)).result
  const { receipt } = (await call('next', { subscription })).result
  expect(receipt).toEqual(expect.any(Number))
  const refused = { ok: false, error: { code: 'INVALID_MESSAGE', details: { field: 'params.receipt' } } }
  for (const wrong of [{}, { receipt: receipt / 2 }]) {
    expect(await call('next', { subscription, ...wrong })).toMatchObject(refused)
  }
  const waiting = call('next', { subscription, receipt })
  await host.collection(schemas.venue).create({ name: '', capacity: -1 })
  expect(await waiting).toMatchObject({ ok: true, result: { receipt: expect.any(Number) } })
  await end()
})
