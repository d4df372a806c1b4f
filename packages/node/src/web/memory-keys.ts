import { SEED_BYTES } from '@rakko/core'
import type { KeyStore } from '../key-store.js'
import { webSigner } from './web-signer.js'

/** A new key at every open, as memory storage is a new database: it may not outlive what it signed. */
export function memoryKeys(): KeyStore {
  return {
    async open() {
      return { signer: await webSigner(crypto.getRandomValues(new Uint8Array(SEED_BYTES))), protection: 'memory' }
    },
  }
}
