import { parseText } from '../field/filter-value.js'
import type { Schema } from '../schema/schema.js'
import { invalidQuery } from './invalid-query.js'
import { isPlainObject } from './plain-object.js'
import type { Filter } from './query.js'

/**
 * How words become lexemes: PostgreSQL's text search configurations. `simple` folds case and nothing else, so it suits
 * every language. The others cut endings and leave out the most frequent words.
 */
export const SEARCH_LANGUAGES = [
  'simple',
  'arabic',
  'armenian',
  'basque',
  'catalan',
  'danish',
  'dutch',
  'english',
  'estonian',
  'finnish',
  'french',
  'german',
  'greek',
  'hindi',
  'hungarian',
  'indonesian',
  'irish',
  'italian',
  'lithuanian',
  'nepali',
  'norwegian',
  'portuguese',
  'romanian',
  'russian',
  'serbian',
  'spanish',
  'swedish',
  'tamil',
  'turkish',
  'yiddish',
] as const
export type SearchLanguage = (typeof SEARCH_LANGUAGES)[number]

/** Characters of a text to look for. */
export const MAX_SEARCH_CHARACTERS = 1000
/** Fields that one search looks at. */
export const MAX_SEARCH_FIELDS = 16

/**
 * The order key of relevance: ascending begins with the best match. A query that names it has exactly one `$search`,
 * which it is about.
 */
export const RANK = '$rank'

/** What a `$search` takes, or a text alone. */
export interface SearchInput {
  /**
   * As typed into a search box: words that all have to be there in any order, `"a phrase"`, `or`, `-without`. Anything
   * else is a separator, nothing is a syntax error. Without a word to look for it finds nothing.
   */
  readonly text: string
  /** Text fields to look at, what stands first weighing most; without them those of the declared search, else all. */
  readonly fields?: readonly string[] | undefined
  /** Without it that of the declared search, else `simple`. */
  readonly language?: SearchLanguage | undefined
  /** Whether the last word may go on, as it does while it is typed: `true` unless said otherwise. */
  readonly prefix?: boolean | undefined
}

export type SearchFilter = Extract<Filter, { readonly kind: 'search' }>

const MEMBERS = ['text', 'fields', 'language', 'prefix']

/** Reads a `$search`. Throws INVALID_QUERY. */
export function parseSearch(input: unknown, schema: Schema, path: string): SearchFilter {
  const given = isPlainObject(input) ? input : { text: input }
  const unknown = Object.keys(given).find((key) => !MEMBERS.includes(key))
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
    isPrefix: prefix && endsWithWord(text),
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

/** Whether a text ends with a word that is asked for: not with one of a phrase, nor one to be left out. */
function endsWithWord(text: string): boolean {
  const quotes = text.split('"').length - 1
  const last = text.trim().split(/\s/u).at(-1) ?? ''
  return quotes % 2 === 0 && !last.startsWith('-') && /[\p{L}\p{N}\p{M}]$/u.test(last)
}

/** The searches of a filter, wherever they stand. */
export function searchesOf(filter: Filter): SearchFilter[] {
  if (filter.kind === 'search') return [filter]
  if (filter.kind === 'compare') return []
  return filter.kind === 'not' ? searchesOf(filter.filter) : filter.filters.flatMap(searchesOf)
}
