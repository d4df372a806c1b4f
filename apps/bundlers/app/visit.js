import { openNode } from '@rakko/client'
import { schemas } from './schemas.js'

/** Creates a venue and finds it, on the storage that the browser has. */
export async function visit() {
  const node = await openNode({ name: 'bundled', schemas })
  const venues = node.collection(schemas.venue)
  const id = await venues.create({ name: 'Main stage', capacity: 500 })
  const found = await venues.find({ where: { $id: id, capacity: { gte: 100 } } })
  const { kind } = await node.storage()
  await node.close()
  return `found ${found.map(({ name }) => name)} in ${kind}`
}
