import { openNode, type RakkoNode } from '@rakko/client'
import { type BenchSchemas, benchSchemas, venues } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { median, repeated, timed } from '../measure.js'

const CALLS = 300
const IN_FLIGHT = 5_000

/** One create after another on a node in a thread, in memory: the median call, milliseconds. */
export async function createOne(): Promise<Measurement> {
  return onThread(async (node, schemas) => {
    const collection = node.collection(schemas.venue)
    const value = await repeated(async () => {
      const calls: number[] = []
      for (const fields of venues(CALLS)) calls.push(await timed(() => collection.create(fields)))
      return median(calls)
    })
    return { value, unit: 'ms', floor: null }
  })
}

/** Creates that do not wait for each other, a call each: how many of them a second. */
export async function createPipelined(): Promise<Measurement> {
  return onThread(async (node, schemas) => {
    const collection = node.collection(schemas.venue)
    const ms = await repeated(() =>
      timed(() => Promise.all(venues(IN_FLIGHT).map((fields) => collection.create(fields)))),
    )
    return { value: (IN_FLIGHT / ms) * 1000, unit: 'per second', floor: null }
  })
}

async function onThread(
  measure: (node: RakkoNode, schemas: BenchSchemas) => Promise<Measurement>,
): Promise<Measurement> {
  const schemas = await benchSchemas()
  await using node = await openNode({ name: 'bench', storage: 'memory', schemas })
  return await measure(node, schemas)
}
