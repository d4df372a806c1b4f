import type { Hash } from '@rakko/core'
import type { SessionStatus } from '@rakko/sync'
import { expect, test } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { PeerByHand } from './by-hand.js'
import { TestNode } from './sync-world.js'

const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })
const ID = `0020${'11'.repeat(32)}` as Hash
const LATEST = { number: 900, id: ID }

async function holding(): Promise<TestNode> {
  const node = new TestNode(1)
  await publishAll(node.store, definition)
  return node
}

test('after a comparison a node says of how many it has received how many', async () => {
  const statuses: SessionStatus[] = []
  const node = await holding()
  const peer = new PeerByHand(node, { onStatus: (status) => statuses.push(status) })
  peer.hello({ latest: LATEST })
  const { compare } = await peer.next('compare')
  peer.send({ type: 'compared', compare, latest: LATEST, ranges: [{ kind: 'skip', upper: new Uint8Array() }] })
  const { pull } = await peer.next('pull')
  const [entry] = [new Author(1).create(schemaId, { name: str('a'), capacity: int(1) })]
  peer.send({ type: 'arrivals', pull, upTo: { number: 0 }, latest: 907, first: 300, items: [entry] })
  await peer.next('taken')
  expect(statuses.at(-1)).toMatchObject({ state: 'receiving', received: 1, expected: 307 })
  peer.session.close()
})

test('a node says how many entries the peer lacks', async () => {
  const node = await holding()
  const peer = new PeerByHand(node)
  peer.hello({ latest: LATEST })
  const ranges = [{ kind: 'ids', upper: new Uint8Array(), ids: new Uint8Array() }] as const
  peer.send({ type: 'compare', compare: 2, latest: LATEST, scope: undefined, ranges })
  const { latest } = await peer.next('compared')
  peer.send({ type: 'pull', pull: 1, mode: 'ids', scope: undefined, after: latest, compare: 2 })
  expect(await peer.next('arrivals')).toMatchObject({ upTo: { number: 0 }, first: definition.length })
  expect(await peer.next('arrivals')).toMatchObject({ upTo: latest, first: 0, items: [] })
  peer.session.close()
})
