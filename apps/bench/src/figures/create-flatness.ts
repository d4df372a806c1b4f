import { benchSchemas, venues } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { median, timed } from '../measure.js'
import { createAll } from '../node/create-all.js'
import { ReadableNode } from '../node/readable-node.js'
import { withFolder } from '../start/temporary-folder.js'

const SIZES = [1_000, 10_000, 100_000]
const BATCH = 10_000
const WARM_UP = 100
const ROUNDS = 500

/**
 * One `create` on a node that has 1 000, 10 000 or 100 000 documents, on a directory, the three taking turns. The value
 * is the highest of the three medians, the floor the lowest.
 */
export function createFlatness(): Promise<Measurement> {
  return withFolder(async (folder) => {
    const schemas = await benchSchemas()
    const nodes: ReadableNode[] = []
    try {
      const collections = []
      for (const size of SIZES) {
        const opened = await ReadableNode.open(schemas, `${folder}/${size}`)
        nodes.push(opened)
        const collection = opened.node.collection(schemas.venue)
        for (let left = size; left > 0; left -= BATCH) await createAll(collection, venues(Math.min(left, BATCH)))
        collections.push({ collection, calls: [] as number[] })
      }
      globalThis.gc?.()
      for (let round = -WARM_UP; round < ROUNDS; round++) {
        for (const { collection, calls } of collections) {
          const [fields] = venues(1)
          if (fields === undefined) throw new Error('no fields were made')
          const ms = await timed(() => collection.create(fields))
          if (round >= 0) calls.push(ms)
        }
      }
      const medians = collections.map(({ calls }) => median(calls))
      return { value: Math.max(...medians), unit: 'ms', floor: Math.min(...medians) }
    } finally {
      for (const node of nodes) await node[Symbol.asyncDispose]()
    }
  })
}
