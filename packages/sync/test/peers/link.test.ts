import { type PublicKey, RakkoError } from '@rakko/core'
import { beforeEach, expect, test } from 'vitest'
import { decodeFrame, encodeFrame, memoryChannels, type PeerStatus, Peers, type Replica } from '../../src/index.js'
import { HandTimers, settle } from '../support/hand-timers.js'
import { helloOf, NO_MEMORY } from '../support/hello.js'

const ADDRESS = 'wss://hub.example/sync'
const HELLO = encodeFrame(helloOf())

/** An empty node. */
const replica = {
  databaseId: 'ab'.repeat(16),
  latest: async () => ({ number: 0 }),
  resumePoint: async () => undefined,
  onArrival: () => () => undefined,
} as unknown as Replica

/** What is at the address: nothing that replies, nobody, or a hub that greets. */
let isThere: 'silent' | 'no' | 'yes'
let dials: number
let aborts: number
let heard: string[]
let status: PeerStatus | undefined
let cut: () => void
let timers: HandTimers
let peers: Peers

beforeEach(() => {
  isThere = 'yes'
  dials = 0
  aborts = 0
  heard = []
  status = undefined
  timers = new HandTimers()
  peers = new Peers({
    replica,
    identity: { publicKey: 'cd'.repeat(32) as PublicKey },
    random: (length) => new Uint8Array(length),
    draw: () => 1,
    now: () => timers.now,
    timers,
    memory: NO_MEMORY,
    onDialled: (next) => {
      status = next
    },
    dial() {
      dials += 1
      if (isThere === 'no') {
        return { channel: Promise.reject(new RakkoError('CHANNEL_CLOSED', 'nobody is there')), abort: () => undefined }
      }
      const channels = memoryChannels()
      const [one, other] = channels.ends
      cut = channels.cut
      other.listen({ frame: (bytes) => void heard.push(decodeFrame(bytes).type), closed: () => heard.push('closed') })
      other.send(HELLO).catch(() => undefined)
      let giveUp: (error: RakkoError) => void = () => undefined
      const silence = new Promise<never>((_, reject) => {
        giveUp = reject
      })
      return {
        channel: isThere === 'silent' ? silence : Promise.resolve(one),
        abort() {
          aborts += 1
          giveUp(new RakkoError('CHANNEL_CLOSED', 'given up'))
          one.close()
        },
      }
    },
  })
})

test('a node that closes says goodbye to those that it has dialled', async () => {
  peers.add(ADDRESS)
  await settle()
  await peers.close()
  await settle()
  expect(heard).toEqual(['hello', 'pull', 'end', 'closed'])
})

test('a node that closes while it dials gives that up', async () => {
  isThere = 'silent'
  peers.add(ADDRESS)
  await settle()
  await peers.close()
  expect({ dials, aborts, waiting: timers.waiting }).toEqual({ dials: 1, aborts: 1, waiting: 0 })
})

test('a device that woke up dials at once, and asks what is open for a sign of life', async () => {
  isThere = 'no'
  peers.add(ADDRESS)
  await settle()
  expect([dials, status?.link.state]).toEqual([1, 'offline'])
  isThere = 'yes'
  peers.poke()
  await settle()
  expect(dials).toBe(2)
  peers.poke()
  await settle()
  expect(heard).toEqual(['hello', 'pull', 'ping'])
  await timers.pass(5_000)
  expect(status?.link).toMatchObject({
    state: 'offline',
    code: 'too-slow',
    by: 'us',
    error: { code: 'CHANNEL_CLOSED' },
  })
  await peers.close()
})

test('a channel that is lost is told as lost, and dialled again', async () => {
  peers.add(ADDRESS)
  await settle()
  cut()
  await settle()
  expect(status?.link).toMatchObject({ state: 'offline', error: { code: 'CHANNEL_CLOSED' }, retryAt: 500 })
  await timers.pass(500)
  expect(dials).toBe(2)
  await peers.close()
})
