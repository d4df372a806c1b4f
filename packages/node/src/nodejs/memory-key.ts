import { randomBytes } from 'node:crypto'
import { SEED_BYTES } from '@rakko/core'
import { chooseSigner } from '../choose-backend.js'
import type { KeyStore } from '../key-store.js'
import { nativeSigner } from './native-key.js'

/** A new key at every open, as memory storage is a new database: it may not outlive what it signed. */
export function memoryKeys(): KeyStore {
  return {
    async open() {
      return { signer: await chooseSigner(new Uint8Array(randomBytes(SEED_BYTES)), nativeSigner), protection: 'memory' }
    },
  }
}
