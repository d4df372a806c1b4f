import { RakkoError } from '@rakko/core'
import { beforeEach, expect, test } from 'vitest'
import { Cancellation } from '../../src/rpc/cancellation.js'
import type { Request } from '../../src/rpc/messages.js'
import type { RequestHandler } from '../../src/rpc/serve.js'
import { leaderLost, leaderSilent } from '../../src/shared/leader-errors.js'
import { sharedHandler } from '../../src/shared/shared-session.js'
import type { Seat, Way } from '../../src/shared/way.js'

const INFO = { publicKey: 'key', databaseId: 'database' }

/** A leader whose replies the test gives. */
class Leader implements Way {
  readonly asked: { request: Request; reply(result: unknown): void; refuse(error: unknown): void }[] = []

  handle(request: Request): Promise<unknown> {
    return new Promise((reply, refuse) => {
      this.asked.push({ request, reply, refuse })
    })
  }

  get methods(): string[] {
    return this.asked.map(({ request }) => request.method)
  }

  /** Of the only request of this method that has none yet. */
  reply(method: string, result: unknown): void {
    this.#take(method).reply(result)
  }

  #take(method: string) {
    const index = this.asked.findIndex(({ request }) => request.method === method)
    const [one] = this.asked.splice(index, 1)
    if (one === undefined) throw new Error(`nobody has asked for ${method}`)
    return one
  }

  /** All that is asked for is lost with it. */
  die(seat: Seat): void {
    seat.lose(this)
    for (const { refuse } of this.asked.splice(0)) refuse(leaderLost(true))
  }
}

let seat: Seat
let handle: RequestHandler
let hasLeft: boolean

beforeEach(() => {
  hasLeft = false
  handle = sharedHandler((_params, given) => {
    seat = given
    return {
      async leave() {
        hasLeft = true
      },
    }
  })
})

const settled = () => new Promise((resolve) => setImmediate(resolve))

let lastId = 0
function ask(method: Request['method'], params: object = {}, cancellation = new Cancellation()): Promise<unknown> {
  lastId += 1
  return handle({ id: lastId, method, params } as Request, cancellation)
}

async function leads(leader = new Leader()): Promise<Leader> {
  seat.use(leader)
  leader.reply('open', INFO)
  await settled()
  return leader
}

async function opened(): Promise<Leader> {
  const opening = ask('open', { name: 'festival' })
  const leader = await leads()
  expect(await opening).toEqual(INFO)
  return leader
}

test('nothing is served before open, which waits for a leader', async () => {
  await expect(ask('count')).rejects.toMatchObject({ code: 'INVALID_MESSAGE' })
  await opened()
})

test('an opening that failed can be tried again', async () => {
  const opening = ask('open', { name: 'festival' })
  seat.fail(new RakkoError('DATABASE_DAMAGED', 'damaged'))
  await expect(opening).rejects.toMatchObject({ code: 'DATABASE_DAMAGED' })
  expect(hasLeft).toBe(true)
  await opened()
})

test.each([
  ['page', {}],
  ['ingest', { items: [] }],
  ['create', { idempotencyId: 'once' }],
] as const)('%s goes to the next leader when the one that was asked is lost', async (method, params) => {
  const first = await opened()
  const asked = ask(method, params)
  await settled()
  first.die(seat)
  const second = await leads()
  second.reply(method, 'done')
  expect(await asked).toBe('done')
})

test.each(['create', 'update', 'delete', 'batch', 'publish'] as const)(
  '%s that may have been done is not done twice, and goes to the next leader where it was not begun',
  async (method) => {
    const first = await opened()
    const [begun, notBegun] = [ask(method), ask(method)]
    await settled()
    const [one, two] = first.asked
    seat.lose(first)
    one?.refuse(leaderLost(true))
    two?.refuse(leaderLost(false))
    await expect(begun).rejects.toMatchObject({ code: 'LEADER_LOST', details: { outcome: 'unknown' } })
    const second = await leads()
    expect(second.methods).toEqual([method])
    second.reply(method, 'done')
    expect(await notBegun).toBe('done')
  },
)

test('subscriptions are opened again at the next leader, whose numbers may be those of others before', async () => {
  const first = await opened()
  const opening = [ask('live', { query: 'a' }), ask('live', { query: 'b' })]
  await settled()
  for (const [index, { reply }] of first.asked.splice(0).entries()) reply({ subscription: index + 1 })
  const numbers = (await Promise.all(opening)).map((one) => (one as { subscription: number }).subscription)
  const [a, b] = numbers.map((subscription) => ask('next', { subscription }))
  await settled()
  first.die(seat)
  const second = await leads()
  const byQuery = new Map(second.asked.splice(0).map((one) => [(one.request.params as { query: string }).query, one]))
  byQuery.get('b')?.reply({ subscription: 1 })
  byQuery.get('a')?.reply({ subscription: 2 })
  await settled()
  for (const { request, reply } of second.asked.splice(0))
    reply({ of: (request.params as { subscription: number }).subscription })
  expect(await Promise.all([a, b])).toEqual([
    { of: 2, isAfresh: true },
    { of: 1, isAfresh: true },
  ])
  // Only the first update of a leader begins anew.
  const further = ask('next', { subscription: numbers[0] })
  await settled()
  second.reply('next', { of: 2 })
  expect(await further).toEqual({ of: 2 })
})

test('what this session dials the next leader dials too, but what it has given up', async () => {
  const first = await opened()
  for (const [method, address] of [
    ['connect', 'wss://a'],
    ['connect', 'wss://b'],
    ['disconnect', 'wss://a'],
  ] as const) {
    const asked = ask(method, { address })
    await settled()
    first.reply(method, undefined)
    await asked
  }
  first.die(seat)
  const second = await leads()
  expect(second.asked.map(({ request }) => request.params)).toEqual([{ address: 'wss://b' }])
})

test('another database in the place of the one before ends the session', async () => {
  const first = await opened()
  first.die(seat)
  const second = new Leader()
  seat.use(second)
  second.reply('open', { ...INFO, databaseId: 'another' })
  await settled()
  await expect(ask('count')).rejects.toMatchObject({ code: 'WORKER_DIED', details: { got: 'another' } })
  expect(hasLeft).toBe(true)
})

test('a leader that says nothing fails those that wait, and serves those that come when it goes on', async () => {
  const first = await opened()
  seat.lose(first)
  const waiting = ask('count')
  await settled()
  seat.doWithout(leaderSilent())
  await expect(waiting).rejects.toMatchObject({ code: 'LEADER_NOT_RESPONDING' })
  const later = ask('count')
  await leads(first)
  first.reply('count', 3)
  expect(await later).toBe(3)
})

test('closing lets what was begun end, and takes nothing more', async () => {
  const leader = await opened()
  const pending = ask('create')
  await settled()
  const closing = ask('close')
  await settled()
  expect(hasLeft).toBe(false)
  leader.reply('create', 'done')
  await closing
  expect([await pending, hasLeft]).toEqual(['done', true])
  await expect(ask('count')).rejects.toMatchObject({ code: 'NODE_CLOSED' })
})

test('a request that nobody waits for any more is not sent to the next leader', async () => {
  const first = await opened()
  first.die(seat)
  const cancellation = new Cancellation()
  const asked = ask('count', {}, cancellation)
  cancellation.abort()
  await expect(asked).rejects.toBeInstanceOf(RakkoError)
  expect((await leads()).methods).toEqual([])
})

test('a leader that is lost while the session opens there is asked for nothing, whatever it still replies', async () => {
  const first = await opened()
  first.die(seat)
  const second = new Leader()
  seat.use(second)
  seat.lose(second)
  second.reply('open', INFO)
  const asked = ask('create')
  await settled()
  expect(second.asked).toEqual([])
  const third = await leads()
  third.reply('create', 'done')
  expect(await asked).toBe('done')
})

test('a live query goes on where a leader that gives the node up has ended it', async () => {
  const first = await opened()
  const opening = ask('live')
  await settled()
  first.reply('live', { subscription: 1 })
  const { subscription } = (await opening) as { subscription: number }
  const next = ask('next', { subscription })
  await settled()
  seat.lose(first)
  first.reply('next', undefined)
  const second = await leads()
  second.reply('live', { subscription: 7 })
  await settled()
  second.reply('next', { of: 7 })
  expect(await next).toEqual({ of: 7, isAfresh: true })
})

test('a live query that nobody waits for any more when it is open stays open nowhere', async () => {
  const first = await opened()
  const cancellation = new Cancellation()
  const opening = ask('live', {}, cancellation)
  await settled()
  cancellation.abort()
  first.reply('live', { subscription: 1 })
  await settled()
  expect(first.asked.map(({ request }) => request.params)).toEqual([{ subscription: 1 }])
  first.reply('end', undefined)
  await opening
})

test('a live query that is ended while the next leader opens it stays open nowhere', async () => {
  const first = await opened()
  const opening = ask('live')
  await settled()
  first.reply('live', { subscription: 1 })
  const { subscription } = (await opening) as { subscription: number }
  const next = ask('next', { subscription })
  await settled()
  first.die(seat)
  const second = await leads()
  await ask('end', { subscription })
  second.reply('live', { subscription: 7 })
  await settled()
  expect(second.asked.map(({ request }) => [request.method, request.params])).toEqual([['end', { subscription: 7 }]])
  second.reply('end', undefined)
  expect(await next).toBe(undefined)
})
