import { type OperationValue, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, type SchemaId } from '@rakko/core'
import type { Author, SignedItem } from './author.js'

/** The items that define a schema, fields first, and the id that it gets. Types as in a field definition. */
export function defineSchema(
  author: Author,
  name: string,
  fields: Readonly<Record<string, string>>,
  description = '',
): { items: SignedItem[]; schemaId: SchemaId } {
  const items = Object.entries(fields).map(([field, type]) =>
    author.create(SCHEMA_FIELD_DEFINITION, { name: str(field), type: str(type) }),
  )
  const views = items.map(({ viewId }) => viewId)
  const definition = author.create(SCHEMA_DEFINITION, {
    description: str(description),
    fields: { type: 'pinned_relation_list', value: views },
    name: str(name),
  })
  return { items: [...items, definition], schemaId: `${name}_${definition.id}` as SchemaId }
}

export function str(value: string): OperationValue {
  return { type: 'str', value }
}

export function int(value: number | bigint): OperationValue {
  return { type: 'int', value: BigInt(value) }
}
