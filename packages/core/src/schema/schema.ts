import type { SchemaId } from '../ids.js'

export type BasicFieldType = 'bool' | 'int' | 'float' | 'str' | 'bytes'
export type RelationFieldType = 'relation' | 'relation_list' | 'pinned_relation' | 'pinned_relation_list'

/** A field's type; a relation names the schema of its target. */
export type FieldType =
  | { readonly type: BasicFieldType }
  | { readonly type: RelationFieldType; readonly schemaId: SchemaId }

export interface Schema {
  readonly id: SchemaId
  readonly name: string
  readonly description: string
  /** By field name, in ascending order of name bytes. */
  readonly fields: ReadonlyMap<string, FieldType>
}
