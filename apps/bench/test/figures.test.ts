import { expect, test } from 'vitest'
import { complaintAbout, FIGURES } from '../src/figures/index.js'

test('a figure that is not known is named, beside those that are', () => {
  expect(complaintAbout(Object.keys(FIGURES))).toBeUndefined()
  expect(complaintAbout([])).toBeUndefined()
  expect(complaintAbout(['update-10k', 'nosuch', 'toString'])).toMatch(
    /^Unknown figure: nosuch, toString\. Known: .*update-10k/,
  )
})
