/** Who signed, for people: `you`, or how a key begins, in two groups that can be read to somebody. */
export function signerName(publicKey: string, own: string): string {
  return publicKey === own ? 'you' : shortKey(publicKey)
}

/** `3f2a 91bc` */
export function shortKey(publicKey: string): string {
  // A space that does not break keeps them together.
  return `${publicKey.slice(0, 4)}\u00a0${publicKey.slice(4, 8)}`
}
