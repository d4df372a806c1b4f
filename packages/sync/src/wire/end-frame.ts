import type { EndCode, EndFrame } from './frame.js'
import { MAX_END_TEXT_BYTES } from './limits.js'

/** Four bytes at most for a character, none of which is cut in two. */
const MAX_END_CHARACTERS = MAX_END_TEXT_BYTES / 4

/** An End whose text is cut to what fits. It may be that of any error: lone surrogates become U+FFFD. */
export function endFrame(code: EndCode, text: string): EndFrame {
  const characters = Array.from(text.slice(0, 2 * MAX_END_CHARACTERS), (character) =>
    /^[\ud800-\udfff]$/.test(character) ? '\ufffd' : character,
  )
  return { type: 'end', code, text: characters.slice(0, MAX_END_CHARACTERS).join('') }
}
