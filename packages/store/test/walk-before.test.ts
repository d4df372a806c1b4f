import { describe, expect, test } from 'vitest'
import { walkBefore } from '../src/decide/walk-before.js'

const COUNT = 400

describe('what comes before', () => {
  test('comes first, each once, all else in its order', () => {
    const before = new Map([
      ['d', ['b', 'c']],
      ['c', ['a']],
      ['b', ['a']],
    ])
    expect(walkBefore(['x', 'd', 'a', 'c', 'd'], (item) => before.get(item) ?? [])).toEqual(['x', 'a', 'b', 'c', 'd'])
  })

  test('is asked for once of each, and each name is looked at once, where all name all before', () => {
    let [asked, named] = [0, 0]
    const items = Array.from({ length: COUNT }, (_, index) => COUNT - 1 - index)
    const ordered = walkBefore(items, function* (item) {
      asked += 1
      for (let one = 0; one < item; one += 1) {
        named += 1
        yield one
      }
    })
    expect(ordered).toEqual([...items].reverse())
    expect([asked, named]).toEqual([COUNT, (COUNT * (COUNT - 1)) / 2])
  })
})
