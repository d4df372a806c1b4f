import type { Hash, SchemaId } from '@rakko/core'
import type { ArrivalsFrame, Frame, HelloFrame } from '@rakko/sync'
import { expect } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { PeerByHand, settle } from './by-hand.js'
import { TestNode } from './sync-world.js'

// What a peer that keeps no rule says, to a node that has something.

export const author = new Author(1)
export const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })
export const venues = (count: number) =>
  Array.from({ length: count }, (_, index) => author.create(schemaId, { name: str(`${index}`), capacity: int(1) }))

export const ID = `0020${'11'.repeat(32)}` as Hash
export const OTHER_ID = `0020${'22'.repeat(32)}` as Hash
export const ALL = { kind: 'fingerprint', upper: new Uint8Array(), count: 9, fingerprint: new Uint8Array(16) } as const
export const NOTHING = { kind: 'skip', upper: new Uint8Array() } as const
export const pull = (number: number): Frame => ({
  type: 'pull',
  pull: number,
  mode: 'entries',
  scope: undefined,
  after: { number: 0 },
  compare: 0,
})
export const compare = (number: number, schemas?: SchemaId[]): Frame => ({
  type: 'compare',
  compare: number,
  latest: { number: 9, id: ID },
  scope: schemas && { schemas },
  ranges: [ALL],
})
export const compared = (number: number): Frame => ({
  type: 'compared',
  compare: number,
  latest: { number: 9, id: ID },
  ranges: [NOTHING],
})
export const arrivals = (changes: Partial<ArrivalsFrame> = {}): Frame => ({
  type: 'arrivals',
  pull: 1,
  upTo: { number: 1, id: ID },
  latest: 1,
  first: 0,
  items: [],
  ...changes,
})

/** Holds two venues. A test that changes it makes its own. */
export const node = await nodeWith(2)

export async function nodeWith(count: number): Promise<TestNode> {
  const made = new TestNode(1)
  await publishAll(made.store, [...definition, ...venues(count)])
  return made
}

export type Script = (peer: PeerByHand) => Promise<void> | void

export async function endOf(script: Script, options: ConstructorParameters<typeof PeerByHand>[1] = {}, on = node) {
  const peer = new PeerByHand(on, options)
  await script(peer)
  const { code, by } = await peer.result
  await settle()
  expect(peer.timers.waiting).toBe(0)
  return { code, by, told: peer.frames.findLast((frame) => frame.type === 'end')?.code }
}

/** Greets, and sends these. */
export const sends =
  (...frames: readonly Frame[]): Script =>
  (peer) => {
    peer.hello()
    peer.send(...frames)
  }

/** The same once the node pulls. */
export const sendsToPull =
  (frames: readonly Frame[], hello: Partial<HelloFrame> = {}): Script =>
  async (peer) => {
    peer.hello(hello)
    await peer.next('pull')
    peer.send(...frames)
  }
