import type { SchemaId, SearchLanguage } from '@rakko/core'

/** What a node is opened with, and told: as plain data, so that it travels in a message as well. */
export interface ForgetParams {
  readonly document?: string | undefined
  readonly schema?: string | undefined
  readonly author?: string | undefined
}

/** Whose deletions free space on this node, see the store's PurgePolicy. */
export interface PurgeParams {
  readonly policy?: 'creator' | 'all' | 'never' | undefined
  readonly graceMs?: number | undefined
  readonly allow?: readonly string[] | undefined
}

export interface OpenParams {
  readonly name?: string | undefined
  readonly storage?: string | undefined
  readonly directory?: string | undefined
  readonly purge?: PurgeParams | undefined
  /** Between two verifications in quiet moments; default a week. Infinity: none. */
  readonly verifyEveryMs?: number | undefined
  /** For a directory in Node: what a write that has resolved survives; default `process`. */
  readonly durability?: 'process' | 'power' | undefined
  /** For a directory in Node: where another process has it open, its node is reached. */
  readonly join?: boolean | undefined
  readonly schemas?: SchemaParams | undefined
  /** Where the session opens the node: which schemas it takes operations of, beside the app's own; default all. */
  readonly allowSchemas?: 'all' | readonly string[] | undefined
  readonly sync?: SyncParams | undefined
}

/** Whom a node speaks with, and about what. */
export interface SyncParams {
  /** Of peers that it dials, `wss://…`. */
  readonly addresses: readonly string[]
  /** What it pulls: entries of documents of these schemas, signed by these authors, of these documents; default all. */
  readonly schemas?: readonly string[] | undefined
  readonly authors?: readonly string[] | undefined
  readonly documents?: readonly string[] | undefined
  /** No pieces of blobs. */
  readonly withoutPieces?: boolean | undefined
  /** After how long a silent peer is given up; default a minute. After a third of it, it is asked for a sign of life. */
  readonly silenceMs?: number | undefined
  /** What is taken of one peer, and of one author; default any amount. */
  readonly quotas?: SyncQuotas | undefined
}

/** What a node takes of others. What is left out is not bounded. */
export interface SyncQuotas {
  /** Bytes of entries with their operations that one peer may give in an hour; 16 MiB at least. */
  readonly peerBytes?: number | undefined
  /** Entries that one peer may give in an hour; 10 000 at least. */
  readonly peerEntries?: number | undefined
  /** Bytes that are stored of one author; 1 MiB at least. */
  readonly authorBytes?: number | undefined
}

/** The schemas that an app ships, and what it takes them to be. */
export interface SchemaParams {
  /** Commits of schema.lock, in order; hexadecimal. */
  readonly lock: readonly LockCommit[]
  /** The bound definitions: compared with what the lock's operations really define. */
  readonly expected: readonly ExpectedSchema[]
  /** Nothing is added to the node, neither definitions nor indexes: it must know the schemas. */
  readonly mustBeKnown?: boolean | undefined
}

export interface LockCommit {
  readonly entry_hash: string
  readonly entry: string
  readonly operation: string
}

export interface ExpectedSchema {
  readonly id: SchemaId
  /** Protocol field type by field name: `int`, `relation`… without the target's schema. */
  readonly fields: Readonly<Record<string, string>>
  /** Fields to index together; those of the schema that are not named any more are dropped. */
  readonly indexes?: readonly (readonly string[])[] | undefined
  /** Text fields that `$search` looks at; they are indexed too. */
  readonly search?: { readonly fields: readonly string[]; readonly language: SearchLanguage } | undefined
  /** A version from before the definitions changed: the node opens without it too. */
  readonly isEarlier?: boolean | undefined
}
