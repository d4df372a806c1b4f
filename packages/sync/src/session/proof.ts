import { encodeUtf8, hexToBytes, joinBytes } from '@rakko/core'

/** No entry begins with these bytes, so no proof is the signature of an entry. */
const DOMAIN = 'rakko.sync.1 proof'

export interface ProofParts {
  /** Of who asks. */
  readonly nonce: Uint8Array
  readonly databaseId: string
  /** Of who signs. */
  readonly ownNonce: Uint8Array
  readonly ownDatabaseId: string
  /** What who signs has dialled. */
  readonly address: string
}

/** What is signed to prove a key, see docs/wire.md. */
export function proofMessage({ nonce, databaseId, ownNonce, ownDatabaseId, address }: ProofParts): Uint8Array {
  const ids = [nonce, hexToBytes(databaseId), hexToBytes(ownDatabaseId), ownNonce]
  return joinBytes([encodeUtf8(DOMAIN), ...ids, encodeUtf8(address)])
}
