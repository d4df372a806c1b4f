import { RakkoError, refusal } from '@rakko/core'
import { encodeText } from '../../sql/text-code.js'
import { depthOf } from './statement-depth.js'

export const MAX_SQL_CHARACTERS = 100_000
export const MAX_SQL_PARAMETERS = 1_000

/**
 * Levels of a statement, see `depthOf`. PostgreSQL refuses what is too deep for its own stack. WebAssembly's calls lie on
 * JavaScript's stack besides, which PostgreSQL cannot measure: on Node's main thread that one ends first, in the middle.
 */
export const MAX_SQL_DEPTH = 200

/**
 * Brackets of one kind that may be open at a place, in the statement and in each text among its parameters. Where they
 * are read as JSON or as a regular expression, PostgreSQL goes down a level for each. It measures none of the stack that
 * this takes in WebAssembly: some thousands end it in the middle.
 */
export const MAX_SQL_BRACKETS = 1_000

const LONE_SURROGATE = /\p{Surrogate}/u

/** Throws INVALID_ARGUMENT. */
export function checkStatement(text: unknown): asserts text is string {
  if (typeof text !== 'string' || text.length > MAX_SQL_CHARACTERS || LONE_SURROGATE.test(text)) {
    throw invalid('text', `one statement of up to ${MAX_SQL_CHARACTERS} characters, without lone surrogates`, text)
  }
  const depth = depthOf(text)
  if (depth > MAX_SQL_DEPTH) {
    const expected = `at most ${MAX_SQL_DEPTH} operators, brackets, CASEs and SELECTs within each other`
    throw refusal('INVALID_ARGUMENT', { field: 'text', expected, got: `${depth}` })
  }
  checkBrackets('text', text)
}

const BRACKET = /[()[\]{}]/g

function checkBrackets(field: string, text: string): void {
  if (text.length <= MAX_SQL_BRACKETS) return
  // JSON has two kinds, one within the other.
  const open = { json: 0, round: 0 }
  for (const [bracket] of text.matchAll(BRACKET)) {
    const kind = bracket === '(' || bracket === ')' ? 'round' : 'json'
    open[kind] = Math.max(open[kind] + (/[([{]/.test(bracket) ? 1 : -1), 0)
    if (open[kind] <= MAX_SQL_BRACKETS) continue
    throw refusal('INVALID_ARGUMENT', { field, expected: `at most ${MAX_SQL_BRACKETS} open brackets`, got: 'more' })
  }
}

/** The parameters as they are bound: text as columns hold it. Throws INVALID_ARGUMENT. */
export function checkParameters(params: unknown): unknown[] {
  if (!Array.isArray(params) || params.length > MAX_SQL_PARAMETERS) {
    throw invalid('params', `a list of up to ${MAX_SQL_PARAMETERS} values`, params)
  }
  try {
    return Array.from(params, (value, i) => bound(value, `params[${i}]`, MAX_DIMENSIONS))
  } catch (cause) {
    if (cause instanceof RakkoError) throw cause
    // A getter or a proxy in them threw.
    throw refusal('INVALID_ARGUMENT', { field: 'params', expected: 'values that can be read', got: 'others', cause })
  }
}

/** PostgreSQL's arrays have no more. */
const MAX_DIMENSIONS = 6

function bound(value: unknown, path: string, levels: number): unknown {
  if (Array.isArray(value)) {
    if (levels === 0) throw invalid(path, `at most ${MAX_DIMENSIONS} levels of lists`, value)
    return Array.from(value, (element, i) => bound(element, `${path}[${i}]`, levels - 1))
  }
  if (typeof value === 'string' && !LONE_SURROGATE.test(value)) {
    checkBrackets(path, value)
    return encodeText(value)
  }
  const isScalar = ['boolean', 'number', 'bigint', 'undefined'].includes(typeof value)
  if (isScalar || value === null || value instanceof Uint8Array) return value
  throw invalid(
    path,
    'null, a boolean, number, bigint, text without lone surrogates, Uint8Array or a list of these',
    value,
  )
}

function invalid(field: string, expected: string, value: unknown): RakkoError {
  return refusal('INVALID_ARGUMENT', { field, expected, got: refused(value) })
}

function refused(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value !== 'string') return typeof value
  return LONE_SURROGATE.test(value) ? 'a lone surrogate' : `${value.length} characters`
}
