import { openNode } from '@rakko/client'
import { benchSchemas, venues } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { alternate, perSecond, timed } from '../measure.js'
import { createAll } from '../node/create-all.js'
import { ReadableNode } from '../node/readable-node.js'
import { Replay } from '../node/replay.js'

const COUNT = 10_000

/** One `createMany` of 10 000 documents on a node in this very thread, in memory. */
export async function createBatch(): Promise<Measurement> {
  const schemas = await benchSchemas()
  await using source = await ReadableNode.open(schemas)
  await using replay = await Replay.open(source, schemas)
  const collection = source.node.collection(schemas.venue)
  const create = async (): Promise<number> => {
    const items = venues(COUNT)
    globalThis.gc?.()
    const ms = await timed(() => createAll(collection, items))
    await replay.capture()
    return ms
  }
  await create()
  const medians = await alternate(() => replay.run(), create)
  await replay.check()
  return perSecond(COUNT, medians)
}

/** The same on a node in a thread of its own; the floor replays what a node here has written of the same documents. */
export async function createBatchOnThread(): Promise<Measurement> {
  const schemas = await benchSchemas()
  await using source = await ReadableNode.open(schemas)
  await using replay = await Replay.open(source, schemas)
  await using node = await openNode({ name: 'bench', storage: 'memory', schemas })
  const collection = node.collection(schemas.venue)
  const replayNew = async (): Promise<number> => {
    await createAll(source.node.collection(schemas.venue), venues(COUNT))
    await replay.capture()
    return replay.run()
  }
  const create = async (): Promise<number> => {
    const items = venues(COUNT)
    globalThis.gc?.()
    return timed(() => createAll(collection, items))
  }
  const medians = await alternate(replayNew, create)
  await replay.check()
  return perSecond(COUNT, medians)
}
