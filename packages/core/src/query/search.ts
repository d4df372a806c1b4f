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
   * As typed into a search box: words that all have to be there in any order, `"a phrase"`, `or`, `-without`. A word
   * has letters, digits and marks. Any other character separates two; without a space between them they are a phrase.
   * Nothing is a syntax error. Without a word to look for it finds nothing.
   */
  readonly text: string
  /** Text fields to look at, what stands first weighing most; without them those of the declared search, else all. */
  readonly fields?: readonly string[] | undefined
  /** Without it that of the declared search, else `simple`. */
  readonly language?: SearchLanguage | undefined
  /** Whether the last word may go on, as it does while it is typed: `true` unless said otherwise. */
  readonly prefix?: boolean | undefined
}
