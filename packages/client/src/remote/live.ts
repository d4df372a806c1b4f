import type { RakkoError, RowPage } from '@rakko/core'
import type { Observer, Subscription, SubscriptionOptions } from '../calls/subscription.js'

export type { Subscription }

/** A live query's page after a change. Rows that have not changed are the same objects as before. */
export interface LiveResult<Row> extends RowPage<Row> {
  /** What is different from the result before; from no rows at first. */
  readonly delta: LiveDelta<Row>
}

export interface LiveDelta<Row> {
  readonly entered: readonly { readonly index: number; readonly row: Row }[]
  /** `index` is the place before. */
  readonly left: readonly { readonly index: number; readonly row: Row }[]
  /** As few rows move as can be: those between which others entered or left stay. */
  readonly moved: readonly { readonly from: number; readonly to: number; readonly row: Row }[]
  /** Rows that stayed or moved, at their places now. */
  readonly changed: readonly { readonly index: number; readonly row: Row; readonly before: Row }[]
}

export interface LiveObserver<Row> extends Observer<LiveResult<Row>> {
  /**
   * The live query has ended: with INVALID_QUERY, SCHEMA_NOT_FOUND, TOO_MANY_LIVE_QUERIES, LIVE_QUERY_TOO_LARGE,
   * LIVE_QUERIES_TOO_LARGE, WORKER_DIED, NODE_CLOSED or STORAGE_FAILED. Without this callback the error is thrown as an
   * uncaught one.
   */
  readonly error?: ((error: RakkoError) => void) | undefined
}

export type LiveOptions = SubscriptionOptions
