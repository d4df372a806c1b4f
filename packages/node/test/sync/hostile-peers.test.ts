import { type Hash, hash, RakkoError, type SchemaId } from '@rakko/core'
import { type ArrivalsFrame, alone, type Frame, type HelloFrame, type Item } from '@rakko/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { PeerByHand, settle } from './by-hand.js'
import { TestNode } from './sync-world.js'

const author = new Author(1)
const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })
const venues = (count: number) =>
  Array.from({ length: count }, (_, index) => author.create(schemaId, { name: str(`${index}`), capacity: int(1) }))

const ID = `0020${'11'.repeat(32)}` as Hash
const OTHER_ID = `0020${'22'.repeat(32)}` as Hash
const ALL = { kind: 'fingerprint', upper: new Uint8Array(), count: 9, fingerprint: new Uint8Array(16) } as const
const NOTHING = { kind: 'skip', upper: new Uint8Array() } as const
const pull = (number: number): Frame => ({
  type: 'pull',
  pull: number,
  mode: 'entries',
  scope: undefined,
  after: { number: 0 },
  compare: 0,
})
const compare = (number: number, schemas?: SchemaId[]): Frame => ({
  type: 'compare',
  compare: number,
  latest: { number: 9, id: ID },
  scope: schemas && { schemas },
  ranges: [ALL],
})
const compared = (number: number): Frame => ({
  type: 'compared',
  compare: number,
  latest: { number: 9, id: ID },
  ranges: [NOTHING],
})
const arrivals = (changes: Partial<ArrivalsFrame> = {}): Frame => ({
  type: 'arrivals',
  pull: 1,
  upTo: { number: 1, id: ID },
  latest: 1,
  first: 0,
  items: [],
  ...changes,
})

/** Holds two venues. A test that changes it makes its own. */
let node: TestNode
beforeAll(async () => {
  node = await nodeWith(2)
})

async function nodeWith(count: number): Promise<TestNode> {
  const made = new TestNode(1)
  await publishAll(made.store, [...definition, ...venues(count)])
  return made
}

type Script = (peer: PeerByHand) => Promise<void> | void

async function endOf(script: Script, options: ConstructorParameters<typeof PeerByHand>[1] = {}, on = node) {
  const peer = new PeerByHand(on, options)
  await script(peer)
  const { code, by } = await peer.result
  await settle()
  expect(peer.timers.waiting).toBe(0)
  return { code, by, told: peer.frames.findLast((frame) => frame.type === 'end')?.code }
}

/** Greets, and sends these. */
const sends =
  (...frames: readonly Frame[]): Script =>
  (peer) => {
    peer.hello()
    peer.send(...frames)
  }

/** The same once the node pulls. */
const sendsToPull =
  (frames: readonly Frame[], hello: Partial<HelloFrame> = {}): Script =>
  async (peer) => {
    peer.hello(hello)
    await peer.next('pull')
    peer.send(...frames)
  }

describe('a frame that has no place ends the session with bad-frame', () => {
  const scripts: readonly [what: string, script: Script][] = [
    ['a frame before the greeting', (peer) => peer.send(pull(1))],
    [
      'a second Hello, of another database',
      (peer) => {
        peer.hello()
        peer.hello({ databaseId: '05'.repeat(16) })
      },
    ],
    ['a proof that nobody asked for', sends({ type: 'proof', address: '', signature: new Uint8Array(64) })],
    ['a pull whose number was there', sends(pull(2), pull(2))],
    ['a pull behind a comparison that was none', sends({ ...pull(1), compare: 2 } as Frame)],
    ['Taken of frames that were not sent', sends(pull(1), { type: 'taken', pull: 1, frames: 3 })],
    ['Taken of no pull', sends({ type: 'taken', pull: 1, frames: 1 })],
    ['Stop of no pull', sends({ type: 'stop', pull: 1 })],
    ['Arrivals of no pull', sends(arrivals({ pull: 7 }))],
    ['Arrivals that lead back', sendsToPull([arrivals({ upTo: { number: 5, id: ID }, latest: 5 }), arrivals()])],
    ['Arrivals that lead beyond the latest', sendsToPull([arrivals({ latest: 0 })])],
    ['first Arrivals behind others', sendsToPull([arrivals(), arrivals({ upTo: { number: 0 } })])],
    ['a difference that was not compared', sendsToPull([arrivals({ upTo: { number: 0 }, first: 1 })])],
    ['ids where entries were asked for', sendsToPull([arrivals({ items: [ID] })])],
    ['Lost where the pull began at 0', sendsToPull([{ type: 'lost', pull: 1, reason: 'beyond' }])],
    ['Fetched that nobody asked for', sends({ type: 'fetched', fetch: 1, isLast: true, items: [] })],
    ['a Fetch of too many ids', sends({ type: 'fetch', fetch: 1, ids: Array(1_001).fill(ID) })],
    ['heads that nobody asked for', sends({ type: 'heads-are', request: 1, isLast: true, heads: [] })],
    ['a comparison with a number of this side', sends(compare(1))],
    ['a comparison while one is under way', sends(compare(2), compare(4))],
    ['Compared of no comparison', sends(compared(2))],
    ['Compared before the node has asked', sends(compared(1))],
  ]
  test.each(scripts)('%s', async (_, script) => {
    expect(await endOf(script)).toEqual({ code: 'bad-frame', by: 'us', told: 'bad-frame' })
  })

  test('entries where ids were asked for', async () => {
    const script = sendsToPull([arrivals({ items: [{ entry: Uint8Array.of(1) }] })])
    expect(await endOf(script, { share: alone('ids') })).toMatchObject({ code: 'bad-frame', by: 'us' })
  })

  test('Fetched has an entry that nobody asked for: it is not taken', async () => {
    const on = await nodeWith(0)
    const before = await on.store.sync.latestArrival()
    const [extra] = venues(1)
    const script: Script = async (peer) => {
      peer.hello()
      await peer.next('pull')
      peer.send(arrivals({ items: [ID] }))
      const { fetch } = await peer.next('fetch')
      peer.send({ type: 'fetched', fetch, isLast: true, items: [extra as Exclude<Item, string>] })
    }
    expect(await endOf(script, { share: alone('ids') }, on)).toMatchObject({ code: 'bad-frame', by: 'us' })
    expect(await on.store.sync.latestArrival()).toEqual(before)
  })

  test('Fetched brings nothing and says that there is more', async () => {
    const script: Script = async (peer) => {
      peer.hello()
      await peer.next('pull')
      peer.send(arrivals({ items: [ID] }))
      const { fetch } = await peer.next('fetch')
      peer.send({ type: 'fetched', fetch, isLast: false, items: [] })
    }
    const on = await nodeWith(0)
    expect(await endOf(script, { share: alone('ids') }, on)).toMatchObject({ code: 'bad-frame', by: 'us' })
  })

  test('Lost says nothing of a pull that follows a comparison', async () => {
    const script: Script = async (peer) => {
      peer.hello({ latest: { number: 9, id: ID } })
      const { compare } = await peer.next('compare')
      peer.send(compared(compare))
      const { pull } = await peer.next('pull')
      peer.send({ type: 'lost', pull, reason: 'beyond' })
    }
    expect(await endOf(script)).toMatchObject({ code: 'bad-frame', by: 'us' })
  })
})

describe('what a peer may use up is bounded', () => {
  test('the comparisons of a session', async () => {
    const script: Script = async (peer) => {
      peer.hello()
      for (let number = 2; number <= 34; number += 2) {
        peer.send(compare(number))
        if (number < 34) await peer.next('compared')
        peer.send({ ...compared(number), ranges: [] } as Frame)
      }
    }
    expect(await endOf(script)).toMatchObject({ code: 'too-much', by: 'us' })
  })

  test('pulls and questions at once', async () => {
    const pulls = Array.from({ length: 5 }, (_, index) => pull(index + 1))
    expect(await endOf(sends(...pulls))).toMatchObject({ code: 'too-much', by: 'us' })
    const questions = Array.from(
      { length: 9 },
      (_, index): Frame => ({ type: 'heads', request: index + 1, publicKey: author.publicKey, fromLogId: 0n }),
    )
    const stuck = await nodeWith(0)
    stuck.logs.heads = () => new Promise(() => undefined)
    expect(await endOf(sends(...questions), {}, stuck)).toMatchObject({ code: 'too-much', by: 'us' })
  })

  test('differences that are pulled and not taken: one at a time, and the next once it is stopped', async () => {
    const slow = await nodeWith(2)
    const entriesOf = slow.replica.entriesOf.bind(slow.replica)
    slow.replica.entriesOf = async function* (...asked) {
      for await (const items of entriesOf(...asked)) for (const item of items) yield [item]
    }
    const lacksAll = (number: number): Frame => {
      return { ...compare(number), ranges: [{ ...ALL, count: 0 }] } as Frame
    }
    const pullBehind = (number: number, behind: number): Frame => ({ ...pull(number), compare: behind }) as Frame
    const script: Script = async (peer) => {
      peer.hello({ creditBytes: 1 })
      peer.send(lacksAll(2))
      await peer.next('compared')
      peer.send(pullBehind(1, 2))
      expect(await peer.next('arrivals')).toMatchObject({ pull: 1 })
      peer.send({ type: 'stop', pull: 1 }, lacksAll(4))
      await peer.next('compared')
      peer.send(pullBehind(2, 4))
      expect(await peer.next('arrivals')).toMatchObject({ pull: 2 })
      peer.send(lacksAll(6))
      await peer.next('compared')
      peer.send(pullBehind(3, 6))
      expect(await peer.next('end')).toMatchObject({ text: 'A peer has at most 1 difference at once' })
    }
    expect(await endOf(script, {}, slow)).toMatchObject({ code: 'too-much', by: 'us' })
  })

  test('pulls in a minute, however soon each is stopped', async () => {
    const stopped = (from: number, count: number): Frame[] => {
      return Array.from({ length: count }, (_, index) => from + index).flatMap((number) => [
        pull(number),
        { type: 'stop', pull: number },
      ])
    }
    const oneByOne = async (peer: PeerByHand, frames: readonly Frame[]): Promise<void> => {
      for (const frame of frames) {
        peer.send(frame)
        await settle()
      }
    }
    const script: Script = async (peer) => {
      peer.hello()
      await peer.next('pull')
      await oneByOne(peer, stopped(1, 30))
      await peer.timers.pass(30_000)
      peer.send({ type: 'pong', number: 1 })
      await peer.timers.pass(30_000)
      await oneByOne(peer, stopped(31, 30))
      expect(peer.count('end')).toBe(0)
      await oneByOne(peer, stopped(61, 1))
    }
    expect(await endOf(script)).toEqual({ code: 'too-much', by: 'us', told: 'too-much' })
  })

  test('arrivals beyond the credit, also where their bytes are few', async () => {
    const items = Array<Item>(65_536).fill({ entry: Uint8Array.of(1) })
    const first = { upTo: { number: 0 }, latest: 0, items }
    const stuck = await nodeWith(0)
    let release: () => void = () => undefined
    stuck.replica.take = () =>
      new Promise((resolve) => {
        release = () => resolve([])
      })
    const peer = new PeerByHand(stuck)
    peer.hello()
    await peer.next('pull')
    peer.send(arrivals(first), arrivals(first))
    await peer.next('end')
    release()
    await settle()
    release()
    expect(await peer.result).toMatchObject({ code: 'too-much', by: 'us' })
  })

  test('frames under way to a peer that reads and never takes, whatever it has credited', async () => {
    const on = await nodeWith(40)
    const small = new PeerByHand(on)
    small.hello({ creditBytes: 0 })
    small.send(pull(1))
    await small.next('arrivals')
    await publishAll(on.store, venues(1))
    await settle()
    expect(small.count('arrivals')).toBe(1)
    small.send({ type: 'taken', pull: 1, frames: 1 })
    expect(await small.next('arrivals')).toMatchObject({ items: [expect.anything()] })
    small.session.close()
  })

  test('answers to a flood of pings that nobody reads', async () => {
    const peer = new PeerByHand(node)
    peer.hello()
    await peer.next('pull')
    peer.reads = false
    for (let ping = 1; ping <= 20_000; ping += 1) peer.send({ type: 'ping', number: ping })
    await settle()
    expect(peer.posted).toBeLessThan(8_300)
    peer.session.close()
    await peer.result
  })
})

describe('a peer that only gives signs of life is given up', () => {
  const alive = async (peer: PeerByHand): Promise<void> => {
    for (let second = 0; second < 620; second += 10) {
      peer.send({ type: 'ping', number: second })
      await settle()
      await peer.timers.pass(10_000)
    }
  }

  test.each<[what: string, script: Script, options?: ConstructorParameters<typeof PeerByHand>[1]]>([
    ['it never begins', (peer) => peer.hello({ databaseId: '00'.repeat(16), latest: { number: 9, id: ID } })],
    ['it never replies to Compare', (peer) => peer.hello({ latest: { number: 9, id: ID } })],
    ['it never answers Fetch', sendsToPull([arrivals({ items: [ID, OTHER_ID] })]), { share: alone('ids') }],
  ])('%s', async (_, script, options) => {
    const on = await nodeWith(1)
    const waits: Script = async (peer) => {
      await script(peer)
      await alive(peer)
    }
    expect(await endOf(waits, options, on)).toEqual({ code: 'too-slow', by: 'us', told: undefined })
  })

  test('it never reads', async () => {
    const large = Array.from({ length: 30 }, () => {
      return author.create(schemaId, { name: str('x'.repeat(100_000)), capacity: int(1) })
    })
    const on = await nodeWith(0)
    await publishAll(on.store, large)
    const script: Script = async (peer) => {
      peer.hello()
      await peer.next('pull')
      peer.reads = false
      peer.send(pull(1))
      await alive(peer)
    }
    expect(await endOf(script, {}, on)).toEqual({ code: 'too-slow', by: 'us', told: undefined })
  })

  test('it never even greets', async () => {
    const script: Script = (peer) => peer.timers.pass(15_000)
    expect(await endOf(script)).toEqual({ code: 'too-slow', by: 'us', told: undefined })
  })

  test('and one that is silent, but for a Taken that never comes, lives on while it answers pings', async () => {
    const peer = new PeerByHand(node)
    peer.hello()
    peer.send(pull(1))
    await peer.next('arrivals')
    for (let minute = 0; minute < 20; minute += 1) {
      await peer.timers.pass(30_000)
      peer.send({ type: 'pong', number: minute })
      await settle()
    }
    peer.session.close()
    expect(await peer.result).toMatchObject({ code: 'bye', by: 'us' })
  })
})

describe('a proof', () => {
  const proof: Frame = { type: 'proof', address: 'wss://hub.example/sync', signature: new Uint8Array(64) }

  test('that does not verify is refused, and what comes meanwhile waits', async () => {
    const script: Script = (peer) => {
      peer.hello()
      peer.send(proof, pull(1))
    }
    expect(await endOf(script, { checkProof: async () => false })).toMatchObject({ code: 'proof-failed', by: 'us' })
  })

  test('is of this session, this node and the address that was dialled', async () => {
    const seen: { message: Uint8Array; address: string }[] = []
    const checkProof = async (one: { message: Uint8Array; address: string }) => seen.push(one) > 2
    const nonces = [1, 1, 2]
    for (const nonce of nonces) {
      const script: Script = (peer) => {
        peer.hello({ databaseId: 'ee'.repeat(16) })
        peer.send(proof, { type: 'end', code: 'bye', text: '' })
      }
      await endOf(script, { checkProof, random: (length) => new Uint8Array(length).fill(nonce) })
    }
    const [first, again, other] = seen.map(({ message }) => hash(message))
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    expect(seen.map(({ address }) => address)).toEqual(Array(3).fill('wss://hub.example/sync'))
  })

  test('that is looked at while the session ends begins nothing', async () => {
    let admit: (isWelcome: boolean) => void = () => undefined
    const states: string[] = []
    const peer = new PeerByHand(node, {
      admit: () => new Promise((resolve) => (admit = resolve)),
      onStatus: ({ state }) => states.push(state),
    })
    peer.hello({ latest: { number: 9, id: ID } })
    await settle()
    await peer.timers.pass(15_000)
    admit(true)
    await settle()
    expect(await peer.result).toMatchObject({ code: 'too-slow' })
    expect(states).toEqual(['greeting', 'ended'])
    expect(peer.timers.waiting).toBe(0)
  })
})

describe('what fails here', () => {
  test('ends the session, and the peer is told nothing of the inside', async () => {
    const on = await nodeWith(1)
    on.replica.arrivalsAfter = async () => {
      throw new RakkoError('STORAGE_FAILED', 'disk /home/ada is full')
    }
    const peer = new PeerByHand(on)
    peer.hello()
    peer.send(pull(1))
    expect(await peer.result).toMatchObject({ code: 'failed', by: 'us', cause: { code: 'STORAGE_FAILED' } })
    await settle()
    expect(peer.frames.at(-1)).toEqual({ type: 'end', code: 'failed', text: 'The node failed' })
  })

  test('a lost channel is no failure of this node', async () => {
    const peer = new PeerByHand(node)
    peer.hello()
    peer.send(pull(1))
    await peer.next('arrivals')
    peer.cut()
    expect(await peer.result).toMatchObject({ code: 'lost', by: 'peer', cause: { code: 'CHANNEL_CLOSED' } })
  })

  test('a replica that never answers keeps neither timers nor listeners of a session that is over', async () => {
    const on = await nodeWith(1)
    const never = () => new Promise<never>(() => undefined)
    let listeners = 0
    Object.assign(on.replica, {
      ids: never,
      arrivalsAfter: never,
      onArrival: () => {
        listeners += 1
        return () => {
          listeners -= 1
        }
      },
    })
    const peer = new PeerByHand(on)
    peer.hello({ latest: { number: 9, id: ID } })
    peer.send(compare(2), pull(1))
    await settle()
    expect(listeners).toBe(1)
    peer.session.close()
    await peer.result
    await settle()
    expect({ listeners, timers: peer.timers.waiting }).toEqual({ listeners: 0, timers: 0 })
  })
})

test('who names the database id of another leaves no gap in what that other gives', async () => {
  const on = new TestNode(1)
  const hub = await nodeWith(3)
  const { number, id } = await hub.store.sync.latestArrival()
  const liar = new PeerByHand(on)
  const { databaseId } = new TestNode(2).replica
  liar.hello({ databaseId })
  await liar.next('pull')
  liar.send(arrivals({ upTo: { number, id }, latest: number }))
  await liar.next('taken')
  liar.session.close()
  const honest = new PeerByHand(on, { identity: { publicKey: on.publicKey, address: 'wss://hub.example/sync' } })
  honest.hello({ databaseId, latest: { number, id } })
  expect(await honest.next('pull')).toMatchObject({ after: { number: 0 } })
  honest.session.close()
})
