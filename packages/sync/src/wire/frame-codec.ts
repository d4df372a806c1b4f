import { RakkoError } from '@rakko/core'
import { frameTooLarge } from '../frame-too-large.js'
import { invalidFrame } from '../invalid-frame.js'
import type { Frame } from './frame.js'
import { FrameReader } from './frame-reader.js'
import { FrameWriter } from './frame-writer.js'
import type { Layout, Layouts } from './layout.js'
import { MAX_FRAME_BYTES } from './limits.js'

/** More than any type has. Hellos of later versions may have more than this one's. */
const MAX_FRAME_ITEMS = 64

/** One for all: encoding is over before anybody else can begin. */
const writer = new FrameWriter()

/** Writes and reads the frames of some types: a node knows those of what it can do. */
export class FrameCodec {
  readonly #layouts: Partial<Layouts>
  readonly #ofNumber: ReadonlyMap<number, Layout>

  constructor(layouts: Partial<Layouts>) {
    this.#layouts = layouts
    this.#ofNumber = new Map(Object.values(layouts).map((layout) => [layout.number, layout]))
  }

  /** See `encodeFrame`. Of a type that it knows. */
  encode(frame: Frame): Uint8Array {
    const layout = this.#layouts[frame.type] as Layout
    writer.reset()
    writer.array(layout.items)
    writer.number(layout.number)
    layout.write(writer, frame)
    return writer.finish()
  }

  /** See `decodeFrame`. */
  decode(bytes: Uint8Array): Frame {
    if (bytes.length > MAX_FRAME_BYTES) throw frameTooLarge(MAX_FRAME_BYTES, bytes.length)
    try {
      return this.#read(new FrameReader(bytes))
    } catch (error) {
      if (!(error instanceof RakkoError) || error.code !== 'INVALID_CBOR') throw error
      throw invalidFrame('frame', 'CBOR', error.message, error)
    }
  }

  #read(reader: FrameReader): Frame {
    const items = reader.array('frame', MAX_FRAME_ITEMS, 1)
    const number = reader.number('type')
    const layout = this.#ofNumber.get(number)
    if (layout === undefined) throw invalidFrame('type', 'a known type', `${number}`)
    // A later version's Hello has its version, whatever stands behind.
    const isOfOtherLength = items !== layout.items
    if (isOfOtherLength && (layout !== this.#layouts.hello || items < 2)) throw ofOtherLength(layout, items)
    const frame = layout.read(reader)
    if (isOfOtherLength) throw ofOtherLength(layout, items)
    reader.end()
    return frame
  }
}

function ofOtherLength(layout: Layout, items: number): RakkoError {
  return invalidFrame('frame', `${layout.items} items`, `${items}`)
}
