import type { Frame } from './frame.js'
import { fullCodec } from './full-codec.js'

/**
 * Checks every rule of docs/wire.md that one frame alone can break. Byte strings of the result are views of `bytes`.
 * Its work and memory are bounded by their length. Throws INVALID_FRAME, whose `details` have `field`, `expected` and
 * `got` (`field` is `hello.version` for a Hello of another version), and FRAME_TOO_LARGE.
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  return fullCodec.decode(bytes)
}
