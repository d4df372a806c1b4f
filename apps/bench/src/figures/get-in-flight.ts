import { openNode } from '@rakko/client'
import { benchSchemas, venues } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { repeated, timed } from '../measure.js'
import { createAll } from '../node/create-all.js'

const STORED = 10_000
const CALLS = 2_000

/** `get` calls that do not wait for each other, on a node in a thread, in memory: how many of them a second. */
export async function getInFlight(): Promise<Measurement> {
  const schemas = await benchSchemas()
  await using node = await openNode({ name: 'bench', storage: 'memory', schemas })
  const collection = node.collection(schemas.venue)
  const ids = await createAll(collection, venues(STORED))
  // Spread over all that is stored, each once.
  const asked = Array.from({ length: CALLS }, (_, index) => ids[(index * STORED) / CALLS] as string)
  const ms = await repeated(() =>
    timed(async () => {
      const rows = await Promise.all(asked.map((id) => collection.get(id)))
      if (rows.some((row, index) => row?.$id !== asked[index])) throw new Error('get has found another document')
    }),
  )
  return { value: (CALLS / ms) * 1000, unit: 'per second', floor: null }
}
