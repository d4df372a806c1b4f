import { filterFields, type Query, RANK, searchesOf } from '@rakko/core'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { type Sql, sql } from '../../sql/sql.js'
import type { Names } from '../../tables/names.js'
import { compileFilter } from './compile-filter.js'
import { type CompiledKey, compileOrder, compileSide } from './compile-order.js'
import { type NamedDocuments, QuerySource } from './query-source.js'

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
}

export interface PageOptions {
  /** Documents to take instead of all of the schema. */
  readonly named?: NamedDocuments
  /** Columns to select beside the number and the keys. */
  readonly columns?: (source: QuerySource) => readonly Sql[]
}

/** A query finds deleted documents only where its filter mentions `$deleted`. */
export function compilePage(names: Names, schema: KnownSchema, query: Query, options: PageOptions = {}): CompiledPage {
  const source = new QuerySource(names, schema, {
    // The index of a search is on the views table.
    isOrderedById: query.order[0]?.field === '$id' && searchesOf(query.filter).length === 0,
    includesDeleted: filterFields(query.filter).has('$deleted'),
    named: options.named,
  })
  const keys = compileOrder(query, source)
  const filter = compileFilter(query.filter, source)
  const columns = options.columns?.(source) ?? []
  const { from, number, where } = source.from()

  const rows = (...conditions: Sql[]): Sql =>
    sql`FROM ${from} WHERE ${sql.join([...where, filter, ...conditions], ' AND ')}`
  const window: Sql[] = []
  if (query.after) window.push(compileSide('after', keys, query.after))
  if (query.before) window.push(compileSide('before', keys, query.before))
  const selected = [
    sql`${number} AS document`,
    ...keys.map((key, index) => sql`${key.sql} AS ${sql.id(`k${index}`)}`),
    ...columns,
  ]
  const direction = ({ isDescending }: CompiledKey, isReversed: boolean) =>
    sql.raw(isDescending === isReversed ? 'ASC' : 'DESC')
  const isReversed = query.isBackward === true
  const innerOrder = sql.join(
    keys.flatMap((key, index) => {
      const whole = sql`${sql.id(`k${index}`)} ${direction(key, isReversed)}`
      return key.prefix ? [sql`${key.prefix(key.sql)} ${direction(key, isReversed)}`, whole] : [whole]
    }),
  )

  const exists = (side: Sql): Sql => sql`EXISTS (SELECT 1 ${rows(side)})`
  const ranked = query.order.findIndex(({ field }) => field === RANK)
  return {
    ...(ranked >= 0 && { rank: `k${ranked}` }),
    select: sql`SELECT ${sql.join(selected)} ${rows(...window)}
      ORDER BY ${innerOrder} LIMIT ${query.first + 1}::bigint`,
    order: sql.join(keys.map((key, index) => sql`page.${sql.id(`k${index}`)} ${direction(key, false)}`)),
    beside: {
      earlier: query.after ? exists(compileSide('to', keys, query.after)) : sql`false`,
      later: query.before ? exists(compileSide('from', keys, query.before)) : sql`false`,
      count: query.withCount ? sql`(SELECT count(*) ${rows()})` : sql`NULL::bigint`,
    },
    asksBeside: query.after !== undefined || query.before !== undefined || query.withCount === true,
  }
}

/** How many documents the filter lets through; order and page do not matter. */
export function compileCount(names: Names, schema: KnownSchema, { filter }: Query): Sql {
  const includesDeleted = filterFields(filter).has('$deleted')
  const source = new QuerySource(names, schema, { isOrderedById: false, includesDeleted })
  const condition = compileFilter(filter, source)
  const { from, where } = source.from()
  return sql`SELECT count(*) FROM ${from} WHERE ${sql.join([...where, condition], ' AND ')}`
}
