import { isPlainObject, typeName, unknownMember } from '../query/plain-object.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'

type Members = Readonly<Record<string, unknown>>

/** Checks what the compiler checks, where there is one. Throws INVALID_SCHEMA. */
export function checkShape(name: string, definition: unknown): void {
  if (!isPlainObject(definition)) throw misshapen(name, 'an object with description and fields', definition)
  checkNoMore(name, definition, ['description', 'fields', 'indexes', 'search'])
  const { description, fields, indexes, search } = definition
  if (typeof description !== 'string') throw misshapen(`${name}.description`, 'text', description)
  if (!isPlainObject(fields)) throw misshapen(`${name}.fields`, 'an object of fields', fields)
  for (const [field, type] of Object.entries(fields)) checkField(`${name}.${field}`, type)
  if (indexes !== undefined) checkIndexes(`${name}.indexes`, indexes)
  if (search !== undefined) checkSearch(`${name}.search`, search)
}

/** The definitions as a whole. Throws INVALID_SCHEMA. */
export function checkDefinitions(definitions: unknown): void {
  if (!isPlainObject(definitions)) throw misshapen('definitions', 'an object of schemas by their names', definitions)
}

function checkField(path: string, field: unknown): void {
  if (!isPlainObject(field) || typeof field.type !== 'string') {
    throw misshapen(path, 'a type, as str() or relation() makes it', field)
  }
  if (!('target' in field) || typeof field.target === 'string') return
  if (isPlainObject(field.target) && typeof field.target.id === 'string') return
  throw misshapen(path, 'a target: the name of a schema, or schemaId(…)', field.target)
}

function checkIndexes(path: string, indexes: unknown): void {
  if (!Array.isArray(indexes)) throw misshapen(path, 'a list of indexes', indexes)
  for (const [i, index] of indexes.entries()) checkNames(`${path}[${i}]`, index)
}

function checkSearch(path: string, search: unknown): void {
  if (Array.isArray(search)) checkNames(path, search)
  else if (isPlainObject(search)) checkSearchMembers(path, search)
  else throw misshapen(path, 'a list of fields, or { fields, language }', search)
}

function checkSearchMembers(path: string, search: Members): void {
  checkNames(`${path}.fields`, search.fields)
  checkNoMore(path, search, ['fields', 'language'])
}

/** Passed over, a mistyped member would go unnoticed: `serach` would search nothing. */
function checkNoMore(path: string, members: Members, known: readonly string[]): void {
  const unknown = unknownMember(members, known)
  if (unknown !== undefined) throw invalidDefinition(`${path}.${unknown}`, `only ${known.join(', ')}`, unknown)
}

function checkNames(path: string, names: unknown): void {
  if (!Array.isArray(names)) throw misshapen(path, 'a list of fields', names)
  for (const name of names as unknown[]) if (typeof name !== 'string') throw misshapen(path, 'names of fields', name)
}

function misshapen(field: string, expected: string, value: unknown): RakkoError {
  return invalidDefinition(field, expected, typeName(value))
}

/** INVALID_SCHEMA, about a definition. */
export function invalidDefinition(field: string, expected: string, got: string): RakkoError {
  return refusal('INVALID_SCHEMA', { field, expected, got, about: `Invalid schema definition, ${field}` })
}
