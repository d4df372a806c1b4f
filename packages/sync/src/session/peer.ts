import type { PublicKey } from '@rakko/core'

/** Who is at the other end: by its own word, where no proof was asked for. */
export interface Peer {
  readonly databaseId: string
  readonly publicKey: PublicKey
  readonly isProven: boolean
}
