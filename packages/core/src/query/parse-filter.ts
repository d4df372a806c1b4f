import type { RakkoError } from '../rakko-error.js'
import type { Schema } from '../schema/schema.js'
import { invalidQuery } from './invalid-query.js'
import { parseSearch } from './parse-search.js'
import { isPlainObject } from './plain-object.js'
import {
  type ComparisonOperator,
  type Filter,
  type FilterValue,
  MAX_CONTAINED_CHARACTERS,
  MAX_FILTER_DEPTH,
  MAX_FILTER_SEARCHES,
  MAX_FILTER_TERMS,
  MAX_FILTER_VALUES,
} from './query.js'
import { queryFieldType, queryRules } from './query-field.js'

/** What is left of the limits while one filter is read. */
interface Budget {
  terms: number
  values: number
  contained: number
  searches: number
}

/**
 * Reads a `where`. Fields, the operators of one field, `$search`, `$and`, `$or` and `$not` that stand side by side AND
 * together. (The reference joins `eq` with `in` and lets a later bound replace an earlier one. Here each operator
 * counts.) A plain value means `eq`. `undefined` stands for an operator or field that is not there; null is refused.
 * Throws INVALID_QUERY.
 */
export function parseFilter(where: unknown, schema: Schema, path = 'where'): Filter {
  return parseGroup(where, schema, path, 0, {
    terms: MAX_FILTER_TERMS,
    values: MAX_FILTER_VALUES,
    contained: MAX_CONTAINED_CHARACTERS,
    searches: MAX_FILTER_SEARCHES,
  })
}

function parseGroup(where: unknown, schema: Schema, path: string, depth: number, budget: Budget): Filter {
  if (!isPlainObject(where)) throw invalidQuery(path, 'an object of fields', where)
  spendTerm(budget, path)
  if (depth > MAX_FILTER_DEPTH) throw invalidQuery(path, `at most ${MAX_FILTER_DEPTH} levels`, depth)
  const filters: Filter[] = []
  for (const [key, value] of Object.entries(where)) {
    if (value === undefined) continue
    const at = `${path}.${key}`
    if (key === '$and' || key === '$or') {
      if (!Array.isArray(value)) throw invalidQuery(at, 'a list of filters', value)
      const kind = key === '$and' ? 'and' : 'or'
      // Not map(), which would pass over the holes of a sparse list.
      const members = Array.from(value, (member, i) => parseGroup(member, schema, `${at}[${i}]`, depth + 1, budget))
      filters.push({ kind, filters: members })
    } else if (key === '$not') {
      filters.push({ kind: 'not', filter: parseGroup(value, schema, at, depth + 1, budget) })
    } else if (key === '$search') {
      spendTerm(budget, at)
      budget.searches -= 1
      if (budget.searches < 0) throw tooMany(at, 'searches in a filter', MAX_FILTER_SEARCHES, budget.searches)
      filters.push(parseSearch(value, schema, at))
    } else {
      filters.push(...parseField(value, schema, key, at, budget))
    }
  }
  const [only] = filters
  return only && filters.length === 1 ? only : { kind: 'and', filters }
}

function parseField(operators: unknown, schema: Schema, field: string, path: string, budget: Budget): Filter[] {
  const type = queryFieldType(schema, field, path)
  const { operators: allowed, parseFilterValue } = queryRules(type)
  const filters: Filter[] = []
  for (const [key, value] of Object.entries(isPlainObject(operators) ? operators : { eq: operators })) {
    if (value === undefined) continue
    const at = `${path}.${key}`
    const operator = allowed.find((name) => name === key)
    if (!operator) throw invalidQuery(at, `an operator of ${type}: ${allowed.join(', ')}`, key)
    spendTerm(budget, at)
    const values = parseValues(operator, value, at, budget, parseFilterValue)
    if (operator === 'contains' || operator === 'notContains') spendContained(budget, String(values[0]).length, at)
    filters.push({ kind: 'compare', field, operator, values })
  }
  return filters
}

function parseValues(
  operator: ComparisonOperator,
  value: unknown,
  path: string,
  budget: Budget,
  parse: (value: unknown, path: string) => FilterValue,
): FilterValue[] {
  const isSet = operator === 'in' || operator === 'notIn'
  if (isSet && !Array.isArray(value)) throw invalidQuery(path, 'a list of values', value)
  const values: readonly unknown[] = isSet ? (value as unknown[]) : [value]
  budget.values -= values.length
  if (budget.values < 0) throw tooMany(path, 'values in a filter', MAX_FILTER_VALUES, budget.values)
  return Array.from(values, (one, i) => parse(one, isSet ? `${path}[${i}]` : path))
}

function spendContained(budget: Budget, characters: number, path: string): void {
  budget.contained -= characters
  if (budget.contained >= 0) return
  const what = 'characters in all texts that a filter looks for within others'
  throw tooMany(path, what, MAX_CONTAINED_CHARACTERS, budget.contained)
}

function spendTerm(budget: Budget, path: string): void {
  if (--budget.terms < 0) throw tooMany(path, 'terms in a filter', MAX_FILTER_TERMS, budget.terms)
}

/** As many as were counted: the rest of the filter is not looked at. */
function tooMany(path: string, what: string, max: number, left: number): RakkoError {
  return invalidQuery(path, `at most ${max} ${what}`, max - left)
}
