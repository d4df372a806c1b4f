import { benchSchemas, venues } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { alternate, perSecond, timed } from '../measure.js'
import { createAll } from '../node/create-all.js'
import { ReadableNode } from '../node/readable-node.js'
import { Replay } from '../node/replay.js'
import { withFolder } from '../start/temporary-folder.js'

const COUNT = 10_000

/**
 * One field of each of 10 000 documents, updates that do not wait for each other, on a node in this thread and a
 * directory. A node remembers what it has changed; `cold` has it drop that before each round.
 */
export function updateBatch({ cold = false } = {}): Promise<Measurement> {
  return withFolder(async (folder) => {
    const schemas = await benchSchemas()
    await using source = await ReadableNode.open(schemas, `${folder}/node`)
    await using copy = await ReadableNode.open(schemas, `${folder}/copy`)
    const collection = source.node.collection(schemas.venue)
    for (const { node } of [source, copy]) await createAll(node.collection(schemas.venue), venues(1))
    const replay = await Replay.open(source, copy)
    const ids = await createAll(collection, venues(COUNT))
    await replay.capture()
    await replay.run()

    let capacity = 0
    const update = async (): Promise<number> => {
      capacity += COUNT
      // As if another node on this database had written.
      if (cold) await source.driver.exec('UPDATE rakko.arrival SET number = number')
      globalThis.gc?.()
      const ms = await timed(() =>
        Promise.all(ids.map((id, index) => collection.update(id, { capacity: capacity + index }))),
      )
      await replay.capture()
      return ms
    }
    await update()
    const medians = await alternate(() => replay.run(), update)
    await replay.check()
    return perSecond(COUNT, medians)
  })
}
