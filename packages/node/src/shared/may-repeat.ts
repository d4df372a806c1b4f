import type { Method, Methods, Request } from '../rpc/messages.js'
import { isLeaderLost } from './leader-errors.js'

const always = (): boolean => true
const never = (): boolean => false
const named = ({ idempotencyId }: Methods['create' | 'batch']['params']): boolean => idempotencyId !== undefined

/** Whether doing it twice does what doing it once does. */
const REPEATABLE: { readonly [M in Method]: (params: Methods[M]['params']) => boolean } = {
  open: always,
  create: named,
  batch: named,
  update: never,
  delete: never,
  get: always,
  view: always,
  history: always,
  page: always,
  count: always,
  live: always,
  events: always,
  peers: always,
  // A port was handed over.
  connect: ({ port }) => port === undefined,
  disconnect: always,
  keyHeads: always,
  wake: always,
  next: always,
  end: always,
  publish: never,
  ingest: always,
  nextArgs: always,
  sql: always,
  forget: always,
  stateHash: always,
  storage: always,
  verify: always,
  close: always,
}

export function isRepeatable<M extends Method>({ method, params }: Request<M>): boolean {
  return REPEATABLE[method](params)
}

/** Whether the next leader may be asked, after the one that was asked got lost. */
export function mayRepeat(request: Request, error: unknown): boolean {
  return isLeaderLost(error) && (error.details.outcome === 'not begun' || isRepeatable(request))
}
