import { hash, RakkoError } from '@rakko/core'
import { alone, type Frame } from '@rakko/sync'
import { describe, expect, test } from 'vitest'
import { int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { PeerByHand, settle } from './by-hand.js'
import {
  arrivals,
  author,
  compare,
  endOf,
  ID,
  node,
  nodeWith,
  OTHER_ID,
  pull,
  type Script,
  schemaId,
  sendsToPull,
} from './hostile-world.js'
import { TestNode } from './sync-world.js'

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
