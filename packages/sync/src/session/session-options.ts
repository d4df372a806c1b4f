import type { PublicKey } from '@rakko/core'
import type { Channel } from '../channel/channel.js'
import type { Replica } from '../replica.js'
import type { Timers } from '../timers.js'
import type { Scope } from '../wire/frame.js'
import type { HeadsCode } from './compare/heads-code.js'
import type { Peer } from './peer.js'
import type { Meter } from './pull/meter.js'
import type { Share } from './pull/share.js'
import type { Refused } from './pull/taker.js'
import type { SessionStatus } from './session-status.js'

export interface SessionOptions {
  readonly channel: Channel
  readonly replica: Replica
  readonly identity: Identity
  /** So many random bytes. */
  readonly random: (length: number) => Uint8Array
  readonly timers: Timers
  /** After how long a silent peer is given up, in milliseconds; default a minute. */
  readonly silenceMs?: number | undefined
  /** What is pulled; without it everything. */
  readonly scope?: Scope | undefined
  /** Does not say that it compares by ranges of ids, as a node may that has no tree of them. */
  readonly withoutRanges?: boolean | undefined
  /**
   * Made by `headsCode`. Without it the node has not the capability `heads`: all is pulled from peers that cannot compare
   * by ranges then, and no peer is told the heads of a key.
   */
  readonly heads?: HeadsCode | undefined
  /** Arrivals that the peer may send before they were taken, in bytes; default 4 MiB. */
  readonly creditBytes?: number | undefined
  /** Counts what a peer gives. Where it may give no more, the session ends with `too-much`. */
  readonly meterOf?: ((peer: Peer) => Meter) | undefined
  /** What it shares with the node's other sessions; `alone()` where it is the only one. */
  readonly share: Share
  /** The peer is asked for a proof where this is given, which checks it. */
  readonly checkProof?: ((proof: Proof) => Promise<boolean>) | undefined
  /** Whether this node serves the peer. Without it, everybody. */
  readonly admit?: ((peer: Peer) => Promise<boolean>) | undefined
  /** Both know each other: before anything flows. */
  readonly onGreeted?: ((peer: Peer) => void) | undefined
  readonly onStatus?: ((status: SessionStatus) => void) | undefined
  /** The peer no longer has what it had when it was met last: it was restored from a copy. All is compared again. */
  readonly onRestored?: ((peer: Peer) => void) | undefined
  /** The session's backlog has changed. */
  readonly onBacklog?: (() => void) | undefined
  /** What the peer has sent and this node does not take. */
  readonly onRefused?: ((refused: RefusedOfPeer) => void) | undefined
  /** An entry of the peer was decided here for the first time. */
  readonly onNew?: (() => void) | undefined
}

/** An entry that is not taken, and who has sent it. */
export interface RefusedOfPeer extends Refused {
  readonly peer: Peer
  /** What was dialled to reach the peer; absent where it has dialled. */
  readonly address?: string | undefined
}

export interface Proof {
  readonly publicKey: PublicKey
  readonly message: Uint8Array
  readonly signature: Uint8Array
  /** What the peer has dialled, by its own signed word. */
  readonly address: string
}

/** Who this node is. */
export interface Identity {
  readonly publicKey: PublicKey
  /** What was dialled to reach the peer. */
  readonly address?: string | undefined
  /** Signs a proof; without it a peer that asks for one is refused. */
  readonly sign?: ((message: Uint8Array) => Promise<Uint8Array>) | undefined
}
