import type { Frame } from '../wire/frame.js'

/** Encodes a frame and gives it to the channel, in the order of the calls. */
export type Send = (frame: Frame) => Sent

export interface Sent {
  /** Of the encoded frame. */
  readonly bytes: number
  /** Resolves once the channel takes the next frame, see Channel; rejects where it is closed. */
  readonly taken: Promise<void>
}
