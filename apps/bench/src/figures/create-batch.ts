import { openNode } from '@rakko/client'
import { type BenchSchemas, benchSchemas, venues } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { alternate, perSecond, timed } from '../measure.js'
import { createAll } from '../node/create-all.js'
import { ReadableNode } from '../node/readable-node.js'
import { Replay } from '../node/replay.js'
import { withFolder } from '../start/temporary-folder.js'

const COUNT = 10_000

/**
 * One `createMany` of 10 000 documents on a node in this very thread: on a directory, so that all is durable after it.
 */
export function createBatch(): Promise<Measurement> {
  return withFolder((folder) => createBatchOn(folder))
}

/** The same in memory. */
export function createBatchInMemory(): Promise<Measurement> {
  return createBatchOn()
}

async function createBatchOn(folder?: string): Promise<Measurement> {
  return withReplay(folder, async (source, replay, schemas) => {
    const create = async (): Promise<number> => {
      const ms = await createTimed(source.node, schemas)
      await replay.capture()
      return ms
    }
    await create()
    return alternate(() => replay.run(), create)
  })
}

/** The same on a node in a thread of its own, in memory; the floor replays what a node here has written of the like. */
export function createBatchOnThread(): Promise<Measurement> {
  return withReplay(undefined, async (source, replay, schemas) => {
    await using node = await openNode({ name: 'bench', storage: 'memory', schemas })
    const replayNew = async (): Promise<number> => {
      await createTimed(source.node, schemas)
      await replay.capture()
      return replay.run()
    }
    return alternate(replayNew, () => createTimed(node, schemas))
  })
}

async function withReplay(
  folder: string | undefined,
  measure: (source: ReadableNode, replay: Replay, schemas: BenchSchemas) => ReturnType<typeof alternate>,
): Promise<Measurement> {
  const schemas = await benchSchemas()
  await using source = await ReadableNode.open(schemas, folder && `${folder}/node`)
  await using copy = await ReadableNode.open(schemas, folder && `${folder}/copy`)
  // A schema gets its tables with its first document.
  for (const { node } of [source, copy]) await createAll(node.collection(schemas.venue), venues(1))
  const replay = await Replay.open(source, copy)
  const medians = await measure(source, replay, schemas)
  await replay.check()
  return perSecond(COUNT, medians)
}

function createTimed(node: ReadableNode['node'], schemas: BenchSchemas): Promise<number> {
  const items = venues(COUNT)
  globalThis.gc?.()
  return timed(() => createAll(node.collection(schemas.venue), items))
}
