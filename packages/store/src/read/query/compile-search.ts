import type { SearchFilter } from '@rakko/core'
import { searchConfig, searchVector } from '../../schemas/search-index.js'
import { type Sql, sql } from '../../sql/sql.js'
import { encodeText } from '../../sql/text-code.js'
import type { QuerySource } from './query-source.js'
import { searchTerms } from './search-terms.js'

/** A condition, true or false: no text of a deleted document has any words. */
export function compileSearch(filter: SearchFilter, source: QuerySource): Sql {
  const { vector, words, isNullable } = parts(filter, source)
  const matches = sql`(${vector}) @@ ${words}`
  return isNullable ? sql`COALESCE(${matches}, false)` : sql`(${matches})`
}

/**
 * How far a document is from the best possible match: the better it is, the lower. It depends on the document and the
 * search alone, so a cursor may hold it. Never NULL.
 */
export function compileRank(filter: SearchFilter, source: QuerySource): Sql {
  const { vector, words, isNullable } = parts(filter, source)
  const rank = sql`-ts_rank(${vector}, ${words})::double precision`
  return isNullable ? sql`COALESCE(${rank}, 0)` : rank
}

function parts(filter: SearchFilter, source: QuerySource): { vector: Sql; words: Sql; isNullable: boolean } {
  const { names, references, language, isNullable } = source.searched(filter)
  const terms = searchTerms(filter.text, filter.isPrefix).map((alternative) =>
    // Escaped as the columns are: JSON in PostgreSQL cannot hold U+0000 either.
    alternative.map((term) => ({ ...term, text: encodeText(term.text) })),
  )
  // A subquery of its own is run once, not for each row.
  const words = sql`(SELECT ${names.schema}.search_query(${searchConfig(language)}, ${JSON.stringify(terms)}::text::jsonb))`
  return { vector: searchVector(names, references, language), words, isNullable }
}
