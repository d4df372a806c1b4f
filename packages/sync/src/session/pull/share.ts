import type { Hash } from '@rakko/core'
import type { PullFrame } from '../../wire/frame.js'
import type { SessionStatus } from '../session-status.js'

/** What a session does with regard to the other sessions of its node, so that nothing comes twice. */
export interface Share {
  /** What is to be pulled now. It is asked again once all that the peer had is here: the pull may then change. */
  mode(): PullFrame['mode']
  /** How the session stands. */
  told(status: SessionStatus): void
  /** Resolves once what is offered by ids is to be fetched: who is asked for entries has had its turn. */
  ready(): Promise<void>
  /** Those of these ids that no other session fetches. They are this one's until it releases them. */
  claim(ids: readonly Hash[]): readonly Hash[]
  release(ids: readonly Hash[]): void
  /** Resolves once no other session fetches any of these ids, or takes too long for it. */
  elsewhere(ids: readonly Hash[]): Promise<void>
  /** The session is over: nothing waits any more. */
  end(): void
}

/** Of a session that is the only one. */
export function alone(mode: PullFrame['mode'] = 'entries'): Share {
  return {
    mode: () => mode,
    told: () => undefined,
    ready: async () => undefined,
    claim: (ids) => ids,
    release: () => undefined,
    elsewhere: async () => undefined,
    end: () => undefined,
  }
}
