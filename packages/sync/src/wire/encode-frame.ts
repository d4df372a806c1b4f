import type { Frame } from './frame.js'
import { fullCodec } from './full-codec.js'

/**
 * The bytes of a frame, its own to keep. Lists have to be in the order that docs/wire.md asks for. Throws
 * INVALID_ARGUMENT on a number or text that no frame can carry.
 */
export function encodeFrame(frame: Frame): Uint8Array {
  return fullCodec.encode(frame)
}
