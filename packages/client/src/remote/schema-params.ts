import { type BoundSchema, type BoundSchemas, isPlainObject } from '@rakko/core'
import type { ExpectedSchema, SchemaParams } from '@rakko/node/rpc'
import { invalidArgument, isObject } from '../arguments/arguments.js'
import { checkSchema } from '../arguments/check-schema.js'
import { plainCopy } from '../arguments/plain-copy.js'
import { readable, readList, readMembers } from '../arguments/read-members.js'
import type { LockedSchemas } from './rakko-node.js'

/** The lock, and what the app's definitions say that it defines, as they are now. Throws INVALID_ARGUMENT. */
export function schemaParams(schemas: LockedSchemas): SchemaParams {
  const isPlain = readable('schemas', () => isPlainObject(schemas))
  const members = isPlain ? readMembers('schemas', 'schemas', schemas) : {}
  const { $lock, $versions = {}, ...bound } = members as Partial<BoundSchemas>
  const lock = readList('schemas.$lock', $lock) as BoundSchemas['$lock'] | undefined
  if (lock === undefined) throw invalidArgument('schemas', 'schemas of the generated module', schemas)
  const own = Object.entries(bound).map(([name, schema]) => expectedSchema(`schemas.${name}`, schema))
  const path = 'schemas.$versions'
  const earlier = isObject($versions) ? Object.entries(readMembers('schemas', path, $versions)) : [['', undefined]]
  const expected = earlier.flatMap(([name, versions]) => {
    const list = readList(`${path}.${name}`, versions)
    if (list === undefined) throw invalidArgument(path, 'lists of schemas of the generated module', $versions)
    return list.map((schema, index) => expectedSchema(`${path}.${name}[${index}]`, schema))
  })
  return plainCopy('schemas', {
    lock,
    expected: [...own, ...expected.map((schema) => ({ ...schema, isEarlier: true }))],
  })
}

function expectedSchema(field: string, schema: unknown): ExpectedSchema {
  const checked = checkSchema(field, schema as BoundSchema)
  return readable(field, () => expectedOf(checked))
}

function expectedOf({ id, fields, indexes, search }: BoundSchema): ExpectedSchema {
  const types = Object.entries(fields).map(([name, { type }]) => [name, type === 'bigint' ? 'int' : type])
  return {
    id,
    fields: Object.fromEntries(types) as Record<string, string>,
    ...(indexes && { indexes }),
    ...(search && { search: searchOf(search) }),
  }
}

/** A declared search, its language named. */
function searchOf(search: NonNullable<BoundSchema['search']>): NonNullable<ExpectedSchema['search']> {
  if (!('fields' in search)) return { fields: search, language: 'simple' }
  return { fields: search.fields, language: search.language ?? 'simple' }
}
