import { nodejsSync } from '@rakko/node/nodejs'
import { venues } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { alternate, perSecond, timed } from '../measure.js'
import { createAll } from '../node/create-all.js'
import { ReadableNode } from '../node/readable-node.js'
import { Replay } from '../node/replay.js'
import { withHub } from '../sync/hub.js'
import { takeAll } from '../sync/take-all.js'

const COUNT = 10_000

/**
 * An empty node on a directory takes 10 000 documents from a hub in another process. Floor: their signatures are
 * verified, and the rows that the node wrote are put into a copy.
 */
export function syncFirst(): Promise<Measurement> {
  return withHub(COUNT, async ({ address, schemas }, folder) => {
    let round = 0
    let synced: Replay | undefined
    const open = async (name: string): Promise<ReadableNode> => {
      const node = await ReadableNode.open(schemas, `${folder}/${name}${round}`, { sync: nodejsSync })
      await createAll(node.node.collection(schemas.venue), venues(1))
      return node
    }
    const work = async (): Promise<number> => {
      round += 1
      const [node, copy] = [await open('node'), await open('copy')]
      synced = await Replay.open(node, copy)
      globalThis.gc?.()
      const ms = await timed(() => takeAll(node.node, address))
      await node.node.sync.disconnect(address)
      await synced.capture()
      return ms
    }
    await work()
    const medians = await alternate(async () => (synced as Replay).verifyAndPut(), work)
    return perSecond(COUNT, medians)
  })
}
