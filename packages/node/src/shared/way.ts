import type { OpenParams } from '../open-params.js'
import type { Cancellation } from '../rpc/cancellation.js'
import type { Request } from '../rpc/messages.js'

/** The way to whoever has the database open. */
export interface Way {
  /** The result of a request. Rejects with LEADER_LOST where the leader is gone; `Seat.lose` was called before. */
  handle(request: Request, cancellation: Cancellation): Promise<unknown>
}

/** What a meeting tells of its leaders. */
export interface Seat {
  /** From now on this is the way. Its first request opens the session, with `params` in the place of the app's own. */
  use(way: Way, params?: Pick<OpenParams, 'storage'>): void
  /** No request goes this way any more. */
  lose(way: Way): void
  /** There is no way now. Those that wait for one are told; one may come yet. */
  doWithout(error: unknown): void
  /** There is no way, and none will come. */
  fail(error: unknown): void
}

/** Those that share a database: one leads and has it open, the others follow. When the leader is gone another one leads. */
export type Meet = (params: OpenParams, seat: Seat) => Meeting

export interface Meeting {
  /** Leaves; whoever leads closes its node before. */
  leave(): Promise<void>
}
