/** Where a node keeps its database. */
export type StorageKind = 'opfs' | 'indexeddb' | 'directory' | 'memory'

/** Where the private key lies; it never leaves that place. */
export type KeyProtection =
  /** A WebCrypto key that cannot be exported, in IndexedDB. */
  | 'non-extractable'
  /** 32 bytes in IndexedDB, where the browser keeps no Ed25519 keys. */
  | 'seed'
  /** A file of mode 0600 beside the database's directory. */
  | 'file'
  /** In memory: gone with the node, as the database is. */
  | 'memory'

/** What the node did for its database by itself since it was opened, see maintenance-scheduler.ts. */
export interface MaintenanceReport {
  readonly slices: number
  /** The latest one: `vacuum`, `analyze`, `checkpoint`, `expire`… */
  readonly last?: string
  /** Why the latest failure happened. */
  readonly failure?: string
}

export interface StorageReport {
  readonly kind: StorageKind
  /** Browser: which better storages `auto` passed over, and why. */
  readonly passedOver?: readonly { readonly kind: StorageKind; readonly reason: string }[]
  /** Browser: whether it has agreed to keep the data when space gets short. */
  readonly persisted?: boolean
  /** Browser: bytes that this origin uses, as far as the browser tells. */
  readonly usageBytes?: number
  /** Browser: bytes that this origin may use. */
  readonly quotaBytes?: number
  /** Absolute path, where `kind` is `directory`. */
  readonly directory?: string
  readonly key: KeyProtection
  /** Absent where the node was built without timers. */
  readonly maintenance?: MaintenanceReport
}
