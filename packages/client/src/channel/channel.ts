import type { Reply, ToNode } from '@rakko/node/rpc'

/** The way to a node: carries messages there and replies back, and notices when the other end is gone. */
export interface Channel {
  /** Rejects where the message cannot be sent. A reply that never comes is for `onDeath` or a deadline. */
  handle(message: ToNode): Promise<Reply>
  /** Calls `listener` when the other end is gone, with a word on what happened; at most once. */
  onDeath(listener: (reason: string, cause?: unknown) => void): void
  /** Gives up the way, and ends the worker or thread at its end, if it is this channel's own. */
  close(): Promise<void>
}

/** The part of a MessagePort that is used; `electronPort` makes one of Electron's. */
export interface PortLike {
  /** Adapters whose ports hand nothing over pass `transfer` by. */
  postMessage(message: unknown, transfer?: unknown[]): void
  addEventListener(type: 'message' | 'close', listener: (event: PortEvent) => void): void
  removeEventListener(type: 'message' | 'close', listener: (event: PortEvent) => void): void
  readonly start?: (() => void) | undefined
  readonly close?: (() => void) | undefined
}

export interface PortEvent {
  readonly data?: unknown
}
