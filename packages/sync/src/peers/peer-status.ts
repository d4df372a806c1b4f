import type { RakkoError } from '@rakko/core'
import type { Peer } from '../session/peer.js'
import type { SessionCode } from '../session/session-end.js'
import type { SessionStatus } from '../session/session-status.js'
import type { EndCode } from '../wire/frame.js'

/** How it stands with one peer. */
export interface PeerStatus {
  /** What is dialled; absent for a peer that has dialled this node, or is at a port. */
  readonly address?: string | undefined
  /** Who it was when it was met last. */
  readonly peer?: Peer | undefined
  /** When something of it was last heard, in milliseconds since 1970. */
  readonly metAt?: number | undefined
  /** Entries here that the peer has not taken yet, as far as that is known; also while it is away. */
  readonly toSend: number
  readonly link: LinkState
}

/** Why there is no session. */
export interface Failure {
  readonly error: RakkoError
  /** How the last one ended, and who ended it; absent where the peer could not be dialled. */
  readonly code?: SessionCode | undefined
  readonly by?: 'us' | 'peer' | undefined
}

/** What a session does, as its link tells it. */
export function linkOf(status: Met): LinkState {
  if (status.state !== 'receiving') return { state: status.state }
  return { state: 'receiving', received: status.received, expected: status.expected }
}

/** Of a session that has met its peer. */
export type Met = Exclude<SessionStatus, { readonly state: 'greeting' | 'ended' }>

export type LinkState =
  /** Is being dialled. Where that is so again: since when it could not be reached, and why it last could not. */
  | ({ readonly state: 'connecting'; readonly offlineSince?: number | undefined } & Partial<Failure>)
  /** Finds out what each lacks. */
  | { readonly state: 'comparing' }
  /** `received` of about `expected` entries. */
  | { readonly state: 'receiving'; readonly received: number; readonly expected: number }
  /** All that the peer had is here, and what it gets comes at once. */
  | { readonly state: 'live' }
  /** It cannot be reached, or the session has ended. It is dialled again at `retryAt`, milliseconds since 1970. */
  | ({ readonly state: 'offline'; readonly since: number; readonly retryAt: number } & Failure)
  /** One of both does not want the other. It is tried again later: who refused may change. */
  | {
      readonly state: 'refused'
      readonly code: EndCode
      readonly by: 'us' | 'peer'
      readonly text: string
      readonly retryAt: number
    }
