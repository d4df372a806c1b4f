import { alone, type Frame, type Item } from '@rakko/sync'
import { describe, expect, test } from 'vitest'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { PeerByHand, settle } from './by-hand.js'
import {
  ALL,
  arrivals,
  author,
  compare,
  compared,
  endOf,
  ID,
  node,
  nodeWith,
  pull,
  type Script,
  sends,
  sendsToPull,
  venues,
} from './hostile-world.js'

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
