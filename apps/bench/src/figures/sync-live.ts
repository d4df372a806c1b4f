import { nodejsSync } from '@rakko/node/nodejs'
import { type BenchSchemas, venues } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { median } from '../measure.js'
import { ReadableNode } from '../node/readable-node.js'
import { withHub } from '../sync/hub.js'
import { takeAll } from '../sync/take-all.js'

const CREATES = 100

/** One create on a node until a live query of another has called back with it, both connected to one hub. */
export function syncLive(): Promise<Measurement> {
  return withHub(0, async ({ address, schemas }) => {
    const nodes = await Promise.all([0, 1].map(() => ReadableNode.open(schemas, undefined, { sync: nodejsSync })))
    const [writer, reader] = nodes as [ReadableNode, ReadableNode]
    for (const { node } of nodes) await takeAll(node, address)
    const times = await liveTimes(writer, reader, schemas)
    for (const node of nodes) await node[Symbol.asyncDispose]()
    return { value: median(times), unit: 'ms', floor: null, details: { slowestMs: [Math.max(...times)] } }
  })
}

async function liveTimes(writer: ReadableNode, reader: ReadableNode, schemas: BenchSchemas): Promise<number[]> {
  let heard: (count: number) => void = () => undefined
  const query = { orderBy: 'capacity', first: 1_000 } as const
  const following = reader.node.collection(schemas.venue).live(query, ({ rows }) => heard(rows.length))
  const times: number[] = []
  for (const [index, fields] of venues(CREATES + 1).entries()) {
    const shown = new Promise<void>((resolve) => {
      heard = (count) => {
        if (count > index) resolve()
      }
    })
    const start = performance.now()
    await writer.node.collection(schemas.venue).create(fields)
    await shown
    if (index > 0) times.push(performance.now() - start)
  }
  following.close()
  return times
}
