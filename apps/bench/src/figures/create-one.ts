import { openNode } from '@rakko/client'
import { benchSchemas, venues } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { alternate, median, milliseconds, repeated, timed } from '../measure.js'
import { BareWrites } from '../node/bare-writes.js'

const CALLS = 300
const IN_FLIGHT = 5_000

/**
 * One create after another on a node in a thread, in memory: the median call, milliseconds. The floor puts the rows
 * that such creates have made, see BareWrites.
 */
export async function createOne(): Promise<Measurement> {
  const schemas = await benchSchemas()
  await using bare = await BareWrites.open(schemas)
  await using node = await openNode({ name: 'bench', storage: 'memory', schemas })
  const collection = node.collection(schemas.venue)
  const floor = async () => {
    const writes = await bare.prepare(CALLS)
    return medianCall(writes, (write) => bare.write(write))
  }
  return milliseconds(await alternate(floor, () => medianCall(venues(CALLS), (fields) => collection.create(fields))))
}

async function medianCall<Item>(items: readonly Item[], call: (item: Item) => Promise<unknown>): Promise<number> {
  const calls: number[] = []
  for (const item of items) calls.push(await timed(() => call(item)))
  return median(calls)
}

/** Creates that do not wait for each other, a call each: how many of them a second. */
export async function createPipelined(): Promise<Measurement> {
  const schemas = await benchSchemas()
  await using node = await openNode({ name: 'bench', storage: 'memory', schemas })
  const collection = node.collection(schemas.venue)
  const ms = await repeated(() =>
    timed(() => Promise.all(venues(IN_FLIGHT).map((fields) => collection.create(fields)))),
  )
  return { value: (IN_FLIGHT / ms) * 1000, unit: 'per second', floor: null }
}
