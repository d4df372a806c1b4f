import { eventFromData, type NodeEvent } from '@rakko/node/rpc'
import type { Connection } from '../calls/connection.js'
import { type Observer, type Subscription, type SubscriptionOptions, subscribe } from '../calls/subscription.js'

export type { NodeEvent }

/** The node's events: those that happened before first. Throws INVALID_ARGUMENT. */
export function subscribeToEvents(
  connection: Connection,
  observer: Observer<NodeEvent> | Observer<NodeEvent>['next'],
  options?: SubscriptionOptions,
): Subscription {
  return subscribe<NodeEvent>(
    connection,
    {
      open: (signal) => connection.request('events', {}, { signal }),
      valuesOf: (update) => ('events' in update ? update.events.map(eventFromData) : []),
    },
    observer,
    options,
  )
}
