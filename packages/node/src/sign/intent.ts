import type { DocumentId, DocumentViewId, RakkoError, SchemaId } from '@rakko/core'

export const MAX_IDEMPOTENCY_ID_CHARS = 64

/** A document to make or change, as an app asks for it; nothing in it is trusted. */
export type Intent =
  | {
      readonly action: 'create'
      readonly schemaId: SchemaId
      readonly fields: unknown
      /** 1 to MAX_IDEMPOTENCY_ID_CHARS characters: a create with an id used within a day returns the first document. */
      readonly idempotencyId?: string | undefined
      /**
       * Place in the list that the id stands for; default 0, so that an id for one document is one for a list of it.
       */
      readonly idempotencyItem?: number | undefined
    }
  | {
      readonly action: 'update'
      readonly schemaId: SchemaId
      readonly documentId: string
      readonly fields: unknown
      /** The view that the change follows; default the current one. */
      readonly previous?: string | undefined
    }
  | {
      readonly action: 'delete'
      readonly schemaId: SchemaId
      readonly documentId: string
      readonly previous?: string | undefined
    }

export type IntentOutcome =
  | { readonly status: 'published'; readonly documentId: DocumentId; readonly viewId: DocumentViewId }
  | { readonly status: 'refused'; readonly error: RakkoError }

/** The part of an AbortSignal that is read. */
export interface AbortSignalLike {
  readonly aborted: boolean
}

/** By which the store knows the create; undefined where its caller gave none. */
export function idempotencyIdOf(intent: Intent): string | undefined {
  if (intent.action !== 'create' || intent.idempotencyId === undefined) return undefined
  // The first colon ends the item's number, whatever the caller's id holds.
  return `${intent.idempotencyItem ?? 0}:${intent.idempotencyId}`
}
