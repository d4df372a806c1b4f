import type { DocumentId, Hash, OperationId, PublicKey, SchemaId } from '../ids.js'
import type { Schema } from '../schema/schema.js'

/**
 * What the publish rules ask a store. All of it is loaded before, so that the rules stay synchronous and one batch sees
 * its own earlier items.
 */
export interface PublishLookup {
  schema(id: SchemaId): Schema | undefined
  /** Latest entry of a log. */
  latestEntry(publicKey: PublicKey, logId: bigint): { readonly seqNum: bigint; readonly hash: Hash } | undefined
  /** Entry at a sequence number of a log. It is asked for links only. */
  entryAt(publicKey: PublicKey, logId: bigint, seqNum: bigint): { readonly hash: Hash } | undefined
  isForked(publicKey: PublicKey, logId: bigint): boolean
  hasEntry(hash: Hash): boolean
  operation(id: OperationId): { readonly documentId: DocumentId; readonly schemaId: SchemaId } | undefined
  /** Whether a DELETE of this document is stored. */
  isDeleted(documentId: DocumentId): boolean
  /** The log in which this author writes this document. */
  logOf(publicKey: PublicKey, documentId: DocumentId): bigint | undefined
  /** The highest log id that this author ever used here, forgotten logs included. */
  highestLogId(publicKey: PublicKey): bigint | undefined
}
