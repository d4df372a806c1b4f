import { hexToBytes, type Verifier } from '@rakko/core'
import type { Peer } from '@rakko/sync'
import type { NodeSyncOptions } from '../sync/node-sync.js'

export interface ProofOptions {
  /** Whether this is an address of this node. */
  readonly isOwnAddress: (address: string) => boolean
  readonly admit?: ((peer: Peer) => Promise<boolean>) | undefined
}

/** Peers that dial have to prove their keys: for an address of this node, and none else. */
export function provenGuests(verifier: Verifier, { isOwnAddress, admit }: ProofOptions): NodeSyncOptions['guests'] {
  return {
    checkProof: async ({ publicKey, message, signature, address }) =>
      isOwnAddress(address) && verifier.verify(hexToBytes(publicKey), message, signature),
    admit,
  }
}
