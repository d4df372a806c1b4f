import { encodeUtf8, hexToBytes, joinBytes } from '@rakko/core'
import type { HelloFrame } from '../wire/frame.js'

/** No entry begins with these bytes, so no proof is the signature of an entry. */
const DOMAIN = 'rakko.sync.1 proof'

/** What of its Hello names a side in a proof. */
export type ProofSide = Pick<HelloFrame, 'nonce' | 'databaseId'>

/** What is signed to prove a key, see docs/wire.md; `address`: what the signer has dialled. */
export function proofMessage(asker: ProofSide, signer: ProofSide, address: string): Uint8Array {
  const ids = [asker.nonce, hexToBytes(asker.databaseId), hexToBytes(signer.databaseId), signer.nonce]
  return joinBytes([encodeUtf8(DOMAIN), ...ids, encodeUtf8(address)])
}
