import type { DocumentId, Hash, OperationId, PublicKey, SchemaId } from '../ids.js'
import type { OperationAction } from '../operation/operation.js'
import type { Schema } from '../schema/schema.js'

/** What the rules of replication ask a store. All of it is loaded before, so that the rules stay synchronous. */
export interface IngestLookup {
  claimedSchema(id: SchemaId): ClaimedSchema
  /** What was decided about an entry; undefined where nothing was decided. */
  entry(hash: Hash): DecidedEntry | undefined
  /** Hash of the entry at `seqNum` on the branch of a log that ends with the held entry `tip`. */
  ancestor(tip: Hash, seqNum: bigint): Hash | undefined
  /** Whether a DELETE of this document is held. */
  isDeleted(documentId: DocumentId): boolean
}

export type ClaimedSchema =
  | { readonly status: 'known'; readonly schema: Schema }
  /** Operations of its views that are not decided. None: no operation can make the schema known to this version. */
  | { readonly status: 'incomplete'; readonly missing: readonly OperationId[] }
  /** What its id names was refused, or does not describe a schema. */
  | { readonly status: 'invalid' }
  | { readonly status: 'forgotten' }

/** What was decided about an entry that arrived. The decision outlives entry and payload. */
export type Decision = 'held' | 'refused' | 'purged' | 'forgotten'

export type DecidedEntry = HeldEntry | { readonly decision: 'refused' } | { readonly decision: 'forgotten' }

/** An entry that was found valid, its payload kept or purged. */
export interface HeldEntry {
  readonly decision: 'held' | 'purged'
  readonly publicKey: PublicKey
  readonly logId: bigint
  readonly seqNum: bigint
  readonly action: OperationAction
  readonly documentId: DocumentId
  readonly schemaId: SchemaId
}
