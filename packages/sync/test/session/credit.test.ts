import type { Hash } from '@rakko/core'
import { expect, test } from 'vitest'
import type { Replica } from '../../src/index.js'
import { settle } from '../support/hand-timers.js'
import { StubPeer } from '../support/stub-peer.js'

const KIB = 1_024
const ENTRIES = [
  { id: `0020${'11'.repeat(32)}` as Hash, entry: new Uint8Array(300), operation: new Uint8Array(255 * KIB) },
]

/** A node in which there is far more than any credit. */
const LATEST = { number: 200, id: ENTRIES[0]?.id }
const full: Partial<Replica> = {
  latest: async () => LATEST,
  async *definitions() {},
  arrivalsAfter: async (number) =>
    number < LATEST.number
      ? { items: ENTRIES, upTo: { ...LATEST, number: number + 1 }, latest: LATEST.number }
      : { items: [], upTo: LATEST, latest: LATEST.number },
}

test.each([
  ['4 MiB', 4_096 * KIB, 16],
  ['16 MiB', 16_384 * KIB, 64],
  ['all there is: it gets 16 MiB', Number.MAX_SAFE_INTEGER, 64],
])('a peer that takes nothing gets what it credits, %s', async (_, creditBytes, frames) => {
  const peer = new StubPeer(full)
  await peer.hello({ creditBytes })
  await peer.send({ type: 'pull', pull: 1, mode: 'entries', scope: undefined, after: { number: 0 }, compare: 0 })
  for (let turn = 0; turn < 20; turn += 1) await settle()
  const { length } = peer.types.filter((type) => type === 'arrivals')
  expect(length).toBe(frames)
  peer.session.close()
  await peer.result
})
