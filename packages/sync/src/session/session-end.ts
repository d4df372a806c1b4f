import { RakkoError } from '@rakko/core'
import type { EndCode } from '../wire/frame.js'

/** What ends a session, with what the peer is told. */
export class SessionEnd extends Error {
  override readonly name = 'SessionEnd'
  readonly code: EndCode

  constructor(code: EndCode, text: string, cause?: unknown) {
    super(text, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** A frame that came where it has no place. */
export function outOfPlace(what: string): SessionEnd {
  return new SessionEnd('bad-frame', what)
}

/** Whatever was thrown, as the end that it leads to. What a peer is told says nothing of this node's inside. */
export function toSessionEnd(error: unknown): SessionEnd {
  if (error instanceof SessionEnd) return error
  if (error instanceof RakkoError) {
    if (error.code === 'INVALID_FRAME') return new SessionEnd('bad-frame', error.message, error)
    if (error.code === 'FRAME_TOO_LARGE') return new SessionEnd('frame-too-large', error.message, error)
    if (error.code === 'NODE_CLOSED') return new SessionEnd('bye', 'The node was closed', error)
  }
  return new SessionEnd('failed', 'The node failed', error)
}
