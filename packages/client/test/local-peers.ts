import { expect } from 'vitest'
import type { PeerStatus, RakkoNode } from '../src/exports.js'
import type { TestSchemas } from './acceptance/test-schemas.js'

/** Two nodes of one device, which have never met before. */
export interface LocalPeers {
  readonly one: RakkoNode
  readonly other: RakkoNode
  readonly schemas: TestSchemas
}

let venues = 0

/** Each gets what the other has, and what is written while they are in touch. */
export async function expectInTouch({ one, other, schemas }: LocalPeers): Promise<void> {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    venues += 1
    const name = `Venue ${venues}`
    const id = await from.collection(schemas.venue).create({ name, capacity: venues })
    await firstOf<{ rows: readonly unknown[] }>(
      (next) => to.collection(schemas.venue).live({ where: { $id: { eq: id } } }, next),
      ({ rows }) => rows.length === 1,
    )
  }
  const live = [{ address: undefined, state: 'live' }]
  for (const node of [one, other]) expect(await peersOf(node, (peers) => peers[0]?.link.state === 'live')).toEqual(live)
}

/** Resolves once a node has a venue of this name. */
export async function getsVenue(node: RakkoNode, { venue }: TestSchemas, name: string): Promise<void> {
  await firstOf<{ rows: readonly unknown[] }>(
    (next) => node.collection(venue).live({ where: { name } }, next),
    ({ rows }) => rows.length > 0,
  )
}

/** Neither speaks with anybody. */
export async function expectAlone({ one, other }: LocalPeers): Promise<void> {
  for (const node of [one, other]) expect(await peersOf(node, (peers) => peers.length === 0)).toEqual([])
}

async function peersOf(node: RakkoNode, isWanted: (peers: readonly PeerStatus[]) => boolean) {
  const peers = await firstOf<readonly PeerStatus[]>((next) => node.sync.onStatus(next), isWanted)
  return peers.map(({ address, link }) => ({ address, state: link.state }))
}

/** The first value that is wanted. */
function firstOf<Value>(
  follow: (next: (value: Value) => void) => { close(): void },
  isWanted: (value: Value) => boolean,
): Promise<Value> {
  return new Promise((resolve) => {
    const subscription = follow((value) => {
      if (!isWanted(value)) return
      subscription.close()
      resolve(value)
    })
  })
}
