/**
 * PostgreSQL's text cannot hold U+0000, p2panda's strings can. Stored text therefore writes the first four characters
 * as three: U+0001 and then two of U+0002 and U+0003. All else stays as it is.
 *
 * | character | stored as     |
 * | --------- | ------------- |
 * | U+0000    | U+0001 02 02  |
 * | U+0001    | U+0001 02 03  |
 * | U+0002    | U+0001 03 02  |
 * | U+0003    | U+0001 03 03  |
 *
 * The code keeps the order of texts, and since U+0001 begins every escape and stands nowhere else, one text contains
 * another exactly where their stored forms do. So comparisons, sorting and substrings need no decoding.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const CONTROL = /[\u0000-\u0003]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const ESCAPE = /\u0001([\u0002\u0003])([\u0002\u0003])/g

const ESCAPES = ['\u0001\u0002\u0002', '\u0001\u0002\u0003', '\u0001\u0003\u0002', '\u0001\u0003\u0003'] as const

export function encodeText(text: string): string {
  // A search first: it copies nothing, and ordinary text has no such character.
  if (text.search(CONTROL) === -1) return text
  return text.replace(CONTROL, (character) => ESCAPES[character.charCodeAt(0)] as string)
}

export function decodeText(stored: string): string {
  if (!stored.includes('\u0001')) return stored
  return stored.replace(ESCAPE, (_, high: string, low: string) =>
    String.fromCharCode(2 * (high.charCodeAt(0) - 2) + (low.charCodeAt(0) - 2)),
  )
}
