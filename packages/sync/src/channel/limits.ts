/** The largest frame that a channel carries, where nothing else is said. */
export const DEFAULT_MAX_FRAME_BYTES = 2 * 1024 * 1024

/** What may be under way until `send` makes its caller wait. */
export const DEFAULT_WINDOW_BYTES = 1024 * 1024

/**
 * What may lie here until its listener takes it. Who sends more does not wait for `send`, or the transport cannot hold
 * it back: the channel is closed.
 */
export const MAX_KEPT_BYTES = 32 * 1024 * 1024

/** What a frame takes beside its bytes, so that many empty ones count too. */
const FRAME_OVERHEAD_BYTES = 128

export function costOf(frame: Uint8Array): number {
  return frame.length + FRAME_OVERHEAD_BYTES
}
