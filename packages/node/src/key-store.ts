import type { WriterSigner } from './sign/signing-round.js'
import type { KeyProtection } from './storage-report.js'

/**
 * Keeps private keys, each bound to one database. A database whose key is not here (restored, copied, wiped, imported)
 * gets a new one: two that sign with one key would fork its logs.
 */
export interface KeyStore {
  /**
   * The key of the database with this id; made now, and kept before this resolves, where there is none. Throws
   * KEY_STORE_FAILED.
   */
  open(databaseId: string): Promise<KeptKey>
}

export interface KeptKey {
  readonly signer: WriterSigner
  readonly protection: KeyProtection
  /** Mode of the key's file, where others than its owner may read or change it. */
  readonly exposedMode?: string | undefined
  /** Puts the key aside: the next open makes another one for this database. Throws KEY_STORE_FAILED. */
  retire(): Promise<void>
}
