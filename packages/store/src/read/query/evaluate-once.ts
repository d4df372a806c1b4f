import { type FilterValue, filterFields, LIST_POSITION, type Query, RANK, searchesOf } from '@rakko/core'
import type { KnownSchema } from '../../schemas/schema-registry.js'
import { type Sql, sql } from '../../sql/sql.js'
import type { Names } from '../../tables/names.js'
import { compileFilter } from './compile-filter.js'
import { type CompiledKey, compileOrder, compileSide } from './compile-order.js'
import { type Evaluate, type Evaluation, evaluateEach, namedSource } from './compile-page.js'
import { sumOf } from './large-documents.js'
import { LIST_POSITION_SQL, type QuerySource } from './query-source.js'
import { boundValue } from './query-value.js'

/** Values of more bytes are looked at once in a statement. */
const LARGE_VALUES_BYTES = 4096

/** Whether a page has to be evaluated once: what a search does with a short text takes long as well. */
export function searches({ filter }: Query): boolean {
  return searchesOf(filter).length > 0
}

/**
 * To evaluate documents once, they are found twice. Mostly none is large, and that takes longer than all it saves. So
 * the filter and the order look at small ones alone. A large one comes first on its page, as a row that was not looked
 * at. Then the statement is to be made again, see `evaluateOnce`.
 */
export function evaluateGuarded(source: QuerySource, query: Query): Evaluation {
  const each = evaluateEach(source, query)
  const sizes = source.sizes([...filterFields(query.filter), ...query.order.map(({ field }) => field)])
  if (sizes.length === 0) return each
  const guard = sql`COALESCE(${sumOf(sizes)} > ${sql.integer(LARGE_VALUES_BYTES)}, false)`
  return {
    filter: sql`(${guard} OR ${each.filter})`,
    keys: each.keys.map((key) => ({ ...key, sql: sql`CASE WHEN NOT ${guard} THEN ${key.sql} END` })),
    side: (side, cursor) => sql`(${guard} OR ${each.side(side, cursor)})`,
    guard,
  }
}

/** What a relation names in all rows of a statement. */
export interface NamedInAll {
  /** Their ids as `id`, each once. */
  readonly ids: Sql
  readonly isPinned: boolean
}

export interface EvaluatedOnce {
  readonly table: Sql
  readonly evaluate: Evaluate
}

/**
 * Many rows may name one large document, and each of them many times. To search or decompress it takes far longer than
 * to find it. So filter, order and cursors look at each document once in a statement. What is asked for each reference
 * compares whole numbers.
 *
 * `table` is to be a part of the statement that is called `alias`. It has one row of lists. Each has an element for each
 * document that the filter lets through, in order of their numbers:
 *
 * | column      | elements                                                                                  |
 * | ----------- | ----------------------------------------------------------------------------------------- |
 * | numbers     | the documents' numbers                                                                    |
 * | place0, …   | place among all by the first key of the order, the same where values are equal            |
 * | after0, …   | -1, 0 or 1: before, at or behind the cursor `after` by that key                           |
 * | before0, …  | the same for the cursor `before`                                                          |
 * | relevance   | where the order has it                                                                    |
 */
export function evaluateOnce(
  names: Names,
  known: KnownSchema,
  query: Query,
  { ids, isPinned }: NamedInAll,
  alias: Sql,
): EvaluatedOnce {
  const source = namedSource(names, known, query, { list: sql`(${ids}) AS list`, isPinned })
  const order = compileOrder(query, source)
  const keys = order.flatMap((key, index) => (query.order[index]?.field === LIST_POSITION ? [] : [{ ...key, index }]))
  const columns: Record<string, Sql> = { numbers: fixed(source.number, isPinned) }
  for (const key of keys) {
    columns[`place${key.index}`] = sql`dense_rank() OVER (ORDER BY ${key.sql})`
    for (const cursor of ['after', 'before'] as const) {
      const value = query[cursor]?.[key.index]
      if (value !== undefined) columns[`${cursor}${key.index}`] = compareTo(key, value)
    }
  }
  const relevance = order[query.order.findIndex(({ field }) => field === RANK)]?.sql
  if (relevance) columns.relevance = relevance

  const filter = compileFilter(query.filter, source)
  const { from, where } = source.from()
  const each = Object.entries(columns).map(([name, value]) => sql`${value} AS ${sql.id(name)}`)
  const lists = Object.keys(columns).map((name) => sql`array_agg(${sql.id(name)} ORDER BY numbers) AS ${sql.id(name)}`)
  const table = sql`SELECT ${sql.join(lists)} FROM (
    SELECT ${sql.join(each)} FROM ${from} WHERE ${sql.join([...where, filter], ' AND ')}) AS each`

  const evaluate: Evaluate = ({ number }) => {
    // A subquery of its own is run once, not for each row.
    const list = (name: string) => sql`(SELECT ${sql.id(name)} FROM ${alias})`
    const place = sql`width_bucket(${fixed(number, isPinned)}, ${list('numbers')})`
    const key = (prefix: string): CompiledKey[] =>
      order.map(({ isDescending }, index) => {
        const isPosition = query.order[index]?.field === LIST_POSITION
        return {
          sql: isPosition ? LIST_POSITION_SQL : sql`${list(`${prefix}${index}`)}[${place}]`,
          type: 'int',
          isDescending,
        }
      })
    return {
      filter: sql`${list('numbers')}[${place}] = ${fixed(number, isPinned)}`,
      keys: key('place'),
      side: (side, cursor) => {
        const values = (query[cursor] ?? []).map((value, index) =>
          query.order[index]?.field === LIST_POSITION ? value : 0n,
        )
        return compileSide(side, key(cursor), values)
      },
      relevance: relevance && sql`${list('relevance')}[${place}]`,
    }
  }
  return { table, evaluate }
}

/** As `width_bucket` finds it in lists: what has one length it need not walk to. Views are keyed by their hashes. */
function fixed(number: Sql, isPinned: boolean): Sql {
  return isPinned ? sql`encode(substring(${number} FOR 16), 'hex')::uuid` : number
}

/** Before, at or behind a value: -1, 0 or 1. */
function compareTo({ sql: key, type }: CompiledKey, value: FilterValue): Sql {
  const bound = boundValue(type, value)
  return sql`CASE WHEN ${key} < ${bound} THEN -1 WHEN ${key} = ${bound} THEN 0 ELSE 1 END::bigint`
}
