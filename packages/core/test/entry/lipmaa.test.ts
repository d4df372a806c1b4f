import { describe, expect, it } from 'vitest'
import { isSkiplinkRequired, lipmaa } from '../../src/entry/lipmaa.js'
import { MAX_U64 } from '../../src/entry/varu64.js'
import { readVectors } from '../vector-file.js'

interface Vectors {
  readonly vectors: readonly { readonly seqNum: string; readonly lipmaa: string; readonly skiplinkRequired: boolean }[]
}

const { vectors } = readVectors<Vectors>('lipmaa.json')

describe('lipmaa', () => {
  it.each(vectors)('of $seqNum is $lipmaa', ({ seqNum, lipmaa: expected, skiplinkRequired }) => {
    expect(lipmaa(BigInt(seqNum))).toBe(BigInt(expected))
    expect(isSkiplinkRequired(BigInt(seqNum))).toBe(skiplinkRequired)
  })

  it('begins as Bamboo says', () => {
    const first = Array.from({ length: 20 }, (_, index) => Number(lipmaa(BigInt(index + 1))))
    expect(first).toEqual([0, 1, 2, 1, 4, 5, 6, 4, 8, 9, 10, 8, 4, 13, 14, 15, 13, 17, 18, 19])
  })

  it('points back, and in few steps to the first entry, from as far as a log can reach', () => {
    for (const start of [9_999n, 2n ** 53n + 1n, MAX_U64]) {
      let seqNum = start
      let steps = 0
      while (seqNum > 1n) {
        const target = lipmaa(seqNum)
        expect(target).toBeLessThan(seqNum)
        seqNum = target
        steps += 1
      }
      expect(seqNum).toBe(1n)
      expect(steps).toBeLessThan(4 * 41)
    }
  })
})
