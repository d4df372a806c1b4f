import { randomBytes } from 'node:crypto'
import { SEED_BYTES, type Verifier } from '@rakko/core'
import { chooseSigner } from '../choose-backend.js'
import type { KeyStore } from '../key-store.js'
import { nativeSigner } from './native-key.js'

/**
 * A new key at every open, as memory storage is a new database: it may not outlive what it signed. `verifier` tries it.
 */
export function memoryKeys(verifier?: Verifier): KeyStore {
  return {
    async open() {
      const seed = new Uint8Array(randomBytes(SEED_BYTES))
      return { signer: await chooseSigner(seed, nativeSigner, verifier), protection: 'memory', retire: async () => {} }
    },
  }
}
