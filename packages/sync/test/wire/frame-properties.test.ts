import { RakkoError } from '@rakko/core'
import { expect, test } from 'vitest'
import { mutated } from '../../../../.config/testing/mutated.js'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import { decodeFrame, encodeFrame } from '../../src/index.js'
import { FRAME_TYPES, randomFrame } from '../support/frames.js'

test.each(seeds())('every frame is read as it was written (seed %d)', (seed) => {
  const random = new Random(seed)
  for (let round = 0; round < 40; round += 1) {
    for (const type of FRAME_TYPES) {
      const frame = randomFrame(random, type)
      expect(decodeFrame(encodeFrame(frame))).toEqual(frame)
    }
  }
})

test.each(seeds())(
  'changed bytes are refused with INVALID_FRAME, or are the one form of another frame (seed %d)',
  (seed) => {
    const random = new Random(seed)
    let refused = 0
    for (let round = 0; round < 3_000; round += 1) {
      const bytes = mutated(random, encodeFrame(randomFrame(random)), encodeFrame(randomFrame(random)))
      try {
        const frame = decodeFrame(bytes)
        // A code of a later version reads as `failed`.
        if (frame.type !== 'end') expect(encodeFrame(frame)).toEqual(bytes)
      } catch (error) {
        if (!(error instanceof RakkoError)) throw error
        expect(error.code).toBe('INVALID_FRAME')
        expect(Object.keys(error.details)).toEqual(expect.arrayContaining(['field', 'expected', 'got']))
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(1_000)
  },
)
