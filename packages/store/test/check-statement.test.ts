import { expect, test } from 'vitest'
import {
  checkParameters,
  checkStatement,
  MAX_SQL_BRACKETS,
  MAX_SQL_CHARACTERS,
} from '../src/read/app-sql/check-statement.js'

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

const LONG = "SELECT 'it''s', e'\\'' , $a$ ' $a$, \"a b\" /* ' */ FROM t -- '\n"

test.each([
  ['a sum', '1+'.repeat(3_000), 6_001],
  ['a sum after texts of all kinds', `${LONG}${'1+'.repeat(3_000)}`, 6_004],
  ['parentheses', '(1+'.repeat(2_000), 6_001],
])('What PostgreSQL has no stack for is counted: %s', (_, text, got) => {
  expect(() => checkStatement(`SELECT ${text}`)).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ got: `${got}` }) }),
  )
})

test.each([
  ['a list', 'a, '.repeat(9_000)],
  ['a long text', `'${'it is '.repeat(9_000)}'`],
  ['many conditions', '(a = 1 OR b = 2) AND '.repeat(3_000)],
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
