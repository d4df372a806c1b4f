import type { BoundSchema } from '@rakko/core'
import { invalidArgument, isObject } from './arguments.js'

/** Throws INVALID_ARGUMENT. */
export function checkSchema<S extends BoundSchema>(field: string, schema: S): S {
  const hasShape = isObject(schema) && typeof schema.id === 'string' && isObject(schema.fields)
  if (hasShape && (schema.search === undefined || isObject(schema.search))) {
    if (Object.values(schema.fields).every((one) => isObject(one) && typeof one.type === 'string')) return schema
  }
  throw invalidArgument(field, 'a schema of the generated module', schema)
}
