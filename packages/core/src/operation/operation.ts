import type { DocumentId, DocumentViewId, OperationId, SchemaId } from '../ids.js'

export type OperationAction = 'create' | 'update' | 'delete'

/** A value as the wire tells it, before its schema says what it means. */
export type PlainValue =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'str'; readonly value: string }
  /** `bytes` or `relation`: 34 bytes may be either. */
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  /** `relation_list` or `pinned_relation`; the empty array may be any list. */
  | { readonly kind: 'hash[]'; readonly value: readonly OperationId[] }
  | { readonly kind: 'hash[][]'; readonly value: readonly (readonly OperationId[])[] }

/** An operation as decoded without its schema. `fields` keep the order of the wire (ascending UTF-8 bytes). */
export interface PlainOperation {
  readonly version: 1
  readonly action: OperationAction
  readonly schemaId: SchemaId
  readonly previous?: DocumentViewId
  readonly fields?: ReadonlyMap<string, PlainValue>
}

/** A value whose type the schema has told. */
export type OperationValue =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'str'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'relation'; readonly value: DocumentId }
  | { readonly type: 'relation_list'; readonly value: readonly DocumentId[] }
  | { readonly type: 'pinned_relation'; readonly value: DocumentViewId }
  | { readonly type: 'pinned_relation_list'; readonly value: readonly DocumentViewId[] }

/** An operation whose fields match its schema. */
export interface Operation {
  readonly action: OperationAction
  readonly schemaId: SchemaId
  readonly previous?: DocumentViewId
  readonly fields?: ReadonlyMap<string, OperationValue>
}
