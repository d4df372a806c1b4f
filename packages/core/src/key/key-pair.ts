import { getPublicKey, hashes, sign } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '../bytes/hex.js'
import type { PublicKey } from '../ids.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import { publicKeyFromBytes } from './public-key.js'
import type { SyncSigner } from './signer.js'

/** A private key is a seed of 32 bytes (RFC 8032). Any value will do. */
export const SEED_BYTES = 32

/** Reads a seed from 64 hexadecimal digits, either case. Throws INVALID_PRIVATE_KEY, which never repeats the text. */
export function parseSeed(text: string): Uint8Array {
  let seed: Uint8Array
  try {
    seed = hexToBytes(text)
  } catch {
    throw invalidSeed(`${2 * SEED_BYTES} hexadecimal digits`, 'other text')
  }
  return checkedSeed(seed)
}

/** Public key of a seed. Throws INVALID_PRIVATE_KEY. */
export function publicKeyOfSeed(seed: Uint8Array): PublicKey {
  useSha512()
  return publicKeyFromBytes(getPublicKey(checkedSeed(seed)))
}

/**
 * Signs with @noble/ed25519: synchronous, on any platform, several times slower than a native backend. Keeps its own
 * copy of the seed. Throws INVALID_PRIVATE_KEY.
 */
export function portableSigner(seed: Uint8Array): SyncSigner {
  const ownSeed = checkedSeed(seed).slice()
  return {
    publicKey: publicKeyOfSeed(ownSeed),
    sign(message) {
      useSha512()
      return sign(message, ownSeed)
    },
  }
}

/** The library's synchronous functions take SHA-512 from outside, so that it has no dependencies. */
function useSha512(): void {
  hashes.sha512 ??= sha512
}

function checkedSeed(seed: Uint8Array): Uint8Array {
  if (!(seed instanceof Uint8Array)) throw invalidSeed(`${SEED_BYTES} bytes`, typeof seed)
  if (seed.length !== SEED_BYTES) throw invalidSeed(`${SEED_BYTES} bytes`, `${seed.length} bytes`)
  return seed
}

function invalidSeed(expected: string, got: string): RakkoError {
  return refusal('INVALID_PRIVATE_KEY', { field: 'privateKey', expected, got, about: 'Invalid private key' })
}
