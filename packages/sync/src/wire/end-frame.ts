import type { EndCode, EndFrame } from './frame.js'
import { MAX_END_TEXT_BYTES } from './limits.js'

/** A character of one code unit takes three bytes at most, one of two four. */
const MAX_END_UNITS = MAX_END_TEXT_BYTES / 4

/** An End whose text is cut to what fits. It may be that of any error: half a character becomes U+FFFD. */
export function endFrame(code: EndCode, text: string): EndFrame {
  return { type: 'end', code, text: text.slice(0, MAX_END_UNITS).replace(/\p{Cs}/gu, '\ufffd') }
}
