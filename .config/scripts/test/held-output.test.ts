import { expect, test } from 'vitest'
import { HeldOutput } from '../held-output.mjs'

test('what is printed beside another program is shown afterwards, and at once from then on', () => {
  const output = new HeldOutput()
  const shown: string[] = []
  output.take('one')
  output.take('two')
  expect(shown).toEqual([])
  output.show((text) => shown.push(text))
  output.take('three')
  expect(shown).toEqual(['one', 'two', 'three'])
})
