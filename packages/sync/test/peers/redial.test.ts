import { type Hash, type PublicKey, RakkoError } from '@rakko/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type Channel,
  decodeFrame,
  encodeFrame,
  type Frame,
  memoryChannels,
  type PeerStatus,
  Peers,
  type Replica,
  type ResumeName,
} from '../../src/index.js'
import { HandTimers, settle } from '../support/hand-timers.js'
import { helloOf, NO_MEMORY } from '../support/hello.js'

const ADDRESS = 'wss://hub.example/sync'
const MINUTE = 60_000
const id = (number: number) => `0020${number.toString(16).padStart(64, '0')}` as Hash

/** How the hub behaves once it is asked for something. */
type Hub = (pull: number, send: (frame: Frame) => void) => void

let hub: Hub | undefined
/** Whether it has another database id each time. */
let isFresh: boolean
/** Whether the dial hangs. */
let isHung: boolean
let dials: number[]
let aborts: number
let replaced: number[]
let kept: ResumeName[]
let listeners: (() => void)[]
let status: PeerStatus | undefined
let timers: HandTimers
let peers: Peers

beforeEach(() => {
  hub = undefined
  isFresh = false
  isHung = false
  dials = []
  aborts = 0
  replaced = []
  kept = []
  listeners = []
  status = undefined
  timers = new HandTimers()
  const replica = {
    databaseId: 'ab'.repeat(16),
    latest: async () => ({ number: 0 }),
    resumePoint: async () => undefined,
    keepResumePoint: async (name: ResumeName) => void kept.push(name),
    take: async (items: readonly { entry: Uint8Array }[]) =>
      items.map(({ entry }) => ({ status: 'decided', isNew: entry[0] === 1, id: id(1) })),
    onArrival(listener: () => void) {
      listeners.push(listener)
      return () => undefined
    },
  } as unknown as Replica
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
    onReplaced: () => replaced.push(timers.now),
    dial,
  })
  peers.add(ADDRESS)
})

afterEach(() => peers.close())

function dial() {
  dials.push(timers.now)
  const gone = new RakkoError('CHANNEL_CLOSED', 'nobody is there')
  if (hub === undefined && !isHung) return { channel: Promise.reject(gone), abort: () => undefined }
  const { ends } = memoryChannels()
  let giveUp: () => void = () => undefined
  const channel = new Promise<Channel>((resolve, reject) => {
    giveUp = () => reject(gone)
    if (!isHung) resolve(ends[0])
  })
  if (hub !== undefined) greet(ends[1], hub)
  return {
    channel,
    abort() {
      aborts += 1
      giveUp()
    },
  }
}

function greet(channel: Channel, answer: Hub): void {
  const send = (frame: Frame): void => void channel.send(encodeFrame(frame)).catch(() => undefined)
  channel.listen({
    closed: () => undefined,
    frame(bytes) {
      const frame = decodeFrame(bytes)
      if (frame.type === 'pull') answer(frame.pull, send)
      if (frame.type === 'taken') send({ type: 'end', code: 'failed', text: 'The database failed' })
    },
  })
  send(helloOf({ databaseId: (isFresh ? dials.length : 0).toString(16).padStart(32, '0') }))
}

/** Says each time that it has more arrivals, and fails. */
const lies: Hub = (pull, send) => {
  const number = dials.length
  send({ type: 'arrivals', pull, upTo: { number, id: id(number) }, latest: number + 9, first: 0, items: [] })
}

/** Brings one entry each time: a new one where its first byte is 1. */
const brings =
  (byte: number): Hub =>
  (pull, send) => {
    const number = dials.length
    const items = [{ entry: Uint8Array.of(byte) }]
    send({ type: 'arrivals', pull, upTo: { number, id: id(number) }, latest: number + 9, first: 0, items })
  }

test.each([
  ['says that it has more, and fails', lies],
  ['brings what is here already, and fails', brings(2)],
])('a hub that %s each time is dialled less and less often', async (_, behaviour) => {
  hub = behaviour
  await timers.pass(10 * MINUTE)
  expect(dials.length).toBe(1 + 7 + 8)
  expect(new Set(kept.map((point) => `${point.id} ${point.address}`)).size).toBe(1)
})

test('a hub that brings something new each time is dialled again at once', async () => {
  hub = brings(1)
  await timers.pass(MINUTE)
  expect(dials.length).toBe(1 + 120)
})

test('a hub that is another database each time is told less and less often, and has the points of its address', async () => {
  hub = brings(1)
  isFresh = true
  await timers.pass(4 * MINUTE)
  expect(dials.length).toBe(1 + 480)
  expect(replaced.map((at) => Math.round(at / MINUTE))).toEqual([0, 1, 3])
  expect(new Set(kept.map(({ address }) => address))).toEqual(new Set([ADDRESS]))
})

test('a device that woke up gives up a dial that hangs, and begins it anew', async () => {
  isHung = true
  await timers.pass(500)
  expect(dials).toEqual([0, 500])
  await timers.pass(1_999)
  peers.poke()
  await settle()
  expect([dials, aborts]).toEqual([[0, 500], 0])
  await timers.pass(1)
  hub = lies
  isHung = false
  peers.poke()
  await settle()
  expect([dials, aborts, status?.peer?.isProven]).toEqual([[0, 500, 2_500], 1, false])
})

test('what is written while nobody can be reached brings the next dial forward, once in five seconds at most', async () => {
  await timers.pass(2 * MINUTE)
  const before = dials.length
  const last = dials.at(-1) ?? 0
  expect(status?.link).toMatchObject({ state: 'offline', retryAt: last + MINUTE })
  await timers.pass(last + 6_000 - timers.now)
  // What other peers send does not.
  for (const tell of listeners) tell()
  await settle()
  expect(dials.slice(before)).toEqual([])
  peers.wrote()
  await settle()
  expect(dials.slice(before)).toEqual([last + 6_000])
  for (let written = 0; written < 99; written += 1) {
    peers.wrote()
    await timers.pass(100)
  }
  expect(dials.slice(before)).toEqual([last + 6_000, last + 11_000])
})

test('a silent peer is waited for twice as long the next time, up to eight minutes, where no bytes can be seen', async () => {
  hub = (_, send) => send({ type: 'ping', number: 1 })
  await timers.pass(35 * MINUTE)
  const waits = dials.slice(1).map((at, index) => Math.floor((at - (dials[index] ?? 0)) / MINUTE))
  // Nobody was there at first. A third of each is asked for before, since something had come.
  expect(waits).toEqual([0, 1, 2, 5, 10, 10])
})
