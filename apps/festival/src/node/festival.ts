import { openNode } from '@rakko/client'
import { openHub } from '../hub/hub.js'
import { announceUpdate } from '../pwa/service-worker.js'
import { schemas } from '../schemas/schemas.js'

/** What a start on a slow and busy phone may take; with the default of 30 seconds it would be given up. */
const DEADLINE_MS = 120_000

/**
 * The open node with the festival's two collections. Everything that the app reads or writes goes through here. The
 * best storage that there is is taken; where there is none but memory, `storage` tells and the page says so.
 */
export async function openFestival() {
  const node = await openNode({ name: 'festival', schemas, deadlineMs: DEADLINE_MS })
  node.onEvent({
    next({ type }) {
      if (type === 'later-version') announceUpdate()
    },
    // The node is gone, which everything else says.
    error: () => undefined,
  })
  return {
    node,
    hub: openHub(node),
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
