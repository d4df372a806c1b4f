import { expect, test } from 'vitest'
import { searchTerms } from '../../src/read/query/search-terms.js'

const term = (text: string, rest: object = {}) => ({ text, isNegated: false, mayGoOn: false, ...rest })
const last = (text: string) => term(text, { mayGoOn: true })
const without = (text: string) => term(text, { isNegated: true })

test.each([
  ['', [[]]],
  ['tea', [[last('tea')]]],
  ['tea  tent ', [[term('tea'), last('tent')]]],
  ['AC/DC', [[last('AC/DC')]]],
  ['"main stage"', [[term('main stage')]]],
  ['"main sta', [[last('main sta')]]],
  ['a"b c"d', [[term('a'), term('b c'), last('d')]]],
  ['tea -loud', [[term('tea'), without('loud')]]],
  ['-"too loud" tea', [[without('too loud'), last('tea')]]],
  ['-"too lou', [[without('too lou')]]],
  ['a - b', [[term('a'), term('-'), last('b')]]],
  ['--force', [[last('--force')]]],
  ['rock-n-ro', [[last('rock-n-ro')]]],
  ['a b or c', [[term('a'), term('b')], [last('c')]]],
  ['tea OR coffee', [[term('tea')], [last('coffee')]]],
  ['or', [[last('or')]]],
  ['or tea', [[term('or'), last('tea')]]],
  ['tea or', [[term('tea'), last('or')]]],
  ['or or or', [[term('or')], [last('or')]]],
  ['"or"', [[term('or')]]],
])('The search %j is alternatives of terms', (text, expected) => {
  expect(searchTerms(text, true)).toEqual(expected)
})

test('No last word goes on where that is not wanted', () => {
  expect(searchTerms('tea ten', false)).toEqual([[term('tea'), term('ten')]])
})
