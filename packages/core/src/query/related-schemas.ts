import type { SchemaId } from '../ids.js'
import type { Schema } from '../schema/schema.js'
import { isPlainObject } from './plain-object.js'
import { MAX_INCLUDE_DEPTH, MAX_INCLUDES } from './query.js'

/**
 * The schemas that a query's included relations lead to, as far as `load` knows them; `parseQuery` needs them. Whatever
 * is wrong with the query is left to `parseQuery`, which refuses it.
 */
export async function relatedSchemas(
  input: unknown,
  schema: Schema,
  load: (id: SchemaId) => Promise<Schema | undefined>,
): Promise<ReadonlyMap<SchemaId, Schema>> {
  const found = new Map<SchemaId, Schema>()
  let left = MAX_INCLUDES
  const visit = async (query: unknown, { fields }: Schema, depth: number): Promise<void> => {
    const include = isPlainObject(query) ? query.include : undefined
    if (!isPlainObject(include) || depth === MAX_INCLUDE_DEPTH) return
    for (const [field, nested] of Object.entries(include)) {
      const type = fields.get(field)
      if (type === undefined || !('schemaId' in type) || --left < 0) continue
      const target = found.get(type.schemaId) ?? (await load(type.schemaId))
      if (target === undefined) continue
      found.set(type.schemaId, target)
      await visit(nested, target, depth + 1)
    }
  }
  await visit(input, schema, 0)
  return found
}
