import { publicKeyOfSeed, type Signer } from '@rakko/core'
import { chooseSigner } from '../choose-backend.js'
import { seedSigner } from './native-key.js'

/** Signs with a seed, by WebCrypto where it can. */
export function webSigner(seed: Uint8Array): Promise<Signer> {
  return chooseSigner(seed, (bytes) => seedSigner(bytes, publicKeyOfSeed(bytes)))
}
