import { expect, test } from 'vitest'
import {
  checkParameters,
  checkStatement,
  MAX_SQL_BRACKETS,
  MAX_SQL_CHARACTERS,
  MAX_SQL_DEPTH,
} from '../src/read/app-sql/check-statement.js'
import { depthOf } from '../src/read/app-sql/statement-depth.js'

const STATEMENT = 'one statement of up to 100000 characters, without lone surrogates'
const VALUE = 'null, a boolean, number, bigint, text without lone surrogates, Uint8Array or a list of these'

test.each([
  [() => checkStatement("SELECT '\ud800'"), 'text', STATEMENT, 'a lone surrogate'],
  [() => checkStatement('x'.repeat(MAX_SQL_CHARACTERS + 1)), 'text', STATEMENT, '100001 characters'],
  [() => checkStatement(5), 'text', STATEMENT, 'number'],
  [() => checkParameters(['a\udc00']), 'params[0]', VALUE, 'a lone surrogate'],
  [() => checkParameters([1, ['ok', '\ud800']]), 'params[1][1]', VALUE, 'a lone surrogate'],
])('A refused statement or parameter says what is wrong with it: %s', (check, field, expected, got) => {
  expect(check).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', details: { field, expected, got } }))
})

const LONG = "SELECT 'it''s', e'\\'' , $a$ ' $a$, $ä$ ' $ä$, \"a b\" /* /* */ ' */ FROM t -- '\r"

test.each([
  ['a sum', 'SELECT ', '1+', '1', 1],
  ['a sum after texts and comments of all kinds', LONG, '1+', '1', 1],
  ['parentheses', 'SELECT ', '(', '1', 1],
  ['operators of one word or sign', 'SELECT ', 'NOT - ', '1', 2],
  ['operators of several signs', "SELECT 'a'", "||'a'::text", '', 2],
  ['IS DISTINCT FROM', 'SELECT ', 'true IS DISTINCT FROM NOT ', 'true', 3],
  ['BETWEEN, whose AND separates nothing', 'SELECT ', 'NOT 1 BETWEEN 1 AND ', '1', 3],
  ['CASEs', 'SELECT ', 'CASE WHEN ', 'true', 2],
  ['CASEs whose parts have commas, AND and OR', 'SELECT ', 'CASE WHEN (t).end AND x OR y THEN f(1, 2) ELSE ', '1', 2],
  ['SELECTs', '', 'SELECT (', '1', 2],
  ['a chain of SELECTs', 'SELECT 1', ' UNION ALL SELECT 1, 2', '', 1],
  ['a chain of joins', 'SELECT 1 FROM a', ' JOIN b ON a.x = 1 AND b.y = 2', '', 1],
  ['a chain of CTEs', 'WITH a AS (SELECT 1)', ', a AS NOT MATERIALIZED (SELECT x, y FROM a)', '', 2],
])('What PostgreSQL has no stack for is counted, whatever stands between: %s', (_, before, part, after, levels) => {
  const least = depthOf(`${before}${after}`)
  expect(depthOf(`${before}${part.repeat(100)}${after}`)).toBeGreaterThanOrEqual(least + 99 * levels)
  const text = `${before}${part.repeat(MAX_SQL_DEPTH)}${after}`
  expect(() => checkStatement(text)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      details: {
        field: 'text',
        expected: 'at most 200 operators, brackets, CASEs and SELECTs within each other',
        got: `${depthOf(text)}`,
      },
    }),
  )
})

test.each([
  ['a list', 'a, '.repeat(9_000)],
  ['a long text', `'${'it is '.repeat(9_000)}'`],
  ['many conditions', '(a = 1 OR b = 2) AND '.repeat(3_000)],
  ['conditions with BETWEEN', 'a BETWEEN 1 AND 2 AND '.repeat(2_000)],
  ['a CASE of many parts', `CASE ${"WHEN a = 1 AND b LIKE 'c' THEN -1 ".repeat(2_000)} END`],
  ['a sum', `${'1+'.repeat(190)}1`],
  ['many names', 'a.b.c AS select, '.repeat(3_000)],
  ['a comment', `/* ${'1+'.repeat(9_000)} */ 1`],
  ['a comment without an end', `/* ${'1+'.repeat(9_000)}`],
])('What is long and not deep is taken: %s', (_, text) => {
  expect(() => checkStatement(`SELECT ${text}`)).not.toThrow()
})

const json = (levels: number) => `${'[{"a":'.repeat(levels / 2)}${'}]'.repeat(levels / 2)}`
const regex = (levels: number) => `${'('.repeat(levels)}a${')'.repeat(levels)}`
const MOST = MAX_SQL_BRACKETS
const BRACKETS = `at most ${MOST} open brackets`

test.each([
  ['JSON in a statement', () => checkStatement(`SELECT '${json(MOST + 2)}'::jsonb`), 'text'],
  ['JSON without an end', () => checkParameters([null, '['.repeat(90_000)]), 'params[1]'],
  ['a regular expression', () => checkParameters([['a', regex(MOST + 1)]]), 'params[0][1]'],
])('What PostgreSQL goes down into without a measure is refused: %s', (_, check, field) => {
  const details = { field, expected: BRACKETS, got: 'more' }
  expect(check).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', details }))
})

test('Brackets that are closed again are taken, however many, and so are as many as may be open', () => {
  const texts = [json(MOST), regex(MOST), '[(a){b}]'.repeat(9_000), ')'.repeat(5_000) + regex(MOST)]
  expect(checkParameters(texts)).toEqual(texts)
  expect(() => checkStatement(`SELECT '${json(MOST)}'::jsonb`)).not.toThrow()
})
