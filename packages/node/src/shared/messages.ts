import type { Reply, ToNode } from '../rpc/messages.js'

/**
 * Of all that those who share a node say to each other, requests and replies included: a change of any of it raises this.
 * Whoever has another version is told.
 */
export const SHARED_VERSION = 1

/** To whoever leads. */
export type ToLeader =
  | { readonly message: ToNode }
  /** Asks for a sign of life. */
  | { readonly ping: true }
  /** The reply to `leaves`: no request comes after it. */
  | { readonly hasLeft: true }

/** From whoever leads, in a session. */
export type FromLeader =
  | { readonly reply: Reply }
  /** The request with this id came after the leader had begun to leave. */
  | { readonly notBegun: number }
  /** The leader closes its node: it takes no more requests, and replies to those that it has begun. */
  | { readonly leaves: true }
  /** A sign of life. */
  | { readonly isHere: true }
