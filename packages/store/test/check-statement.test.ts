import { expect, test } from 'vitest'
import { checkParameters, checkStatement, MAX_SQL_CHARACTERS } from '../src/read/app-sql/check-statement.js'

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
