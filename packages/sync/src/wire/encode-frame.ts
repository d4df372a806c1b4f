import type { EndCode, EndFrame, Frame } from './frame.js'
import { FrameWriter } from './frame-writer.js'
import { LAYOUTS } from './layouts.js'
import { MAX_END_TEXT_BYTES } from './limits.js'

/** One for all: encoding is over before anybody else can begin. */
const writer = new FrameWriter()

/**
 * The bytes of a frame, its own to keep. Lists have to be in the order that docs/wire.md asks for. Throws
 * INVALID_ARGUMENT on a number or text that no frame can carry.
 */
export function encodeFrame(frame: Frame): Uint8Array {
  const layout = LAYOUTS[frame.type]
  writer.reset()
  writer.array(layout.items)
  writer.number(layout.number)
  layout.write(writer, frame)
  return writer.finish()
}

/** Four bytes at most for a character, none of which is cut in two. */
const MAX_END_CHARACTERS = MAX_END_TEXT_BYTES / 4

/** An End whose text is cut to what fits. It may be that of any error: lone surrogates become U+FFFD. */
export function endFrame(code: EndCode, text: string): EndFrame {
  const characters = Array.from(text.slice(0, 2 * MAX_END_CHARACTERS), (character) =>
    /^[\ud800-\udfff]$/.test(character) ? '\ufffd' : character,
  )
  return { type: 'end', code, text: characters.slice(0, MAX_END_CHARACTERS).join('') }
}
