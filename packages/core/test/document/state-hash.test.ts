import { describe, expect, it } from 'vitest'
import { randomNumbers } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import {
  type DocumentState,
  stateBucketHash,
  stateBucketOf,
  stateHash,
  stateHashOfBuckets,
} from '../../src/document/state-hash.js'
import type { DocumentId, DocumentViewId } from '../../src/ids.js'

const id = (digits: string): DocumentId => `0020${digits.padEnd(64, '0')}` as DocumentId
const state = (digits: string, view = digits, deleted = false): DocumentState => {
  return { id: id(digits), viewId: id(view) as string as DocumentViewId, deleted }
}

describe('the state hash', () => {
  it('is what its table says: fixed once, since peers compare it', () => {
    expect(stateHash([])).toBe('48fc721fbbc172e0925fa27af1671de225ba927134802998b10a1568a188652b')
    expect(stateHash([state('aa'), state('ab', '01', true)])).toBe(
      'a5bd424f484c424a733323df7e34fd918ada527a9cb29ed373a94a81ef99e47e',
    )
  })

  it('is one over the buckets, each hashed by itself', () => {
    const documents = [state('aa'), state('aa01'), state('b0', '00')]
    expect(documents.map((one) => stateBucketOf(one.id))).toEqual([0xaa, 0xaa, 0xb0])
    const buckets = new Map([
      [0xb0, stateBucketHash(documents.slice(2))],
      [0xaa, stateBucketHash(documents.slice(0, 2))],
    ])
    expect(stateHashOfBuckets(buckets)).toBe(stateHash(documents))
  })

  it('tells every document, view and flag apart, and not the order', () => {
    const two = [state('aa'), state('bb')]
    const tips = `${id('01')}_${id('02')}` as DocumentViewId
    const hashes = [
      stateHash(two),
      stateHash([state('aa')]),
      stateHash([state('aa'), state('bb', 'bb', true)]),
      stateHash([state('aa'), state('bb', 'bc')]),
      stateHash([state('aa'), { ...state('bb'), viewId: tips }]),
      stateHash([...two, state('cc')]),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
    expect(stateHash(two.reverse())).toBe(hashes[0])
  })

  it.each(seeds())('changes with every change of many documents, and comes back with it (seed %d)', (seed) => {
    const random = randomNumbers(seed)
    const digits = () => Math.floor(random() * 2 ** 48).toString(16)
    const documents = Array.from({ length: 500 }, () => state(digits(), digits(), random() < 0.1))
    const before = stateHash(documents)
    for (let round = 0; round < 20; round += 1) {
      const index = Math.floor(random() * documents.length)
      const changed = documents.map((one, at) => (at === index ? { ...one, deleted: !one.deleted } : one))
      expect(stateHash(changed)).not.toBe(before)
    }
    expect(stateHash(documents.sort(() => random() - 0.5))).toBe(before)
  })
})
