import { parseText } from '../field/filter-value.js'
import type { Schema } from '../schema/schema.js'
import { invalidQuery } from './invalid-query.js'
import { isPlainObject, unknownMember } from './plain-object.js'
import type { Filter } from './query.js'
import { MAX_SEARCH_CHARACTERS, MAX_SEARCH_FIELDS, SEARCH_LANGUAGES, type SearchLanguage } from './search.js'

export type SearchFilter = Extract<Filter, { readonly kind: 'search' }>

const MEMBERS = ['text', 'fields', 'language', 'prefix']

/** Reads a `$search`. Throws INVALID_QUERY. */
export function parseSearch(input: unknown, schema: Schema, path: string): SearchFilter {
  const given = isPlainObject(input) ? input : { text: input }
  const unknown = unknownMember(given, MEMBERS)
  if (unknown !== undefined) throw invalidQuery(`${path}.${unknown}`, `one of ${MEMBERS.join(', ')}`, unknown)
  const { fields, language, prefix = true } = given
  const text = parseText(given.text, isPlainObject(input) ? `${path}.text` : path)
  if (text.length > MAX_SEARCH_CHARACTERS) {
    throw invalidQuery(path, `at most ${MAX_SEARCH_CHARACTERS} characters`, text.length)
  }
  if (typeof prefix !== 'boolean') throw invalidQuery(`${path}.prefix`, 'true or false', prefix)
  return {
    kind: 'search',
    text,
    isPrefix: prefix,
    ...(fields !== undefined && { fields: parseFields(fields, schema, `${path}.fields`) }),
    ...(language !== undefined && { language: parseLanguage(language, `${path}.language`) }),
  }
}

function parseFields(fields: unknown, schema: Schema, path: string): string[] {
  if (!Array.isArray(fields) || fields.length === 0 || fields.length > MAX_SEARCH_FIELDS) {
    throw invalidQuery(path, `a list of 1 to ${MAX_SEARCH_FIELDS} fields`, fields)
  }
  const names = Array.from(fields, (field: unknown, i): string => {
    if (typeof field === 'string' && schema.fields.get(field)?.type === 'str') return field
    throw invalidQuery(`${path}[${i}]`, `a text field of ${schema.name}`, field)
  })
  if (new Set(names).size < names.length) throw invalidQuery(path, 'every field once', names.join(', '))
  return names
}

function parseLanguage(language: unknown, path: string): SearchLanguage {
  const known = SEARCH_LANGUAGES.find((name) => name === language)
  if (known) return known
  throw invalidQuery(path, `one of ${SEARCH_LANGUAGES.join(', ')}`, language)
}

/** The searches of a filter, wherever they stand. */
export function searchesOf(filter: Filter): SearchFilter[] {
  if (filter.kind === 'search') return [filter]
  if (filter.kind === 'compare') return []
  return filter.kind === 'not' ? searchesOf(filter.filter) : filter.filters.flatMap(searchesOf)
}
