import { type Hash, hash } from '@rakko/core'
import { expect, test } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { PeerByHand } from './by-hand.js'
import { TestNode } from './sync-world.js'

const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })

/** A node that has forgotten all that arrived before its last `held` entries, each of which fills a frame. */
async function forgetful(held: number): Promise<{ node: TestNode; ids: Hash[]; heldIds: Hash[] }> {
  const node = new TestNode(1)
  const author = new Author(1)
  const venues = Array.from({ length: 6 }, () =>
    author.create(schemaId, { name: str('x'.repeat(300_000)), capacity: int(1) }),
  )
  await publishAll(node.store, [...definition, ...venues])
  const { sync } = node.store
  const { number } = await sync.latestArrival()
  const entriesAt = sync.entriesAt.bind(sync)
  sync.entriesAt = async (...args) => {
    const entries = await entriesAt(...args)
    return entries.map((one) => {
      return one.number > number - held ? one : { number: one.number, id: one.id, decision: 'forgotten' as const }
    })
  }
  const ids = venues.map(({ id }) => id)
  return { node, ids, heldIds: held === 0 ? [] : ids.slice(-held) }
}

test.each([2, 1, 0])('of ids of which the first ones were forgotten all %d that are held are given', async (held) => {
  const { node, ids, heldIds } = await forgetful(held)
  const peer = new PeerByHand(node)
  peer.hello()
  const got: Hash[] = []
  for (let fetch = 1, isLast = false; !isLast && fetch < 20; fetch += 1) {
    peer.send({ type: 'fetch', fetch, ids: ids.filter((id) => !got.includes(id)) })
    const fetched = await peer.next('fetched')
    got.push(...fetched.items.map(({ entry }) => hash(entry)))
    isLast = fetched.isLast
  }
  expect(got).toEqual(heldIds)
  peer.session.close()
})
