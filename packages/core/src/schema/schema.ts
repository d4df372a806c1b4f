import type { BasicFieldType, RelationFieldType } from '../field/field-types.js'
import type { SchemaId } from '../ids.js'

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
