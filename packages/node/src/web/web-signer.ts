import { publicKeyOfSeed, type Signer, type Verifier } from '@rakko/core'
import { chooseSigner } from '../choose-backend.js'
import { seedSigner } from './native-key.js'

/** Signs with a seed, by WebCrypto where it can. */
export function webSigner(seed: Uint8Array, verifier?: Verifier): Promise<Signer> {
  return chooseSigner(seed, (bytes) => seedSigner(bytes, publicKeyOfSeed(bytes)), verifier)
}
