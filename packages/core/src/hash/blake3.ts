import { blake3 as portableBlake3 } from '@noble/hashes/blake3.js'
import { equalBytes } from '../bytes/byte-array.js'
import { hexToBytes } from '../bytes/hex.js'

/** BLAKE3-256: 32 bytes for any input. Synchronous; the result is the caller's to keep. */
export type Blake3 = (data: Uint8Array) => Uint8Array

/**
 * Lengths around BLAKE3's own borders (block of 64 bytes, chunk of 1024, first levels of its tree), each with the hash
 * of a probe of that length. The portable implementation would take a tenth of a node's start to find them again.
 */
const PROBES: readonly (readonly [length: number, hash: string])[] = [
  [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  [1, '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
  [63, 'e9bc37a594daad83be9470df7f7b3798297c3d834ce80ba85d6e207627b7db7b'],
  [64, '4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98'],
  [65, 'de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee'],
  [1023, '10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11'],
  [1024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
  [1025, 'd00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444'],
  [2048, 'e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a'],
  [2049, '5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030'],
  [3072, 'b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2'],
  [5121, '628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff'],
  [31_744, '62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47'],
  [102_401, 'cd6e6909a2c0672dc92e3b29f057547558147345290589966fdd79341d76cd98'],
]

let current: Blake3 = portableBlake3

/**
 * Hashes with `candidate` from now on, if it hashes probes of many lengths right; otherwise the one in use stays.
 * Returns whether the candidate is in use. `undefined` brings back the portable one.
 */
export function setBlake3(candidate: Blake3 | undefined): boolean {
  if (candidate !== undefined && !agrees(candidate)) return false
  current = candidate ?? portableBlake3
  return true
}

export function blake3(data: Uint8Array): Uint8Array {
  return current(data)
}

function agrees(candidate: Blake3): boolean {
  try {
    const probe = longestProbe()
    const results = PROBES.map(([length]) => candidate(probe.slice(0, length)))
    // Compared when all are there: a candidate that returns one shared buffer must fail.
    return results.every((result, index) => equalBytes(result, hexToBytes(PROBES[index]?.[1] ?? '')))
  } catch {
    return false
  }
}

/** The input of BLAKE3's public test vectors: bytes counting up to 250 and over again. */
function longestProbe(): Uint8Array {
  const probe = new Uint8Array(PROBES.at(-1)?.[0] ?? 0)
  for (let index = 0; index < probe.length; index++) probe[index] = index % 251
  return probe
}
