import { blake3 as portableBlake3 } from '@noble/hashes/blake3.js'
import { equalBytes } from '../bytes/byte-array.js'

/** BLAKE3-256: 32 bytes for any input. Synchronous; the result is the caller's to keep. */
export type Blake3 = (data: Uint8Array) => Uint8Array

/** Lengths around BLAKE3's own borders: block (64), chunk (1024) and the first levels of its tree. */
const PROBE_LENGTHS = [0, 1, 63, 64, 65, 1023, 1024, 1025, 2048, 2049, 3072, 5121, 31_744, 102_401]

let current: Blake3 = portableBlake3

/**
 * Hashes with `candidate` from now on, if it agrees with the portable implementation on probes of many lengths;
 * otherwise the one in use stays. Answers whether the candidate is in use. `undefined` returns to the portable one.
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
    const results = PROBE_LENGTHS.map((length) => candidate(probe(length)))
    // Compared when all are there: a candidate that answers with one shared buffer must fail.
    return results.every((result, index) => equalBytes(result, portableBlake3(probe(PROBE_LENGTHS[index] as number))))
  } catch {
    return false
  }
}

/** The input of BLAKE3's public test vectors: bytes counting up to 250 and over again. */
function probe(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 251)
}
