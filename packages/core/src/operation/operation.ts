import type { FieldTypeName, FieldValues } from '../field/field-types.js'
import type { DocumentViewId, OperationId, SchemaId } from '../ids.js'

export type OperationAction = 'create' | 'update' | 'delete'

/** A value as it is on the wire, before its schema tells its type. */
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
export type OperationValue = {
  readonly [Type in FieldTypeName]: { readonly type: Type; readonly value: FieldValues[Type] }
}[FieldTypeName]

/** An operation that no schema has checked yet: as it was decoded, or with the types that this process gave it. */
export interface UncheckedOperation {
  readonly action: OperationAction
  readonly schemaId: SchemaId
  readonly previous?: DocumentViewId
  readonly fields?: ReadonlyMap<string, PlainValue | OperationValue>
}

/** An operation whose fields match its schema. */
export interface Operation {
  readonly action: OperationAction
  readonly schemaId: SchemaId
  readonly previous?: DocumentViewId
  readonly fields?: ReadonlyMap<string, OperationValue>
}
