import type { QueryInput, SchemaId } from '@rakko/core'
import type { LiveOwner } from '../live/live-budget.js'
import type { Node } from '../node.js'
import { eventToData } from './event-data.js'
import { peerToData } from './peer-data.js'
import type { Source } from './subscriptions.js'
import { wireUpdate } from './wire-row.js'

/** A live query, its changes as messages carry them. */
export async function liveSource(
  node: Node,
  schemaId: SchemaId,
  query: QueryInput,
  owner?: LiveOwner,
): Promise<Source> {
  const live = await node.live(schemaId, query, owner)
  return sourceOf(live, (change) => wireUpdate(change, live.query))
}

/** The node's events, as messages carry them. */
export async function eventSource(node: Node): Promise<Source> {
  return sourceOf(await node.events(), (events) => ({ events: events.map(eventToData) }))
}

/** How it stands with all peers, as messages carry it. */
export async function peerSource(node: Node): Promise<Source> {
  return sourceOf(await node.peers(), (peers) => ({ peers: peers.map(peerToData) }))
}

interface Updating<Update> extends Omit<Source, 'next'> {
  next(): Promise<Update | undefined>
}

function sourceOf<Update>(
  updating: Updating<Update>,
  toWire: (update: Update) => NonNullable<Awaited<ReturnType<Source['next']>>>,
): Source {
  return {
    get isOpen() {
      return updating.isOpen
    },
    async next() {
      const update = await updating.next()
      return update && toWire(update)
    },
    stopWaiting: () => updating.stopWaiting(),
    close: () => updating.close(),
  }
}
