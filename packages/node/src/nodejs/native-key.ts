import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import {
  bytesToHex,
  concatBytes,
  hexToBytes,
  parsePublicKey,
  type SyncSigner,
  type SyncVerifier,
  type Verifier,
} from '@rakko/core'
import { SigningThread } from './signing-thread.js'

/** ASN.1 of an Ed25519 key up to its 32 bytes (RFC 8410): PKCS #8 of a seed, SubjectPublicKeyInfo of a public key. */
const PKCS8_PREFIX = hexToBytes('302e020100300506032b657004220420')
const SPKI_PREFIX = hexToBytes('302a300506032b6570032100')

/** Making a key object costs as much as a tenth of a verification: those of the authors met last are kept. */
const KEPT_KEYS = 1024

/** Signs by node:crypto: at once, or many on a thread of their own. */
export function nativeSigner(seed: Uint8Array): SyncSigner & { readonly beside: SigningThread } {
  const der = concatBytes(PKCS8_PREFIX, seed)
  const key = createPrivateKey({ key: Buffer.from(der.buffer), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const publicKey = parsePublicKey(bytesToHex(spki.subarray(SPKI_PREFIX.length)))
  return {
    publicKey,
    sign: (message) => sign(null, message, key),
    beside: new SigningThread(key),
  }
}

/** Verifies by node:crypto; to be used only after core's self-test. */
export function nativeVerifier(): SyncVerifier {
  const keys = new Map<string, KeyObject>()
  return {
    verify(publicKey, message, signature) {
      try {
        return verify(null, message, keyObject(keys, publicKey), signature)
      } catch {
        return false
      }
    },
  }
}

/**
 * The same on the threads that Node has for such work, beside this one: many that are asked for together take as long
 * as the cores need. To be used only after core's self-test.
 */
export function pooledVerifier(): Verifier {
  const keys = new Map<string, KeyObject>()
  return {
    verify: (publicKey, message, signature) =>
      new Promise((resolve) => {
        try {
          verify(null, message, keyObject(keys, publicKey), signature, (error, isValid) => resolve(!error && isValid))
        } catch {
          resolve(false)
        }
      }),
  }
}

function keyObject(keys: Map<string, KeyObject>, publicKey: Uint8Array): KeyObject {
  const text = bytesToHex(publicKey)
  const known = keys.get(text)
  if (known !== undefined) return known
  const der = concatBytes(SPKI_PREFIX, publicKey)
  const key = createPublicKey({ key: Buffer.from(der.buffer), format: 'der', type: 'spki' })
  if (keys.size >= KEPT_KEYS) keys.delete(keys.keys().next().value as string)
  keys.set(text, key)
  return key
}
