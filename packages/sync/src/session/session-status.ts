import type { Peer } from './peer.js'
import type { SessionCode } from './session-end.js'

/** What a session does. */
export type SessionStatus =
  | { readonly state: 'greeting' }
  /** Finds out what each lacks. `lost`: the peer is no longer what it was when they last met. */
  | { readonly state: 'comparing'; readonly peer: Peer; readonly lost?: 'beyond' | 'other-id' | undefined }
  /** `received` of about `expected` entries, where that is known. */
  | { readonly state: 'receiving'; readonly peer: Peer; readonly received: number; readonly expected: number }
  /** Everything that the peer had is here; what it gets flows on. */
  | { readonly state: 'live'; readonly peer: Peer }
  | {
      readonly state: 'ended'
      readonly peer?: Peer | undefined
      readonly code: SessionCode
      readonly by: 'us' | 'peer'
      readonly text: string
    }
