import { SEED_BYTES, type Verifier } from '@rakko/core'
import type { KeyStore } from '../key-store.js'
import { webSigner } from './web-signer.js'

/**
 * A new key at every open, as memory storage is a new database: it may not outlive what it signed. `verifier` tries it.
 */
export function memoryKeys(verifier?: Verifier): KeyStore {
  return {
    async open() {
      const seed = crypto.getRandomValues(new Uint8Array(SEED_BYTES))
      return { signer: await webSigner(seed, verifier), protection: 'memory', retire: async () => {} }
    },
  }
}
