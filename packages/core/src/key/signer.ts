import type { PublicKey } from '../ids.js'

export const SIGNATURE_BYTES = 64

/** Signs with one key. It may return at once: simulations stay deterministic, and node:crypto stays fast. */
export interface Signer {
  readonly publicKey: PublicKey
  /** 64 bytes: the Ed25519 signature (RFC 8032) of `message`. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** A signer that always returns at once. */
export interface SyncSigner extends Signer {
  sign(message: Uint8Array): Uint8Array
}

/** Decides by the one signature rule (cofactorless, non-strict); never throws on hostile input, returns false. */
export interface Verifier {
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>
}

/** A verifier that always returns at once. */
export interface SyncVerifier extends Verifier {
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}
