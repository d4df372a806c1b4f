import type { QueryParams, WireRow } from '@rakko/node/rpc'
import type { Connection } from '../calls/connection.js'
import { subscribe } from '../calls/subscription.js'
import type { LiveObserver, LiveOptions, LiveResult, Subscription } from './live.js'
import { LiveRows } from './live-rows.js'

/** A live query at the node, its rows kept here. Throws INVALID_ARGUMENT. */
export function subscribeToRows<Row>(
  connection: Connection,
  params: QueryParams,
  toRow: (row: WireRow) => Row,
  observer: LiveObserver<Row> | LiveObserver<Row>['next'],
  options?: LiveOptions,
): Subscription {
  const rows = new LiveRows(toRow)
  return subscribe<LiveResult<Row>>(
    connection,
    {
      open: (signal) => connection.request('live', params, { signal }),
      valuesOf(update) {
        if ('events' in update || 'peers' in update) return []
        const result = update.isAfresh ? rows.replace(update) : rows.apply(update)
        return result === undefined ? [] : [result]
      },
    },
    observer,
    options,
  )
}
