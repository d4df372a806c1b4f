import { blake3 as nobleBlake3 } from '@noble/hashes/blake3.js'
import { afterEach, describe, expect, it } from 'vitest'
import { setBlake3 } from '../../src/hash/blake3.js'
import { hash } from '../../src/hash/hash.js'

const EMPTY = '0020af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'

afterEach(() => {
  setBlake3(undefined)
})

describe('setBlake3', () => {
  it('hashes with a candidate that agrees', () => {
    let calls = 0
    const isInUse = setBlake3((data) => {
      calls += 1
      return nobleBlake3(data)
    })
    expect(isInUse).toBe(true)
    calls = 0
    expect(hash(new Uint8Array())).toBe(EMPTY)
    expect(calls).toBe(1)
  })

  it.each([
    ['differs on long input alone', (data: Uint8Array) => nobleBlake3(data.length > 5000 ? data.subarray(1) : data)],
    ['returns too few bytes', (data: Uint8Array) => nobleBlake3(data).slice(1)],
    [
      'returns one shared buffer',
      (() => {
        const shared = new Uint8Array(32)
        return (data: Uint8Array) => {
          shared.set(nobleBlake3(data))
          return shared
        }
      })(),
    ],
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
  ])('refuses a candidate that %s', (_, candidate) => {
    expect(setBlake3(candidate)).toBe(false)
    expect(hash(new Uint8Array())).toBe(EMPTY)
  })
})
