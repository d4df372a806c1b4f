import { RakkoError } from '@rakko/core'
import type { EndCode } from '../wire/frame.js'
import { PROTOCOL_VERSION } from '../wire/limits.js'

/** How a session ended: as one of both said, or with a channel that was lost, whatever became of the peer. */
export type SessionCode = EndCode | 'lost'

/** What ends a session, with what the peer is told. */
export class SessionEnd extends Error {
  override readonly name = 'SessionEnd'
  readonly code: EndCode

  constructor(code: EndCode, text: string, cause?: unknown) {
    super(text, { cause })
    this.code = code
  }
}

/** A frame that came where it has no place. */
export function outOfPlace(what: string): SessionEnd {
  return new SessionEnd('bad-frame', what)
}

/** The peer has not done something in time. */
export function tooSlow(what: string, ms: number): SessionEnd {
  return new SessionEnd('too-slow', `${what} within ${ms / 1000} seconds`)
}

/** The peer is beyond what this node does for one. */
export function tooMuch(most: number, what: string): SessionEnd {
  return new SessionEnd('too-much', `A peer has at most ${most} ${what}`)
}

/** Errors of which a peer is told, as what. */
const CODES: Readonly<Record<string, EndCode>> = {
  INVALID_FRAME: 'bad-frame',
  FRAME_TOO_LARGE: 'frame-too-large',
  NODE_CLOSED: 'bye',
}

/** Whatever was thrown, as the end that it leads to. What a peer is told says nothing of this node's inside. */
export function toSessionEnd(error: unknown): SessionEnd {
  if (error instanceof SessionEnd) return error
  if (error instanceof RakkoError) {
    // What else stands in a Hello of another version this one cannot judge.
    if (error.details.field === 'hello.version') {
      const text = `This node speaks version ${PROTOCOL_VERSION}, the peer ${error.details.got}`
      return new SessionEnd('wrong-version', text, error)
    }
    const code = CODES[error.code]
    if (code !== undefined) return new SessionEnd(code, error.message, error)
  }
  return new SessionEnd('failed', 'The node failed', error)
}
