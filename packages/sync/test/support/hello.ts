import type { PublicKey } from '@rakko/core'
import type { HelloFrame } from '../../src/index.js'

/** The greeting of a peer that has nothing and can do nothing, but for what a test says. */
export function helloOf(changes: Partial<HelloFrame> = {}): HelloFrame {
  return {
    type: 'hello',
    version: 1,
    databaseId: 'ee'.repeat(16),
    publicKey: 'dd'.repeat(32) as PublicKey,
    nonce: new Uint8Array(32),
    latest: { number: 0 },
    asksProof: false,
    capabilities: [],
    maxFrameBytes: 2_097_152,
    creditBytes: 0,
    ...changes,
  }
}

/** Of a node that keeps nothing of whom it has met. */
export const NO_MEMORY = { find: async () => undefined, keep: async () => undefined }
