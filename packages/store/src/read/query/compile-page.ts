import { filterFields, type Query, RANK, searchesOf } from '@rakko/core'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { type Sql, sql } from '../../sql/sql.js'
import type { Names } from '../../tables/names.js'
import { compileFilter } from './compile-filter.js'
import { type CompiledKey, compileOrder, compileSide, type Side } from './compile-order.js'
import { META_CELLS } from './document-decoder.js'
import { LIST_POSITION_SQL, type NamedDocuments, QuerySource } from './query-source.js'

export interface CompiledPage {
  /**
   * The page's documents, and one more on the side where it may go on. Columns are their number as `document`, the keys
   * of the order as `k0`, `k1`… and those that were asked for.
   */
  readonly select: Sql
  /** The order of what `page` names, in the rows' own order, whichever end the page is taken from. */
  readonly order: Sql
  /** The key that holds the relevance, where the order has it. */
  readonly rank?: string
  /** What is asked beside the rows: whether any lie beyond the cursors, and how many there are on all pages. */
  readonly beside: Readonly<Record<'earlier' | 'later' | 'count', Sql>>
  readonly asksBeside: boolean
  /** Whether its rows tell as `guard` that they were not looked at, see `evaluateGuarded`. They come first. */
  readonly isGuarded: boolean
}

/** A query finds deleted documents only where its filter mentions `$deleted`. */
export function compilePage(names: Names, schema: KnownSchema, query: Query): CompiledPage {
  const source = new QuerySource(names, schema, {
    // The index of a search is on the views table.
    isOrderedById: query.order[0]?.field === '$id' && searchesOf(query.filter).length === 0,
    includesDeleted: includesDeleted(query),
  })
  return pageOf(source, query, evaluateEach(source, query), [])
}

/** A page of what a relation names. Its rows have the documents' meta cells, their place and all columns of fields. */
export function compileNamedPage(
  names: Names,
  schema: KnownSchema,
  query: Query,
  named: NamedDocuments,
  evaluate: Evaluate = evaluateEach,
): CompiledPage {
  const source = namedSource(names, schema, query, named)
  const evaluation = evaluate(source, query)
  const meta = META_CELLS.map((name) => sql`d.${sql.id(name)}`)
  return pageOf(source, query, evaluation, [...meta, LIST_POSITION_SQL, ...source.allColumns()])
}

export function namedSource(names: Names, schema: KnownSchema, query: Query, named: NamedDocuments): QuerySource {
  return new QuerySource(names, schema, { isOrderedById: false, includesDeleted: includesDeleted(query), named })
}

function includesDeleted({ filter }: Query): boolean {
  return filterFields(filter).has('$deleted')
}

/** What a query asks of each row, in SQL. */
export interface Evaluation {
  readonly filter: Sql
  readonly keys: readonly CompiledKey[]
  /** Whether a row is on this side of a cursor of the query. */
  side(side: Side, cursor: Cursor): Sql
  /** The relevance, where the order has it. */
  readonly relevance?: Sql | undefined
  /** Whether a row is too large to be looked at. */
  readonly guard?: Sql | undefined
}

/** The name of a cursor in a query. */
export type Cursor = 'after' | 'before'

export type Evaluate = (source: QuerySource, query: Query) => Evaluation

/** Looks at each row as it is found. */
export function evaluateEach(source: QuerySource, query: Query): Evaluation {
  const keys = compileOrder(query, source)
  return {
    filter: compileFilter(query.filter, source),
    keys,
    side: (side, cursor) => compileSide(side, keys, query[cursor] ?? []),
    relevance: keys[query.order.findIndex(({ field }) => field === RANK)]?.sql,
  }
}

function pageOf(
  source: QuerySource,
  query: Query,
  { filter, keys, side, relevance, guard }: Evaluation,
  columns: readonly Sql[],
): CompiledPage {
  const { from, where } = source.from()
  const rows = (...conditions: Sql[]): Sql =>
    sql`FROM ${from} WHERE ${sql.join([...where, filter, ...conditions], ' AND ')}`
  const window: Sql[] = []
  if (query.after) window.push(side('after', 'after'))
  if (query.before) window.push(side('before', 'before'))
  const selected = [
    sql`${source.number} AS document`,
    ...keys.map((key, index) => sql`${key.sql} AS ${sql.id(`k${index}`)}`),
    ...columns,
  ]
  if (relevance) selected.push(sql`${relevance} AS relevance`)
  if (guard) selected.push(sql`${guard} AS guard`)
  const direction = ({ isDescending }: CompiledKey, isReversed: boolean) =>
    sql.raw(isDescending === isReversed ? 'ASC' : 'DESC')
  const isReversed = query.isBackward === true
  const innerOrder = sql.join(
    keys.flatMap((key, index) => {
      const whole = sql`${sql.id(`k${index}`)} ${direction(key, isReversed)}`
      return key.prefix ? [sql`${key.prefix(key.sql)} ${direction(key, isReversed)}`, whole] : [whole]
    }),
  )
  const exists = (beyond: Sql): Sql => sql`EXISTS (SELECT 1 ${rows(beyond)})`
  return {
    ...(relevance && { rank: 'relevance' }),
    select: sql`SELECT ${sql.join(selected)} ${rows(...window)}
      ORDER BY ${guard ? sql`guard DESC, ` : sql.empty}${innerOrder} LIMIT ${query.first + 1}::bigint`,
    order: sql.join(keys.map((key, index) => sql`page.${sql.id(`k${index}`)} ${direction(key, false)}`)),
    beside: {
      earlier: query.after ? exists(side('to', 'after')) : sql`false`,
      later: query.before ? exists(side('from', 'before')) : sql`false`,
      count: query.withCount ? sql`(SELECT count(*) ${rows()})` : sql`NULL::bigint`,
    },
    asksBeside: query.after !== undefined || query.before !== undefined || query.withCount === true,
    isGuarded: guard !== undefined,
  }
}

/** How many documents the filter lets through; order and page do not matter. */
export function compileCount(names: Names, schema: KnownSchema, query: Query): Sql {
  const source = new QuerySource(names, schema, { isOrderedById: false, includesDeleted: includesDeleted(query) })
  const condition = compileFilter(query.filter, source)
  const { from, where } = source.from()
  return sql`SELECT count(*) FROM ${from} WHERE ${sql.join([...where, condition], ' AND ')}`
}
