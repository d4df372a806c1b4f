const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const SEXTET_OF_CHARACTER: ReadonlyMap<string, number> = new Map([...ALPHABET].map((character, i) => [character, i]))

/** RFC 4648 section 5, without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.subarray(i, i + 3)
    const triple = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    text += ALPHABET.charAt(triple >> 18) + ALPHABET.charAt((triple >> 12) & 63)
    if (b !== undefined) text += ALPHABET.charAt((triple >> 6) & 63)
    if (c !== undefined) text += ALPHABET.charAt(triple & 63)
  }
  return text
}

/**
 * Returns undefined for a text that `encodeBase64Url` never writes: another character, length, or spare bits that are
 * set.
 */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let buffer = 0
  let length = 0
  for (const character of text) {
    const sextet = SEXTET_OF_CHARACTER.get(character)
    if (sextet === undefined) return undefined
    buffer = (buffer << 6) | sextet
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[length++] = buffer >> bits
    buffer &= (1 << bits) - 1
  }
  return buffer === 0 ? bytes : undefined
}
