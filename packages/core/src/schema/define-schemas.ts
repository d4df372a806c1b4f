import { FIELD_TYPES, isFieldTypeName } from '../field/field-types.js'
import { MAX_SEARCH_FIELDS, SEARCH_LANGUAGES } from '../query/search.js'
import {
  type DeclaredType,
  MAX_INDEX_FIELDS,
  MAX_INDEXES,
  type RelationDefinition,
  type SchemaDefinition,
  type SchemaDefinitions,
} from './definition.js'
import { checkDefinitions, checkShape, invalidDefinition } from './definition-shape.js'
import { isDescription, isFieldName, isSchemaName, MAX_DESCRIPTION_LENGTH, MAX_SCHEMA_FIELDS } from './schema-rules.js'

/** Does not compile where a relation names a schema that is not among the definitions. */
type KnownTargets<D extends SchemaDefinitions> = {
  readonly [Name in keyof D]: {
    readonly indexes?: readonly (readonly (keyof D[Name]['fields'])[])[] | undefined
    readonly search?: readonly TextField<D[Name]>[] | { readonly fields: readonly TextField<D[Name]>[] } | undefined
    readonly fields: {
      readonly [Field in keyof D[Name]['fields']]: D[Name]['fields'][Field] extends { readonly target: infer Target }
        ? { readonly target: Target extends string ? keyof D & string : unknown }
        : unknown
    }
  }
}

type TextField<S extends SchemaDefinition> = {
  [Field in keyof S['fields']]: 'str' extends S['fields'][Field]['type'] ? Field : never
}[keyof S['fields']]

/**
 * Names the schemas of an app; their ids come from `schema.lock`. Throws INVALID_SCHEMA on what breaks a rule for
 * schemas, such as a relation that leads back to its own schema. A schema's id holds the hash of its definition, which
 * names the ids of its targets. So a cycle cannot be written down.
 */
export function defineSchemas<const D extends SchemaDefinitions>(definitions: D & KnownTargets<D>): D {
  checkDefinitions(definitions)
  for (const [name, definition] of Object.entries<SchemaDefinition>(definitions)) checkDefinition(name, definition)
  orderDefinitions(definitions)
  return definitions
}

/**
 * The names of the schemas, each after those that it relates to, otherwise in ascending order. Throws INVALID_SCHEMA
 * on a target that is not there and on a cycle, which the error names.
 */
export function orderDefinitions(definitions: SchemaDefinitions): string[] {
  const ordered = new Set<string>()
  const path: string[] = []
  const add = (name: string): void => {
    if (ordered.has(name)) return
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name].join(' → ')
      throw invalidDefinition(name, 'relations without a cycle, as a schema id holds the hash of its definition', cycle)
    }
    path.push(name)
    for (const target of targetsOf(name, definitions)) add(target)
    path.pop()
    ordered.add(name)
  }
  for (const name of Object.keys(definitions).sort()) add(name)
  return [...ordered]
}

function targetsOf(name: string, definitions: SchemaDefinitions): string[] {
  const targets: string[] = []
  for (const [field, definition] of Object.entries(definitions[name]?.fields ?? {})) {
    if (!isRelation(definition) || typeof definition.target !== 'string') continue
    if (!Object.hasOwn(definitions, definition.target)) {
      throw invalidDefinition(
        `${name}.${field}`,
        `a target among ${Object.keys(definitions).join(', ')}`,
        definition.target,
      )
    }
    targets.push(definition.target)
  }
  return targets.sort()
}

function isListField(field: { readonly type: DeclaredType } | undefined): boolean {
  return field !== undefined && isFieldTypeName(field.type) && FIELD_TYPES[field.type].isList
}

export function isRelation(field: { readonly type: DeclaredType }): field is RelationDefinition {
  return 'target' in field
}

function checkDefinition(name: string, definition: SchemaDefinition): void {
  checkShape(name, definition)
  const { description, fields, indexes = [] } = definition
  if (!isSchemaName(name)) {
    throw invalidDefinition(name, 'a name of 2 to 64 letters, digits and underscores, beginning with a letter', name)
  }
  if (!isDescription(description)) {
    throw invalidDefinition(
      `${name}.description`,
      `at most ${MAX_DESCRIPTION_LENGTH} characters`,
      `${description.length}`,
    )
  }
  const names = Object.keys(fields)
  if (names.length === 0 || names.length > MAX_SCHEMA_FIELDS) {
    throw invalidDefinition(`${name}.fields`, `1 to ${MAX_SCHEMA_FIELDS} fields`, `${names.length}`)
  }
  for (const field of names) {
    if (isFieldName(field)) continue
    throw invalidDefinition(
      `${name}.${field}`,
      'a name of 1 to 64 letters, digits and underscores, beginning with a letter',
      field,
    )
  }
  if (indexes.length > MAX_INDEXES)
    throw invalidDefinition(`${name}.indexes`, `at most ${MAX_INDEXES}`, `${indexes.length}`)
  for (const [i, index] of indexes.entries()) {
    const path = `${name}.indexes[${i}]`
    if (index.length === 0 || index.length > MAX_INDEX_FIELDS) {
      throw invalidDefinition(path, `1 to ${MAX_INDEX_FIELDS} fields`, `${index.length}`)
    }
    if (new Set(index).size < index.length) throw invalidDefinition(path, 'every field once', index.join(', '))
    const list = index.find((field) => isListField(fields[field]))
    if (list !== undefined) throw invalidDefinition(path, 'fields with an order of their own, not lists', list)
    const unknown = index.find((field) => !Object.hasOwn(fields, field))
    if (unknown !== undefined) throw invalidDefinition(path, `fields among ${names.join(', ')}`, unknown)
  }
  if (definition.search) checkSearch(`${name}.search`, definition.search, fields)
}

function checkSearch(
  path: string,
  search: NonNullable<SchemaDefinition['search']>,
  fields: SchemaDefinition['fields'],
): void {
  const { fields: names, language = 'simple' } = 'fields' in search ? search : { fields: search }
  if (names.length === 0 || names.length > MAX_SEARCH_FIELDS) {
    throw invalidDefinition(path, `1 to ${MAX_SEARCH_FIELDS} fields`, `${names.length}`)
  }
  if (new Set(names).size < names.length) throw invalidDefinition(path, 'every field once', names.join(', '))
  const other = names.find((field) => !Object.hasOwn(fields, field) || fields[field]?.type !== 'str')
  if (other !== undefined) throw invalidDefinition(path, 'text fields of the schema', other)
  if (!SEARCH_LANGUAGES.includes(language))
    throw invalidDefinition(path, `a language of ${SEARCH_LANGUAGES.join(', ')}`, language)
}
