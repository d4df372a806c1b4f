import { openNode } from '@rakko/client'
import { schemas } from '../schemas/schemas.js'

/**
 * The open node with the festival's two collections. Everything that the app reads or writes goes through here. With
 * `auto` the best lasting storage is taken or none; memory only where a person asked for it.
 */
export async function openFestival(storage: 'auto' | 'memory') {
  const node = await openNode({ name: 'festival', schemas, storage })
  return {
    node,
    venues: node.collection(schemas.venue),
    events: node.collection(schemas.event),
    /** Where the data lies, as it was found at opening: the page says so from its first moment. */
    storage: await node.storage(),
  }
}

export type Festival = Awaited<ReturnType<typeof openFestival>>
export type Venue = NonNullable<Awaited<ReturnType<Festival['venues']['get']>>>
export type FestivalEvent = NonNullable<Awaited<ReturnType<Festival['events']['get']>>>
export type Storage = Awaited<ReturnType<Festival['node']['storage']>>
