import { describe, expect, it } from 'vitest'
import { compareBytes, concatBytes, equalBytes } from '../../src/bytes/byte-array.js'

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('byte arrays', () => {
  it('compare by their first difference, unsigned', () => {
    const sorted = [bytes(), bytes(0), bytes(0, 255), bytes(1), bytes(127), bytes(128), bytes(255)]
    expect([...sorted].reverse().sort(compareBytes)).toEqual(sorted)
  })

  it('are equal where length and every byte are', () => {
    expect(equalBytes(bytes(1, 2), bytes(1, 2))).toBe(true)
    expect(equalBytes(bytes(1, 2), bytes(1, 3))).toBe(false)
    expect(equalBytes(bytes(1, 2), bytes(1, 2, 0))).toBe(false)
  })

  it('join in order', () => {
    expect(concatBytes(bytes(1), bytes(), bytes(2, 3))).toEqual(bytes(1, 2, 3))
    expect(concatBytes()).toEqual(bytes())
  })
})
