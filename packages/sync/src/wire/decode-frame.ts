import { RakkoError } from '@rakko/core'
import type { Frame } from './frame.js'
import { FrameReader } from './frame-reader.js'
import { invalidFrame } from './invalid-frame.js'
import { LAYOUTS, type Layout } from './layouts.js'
import { MAX_FRAME_BYTES } from './limits.js'

export interface FrameLimits {
  /** The largest frame that was agreed; MAX_FRAME_BYTES at most, which is the default. */
  readonly maxFrameBytes?: number | undefined
}

const LAYOUT_OF_NUMBER = new Map<number, Layout>(Object.values(LAYOUTS).map((layout) => [layout.number, layout]))

/** More than any type has. Hellos of later versions may have more than this one's. */
const MAX_FRAME_ITEMS = 64

/**
 * Checks every rule of docs/wire.md that one frame alone can break. Byte strings of the result are views of `bytes`.
 * Its work and memory are bounded by their length. Throws INVALID_FRAME, whose `details` have `field`, `expected` and
 * `got` (`field` is `hello.version` for a Hello of another version), and FRAME_TOO_LARGE.
 */
export function decodeFrame(bytes: Uint8Array, limits: FrameLimits = {}): Frame {
  const most = Math.min(limits.maxFrameBytes ?? MAX_FRAME_BYTES, MAX_FRAME_BYTES)
  if (bytes.length > most) {
    throw new RakkoError('FRAME_TOO_LARGE', `Frame too large: expected at most ${most} bytes, got ${bytes.length}`, {
      expected: most,
      got: bytes.length,
    })
  }
  try {
    return read(new FrameReader(bytes))
  } catch (error) {
    if (!(error instanceof RakkoError) || error.code !== 'INVALID_CBOR') throw error
    throw invalidFrame('frame', 'CBOR', error.message, error)
  }
}

function read(reader: FrameReader): Frame {
  const items = reader.array('frame', MAX_FRAME_ITEMS)
  if (items === 0) throw invalidFrame('type', 'a type', 'nothing')
  const number = reader.number('type')
  const layout = LAYOUT_OF_NUMBER.get(number)
  if (layout === undefined) throw invalidFrame('type', 'a known type', `${number}`)
  // A later version's Hello has its version, whatever stands behind.
  const isOfOtherLength = items !== layout.items
  if (isOfOtherLength && (layout !== LAYOUTS.hello || items < 2)) throw ofOtherLength(layout, items)
  const frame = layout.read(reader)
  if (isOfOtherLength) throw ofOtherLength(layout, items)
  reader.end()
  return frame
}

function ofOtherLength(layout: Layout, items: number): RakkoError {
  return invalidFrame('frame', `${layout.items} items`, `${items}`)
}
