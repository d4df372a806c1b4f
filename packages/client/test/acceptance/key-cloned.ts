import { type NextArgs, type Signer, signEntry } from '@rakko/core'
import { expect } from 'vitest'
import type { NodeEvent, RakkoNode } from '../../src/exports.js'
import { venueOperation } from './foreign-author.js'
import { type Reached, secondClient } from './transport.js'

const ELSEWHERE: NextArgs = { logId: 7n, seqNum: 1n }

/** Whoever has a copy of a node's key writes with it: the node takes another key, and every client is told. */
export async function expectClonedKeyTold(world: Reached, clone: Signer): Promise<void> {
  const { node, schemas } = world
  const { publicKey } = node
  expect(clone.publicKey).toBe(publicKey)
  const second = await secondClient(world)
  const told = [cloned(node), cloned(second.node)]
  const operation = venueOperation(schemas.venue.id, 'Written elsewhere')
  const entry = await signEntry(ELSEWHERE, operation, clone)
  const [outcome] = await node.ingest([{ entry, operation }])
  const operationId = outcome?.status === 'held' ? outcome.operationId : undefined
  const event = { type: 'key-cloned', publicKey, operationId, newPublicKey: expect.any(String) }
  expect(await Promise.all(told)).toEqual([event, event])
  // One that listens later is told too, and what is written now is the new key's.
  const { newPublicKey } = (await cloned(node)) as { newPublicKey: string }
  const id = await node.collection(schemas.venue).create({ name: 'Written here', capacity: 1 })
  expect(await node.collection(schemas.venue).get(id)).toMatchObject({ $owner: newPublicKey })
  expect(newPublicKey).not.toBe(publicKey)
  await second.dispose()
}

function cloned(node: RakkoNode): Promise<NodeEvent> {
  return new Promise((resolve, reject) => {
    const subscription = node.onEvent({
      next(event) {
        if (event.type !== 'key-cloned') return
        subscription.close()
        resolve(event)
      },
      error: reject,
    })
  })
}
