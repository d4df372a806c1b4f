/**
 * A digest of a definition: FNV-1a of 64 bits. It tells our own definitions apart in the catalog, where nobody tries to
 * make two the same.
 */
export function digest(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const character of text) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, '0')
}
