import type { BoundSchema } from '@rakko/core'
import { invalidArgument, isObject } from './arguments.js'
import { readable } from './read-members.js'

/** Throws INVALID_ARGUMENT. */
export function checkSchema<S extends BoundSchema>(field: string, schema: S): S {
  if (readable(field, () => hasShape(schema))) return schema
  throw invalidArgument(field, 'a schema of the generated module', schema)
}

function hasShape(schema: BoundSchema): boolean {
  if (!isObject(schema) || typeof schema.id !== 'string' || !isObject(schema.fields)) return false
  if (schema.search !== undefined && !isObject(schema.search)) return false
  return Object.values(schema.fields).every((one) => isObject(one) && typeof one.type === 'string')
}
