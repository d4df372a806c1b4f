import type { DocumentId, DocumentViewId, RakkoError, SchemaId } from '@rakko/core'
import type { AbortSignalLike } from './intent.js'

/** Writes of one batch, and the bytes of their operations: they are one transaction. */
export const MAX_BATCH_WRITES = 4_096
export const MAX_BATCH_BYTES = 32 * 1024 * 1024

/** A document that an earlier write of the same batch creates: the place of that write. */
export interface CreatedInBatch {
  readonly create: number
}

/** A write of a batch. In fields that are relations, a CreatedInBatch may stand for an id. Nothing in it is trusted. */
export type BatchWrite =
  | { readonly action: 'create'; readonly schemaId: SchemaId; readonly fields: unknown }
  | {
      readonly action: 'update'
      readonly schemaId: SchemaId
      readonly document: string | CreatedInBatch
      readonly fields: unknown
      /** The view that the change follows; default the current one. */
      readonly previous?: string
    }
  | {
      readonly action: 'delete'
      readonly schemaId: SchemaId
      readonly document: string | CreatedInBatch
      readonly previous?: string
    }

/** Writes that are stored together or not at all. */
export interface Batch {
  readonly writes: readonly BatchWrite[]
  /** As for a create, see MAX_IDEMPOTENCY_ID_CHARS; an id of a create is none of a batch. */
  readonly idempotencyId?: string | undefined
}

export interface BatchResult {
  readonly documentId: DocumentId
  readonly viewId: DocumentViewId
}

export type BatchOutcome =
  | { readonly status: 'published'; readonly results: readonly BatchResult[] }
  | { readonly status: 'refused'; readonly error: RakkoError }

/** A batch that waits to be signed. */
export interface BatchItem {
  readonly batch: Batch
  readonly settle: (outcome: BatchOutcome) => void
  readonly signal?: AbortSignalLike | undefined
  /** The served port that it came from; undefined for the app's own. */
  readonly port?: number | undefined
}

export function isCreatedInBatch(value: unknown): value is CreatedInBatch {
  return typeof value === 'object' && value !== null && Number.isSafeInteger((value as { create?: unknown }).create)
}
