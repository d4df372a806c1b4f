import type { SearchFilter } from '@rakko/core'
import { sql } from 'kysely'
import { searchVector } from '../../schemas/search-index.js'
import type { Fragment, QuerySource } from './query-source.js'
import { boundValue } from './query-value.js'

/** A condition, true or false: no text of a deleted document has any words. */
export function compileSearch(filter: SearchFilter, source: QuerySource): Fragment {
  const { vector, words, isNullable } = parts(filter, source)
  const matches = sql`(${vector}) @@ ${words}`
  return isNullable ? sql`COALESCE(${matches}, false)` : sql`(${matches})`
}

/**
 * How far a document is from the best match there can be: the better it is, the lower. It depends on the document and
 * the search alone, so a cursor may hold it. Never NULL.
 */
export function compileRank(filter: SearchFilter, source: QuerySource): Fragment {
  const { vector, words, isNullable } = parts(filter, source)
  const rank = sql`-ts_rank(${vector}, ${words})::double precision`
  return isNullable ? sql`COALESCE(${rank}, 0)` : rank
}

function parts(filter: SearchFilter, source: QuerySource): { vector: Fragment; words: Fragment; isNullable: boolean } {
  const { references, language, isNullable } = source.searched(filter)
  const text = sql`websearch_to_tsquery(${sql.raw(`'pg_catalog.${language}'`)}, ${boundValue('str', filter.text)})`
  // Where a query's text ends with a lexeme, it ends with a quote. A subquery of its own is run once, not for each row.
  const words = filter.isPrefix
    ? sql`(SELECT (CASE WHEN query LIKE '%''' THEN query || ':*' ELSE query END)::tsquery
        FROM (SELECT ${text}::text AS query) AS typed)`
    : sql`(SELECT ${text})`
  return { vector: sql.raw(searchVector(references, language)), words, isNullable }
}
