import { expect, test } from 'vitest'
import { duration } from '../parts.mjs'

test('a duration is told in seconds, and from a minute on in minutes and seconds', () => {
  expect([0, 1_400, 59_400, 60_000, 302_400].map(duration)).toEqual(['0 s', '1 s', '59 s', '1 min 0 s', '5 min 2 s'])
})
