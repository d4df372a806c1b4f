import { describe, expect, it } from 'vitest'
import { RecentMap } from '../src/recent-map.js'

describe('a recent map', () => {
  it('remembers the last keys and drops those not met for long', () => {
    const map = new RecentMap<number, string>(3)
    for (let key = 0; key < 9; key += 1) map.set(key, `${key}`)
    expect([0, 1, 2].map((key) => map.get(key))).toEqual([undefined, undefined, undefined])
    expect([6, 7, 8].map((key) => map.get(key))).toEqual(['6', '7', '8'])
  })

  it('keeps a key that is met again and again', () => {
    const map = new RecentMap<number, string>(3)
    map.set(-1, 'often')
    for (let key = 0; key < 100; key += 1) {
      map.set(key, `${key}`)
      expect(map.get(-1)).toBe('often')
    }
  })
})
