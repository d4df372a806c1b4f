import { hexToBytes, joinBytes, RakkoError } from '@rakko/core'
import { expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import { CborSequence, encodeFrame, encodeReferenceMessage } from '../../src/index.js'
import { randomFrame, randomMessage } from '../support/frames.js'

const LIMITS = { maxItemBytes: 1_000 }

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof RakkoError) return error.code
    throw error
  }
  return 'nothing'
}

test.each(seeds())('a stream gives its items, however it is cut (seed %d)', (seed) => {
  const random = new Random(seed)
  for (let round = 0; round < 60; round += 1) {
    const items = Array.from({ length: 1 + random.integer(20) }, () =>
      random.chance(0.5) ? encodeFrame(randomFrame(random)) : encodeReferenceMessage(randomMessage(random)),
    )
    // Indefinite lengths, a map, a tag, floats and simple values.
    items.push(hexToBytes('9f5f4101ff7f6161ffbf0001ffa10002c1f93c00f818ff'), hexToBytes('fb0000000000000000'))
    const stream = joinBytes(items)
    const sequence = new CborSequence({ maxItemBytes: 100_000 })
    const got: Uint8Array[] = []
    for (let at = 0; at < stream.length; ) {
      const end = at + 1 + random.integer(round % 2 === 0 ? 3 : 2_000)
      got.push(...sequence.push(stream.subarray(at, end)))
      at = end
    }
    sequence.end()
    expect(got).toEqual(items)
  }
})

test('an item of the largest size comes out; one byte more is refused as soon as it is claimed', () => {
  const largest = joinBytes([hexToBytes('5903e5'), new Uint8Array(997)])
  expect(new CborSequence(LIMITS).push(largest)).toEqual([largest])
  expect(codeOf(() => new CborSequence(LIMITS).push(hexToBytes('5903e9')))).toBe('FRAME_TOO_LARGE')
  for (const claim of ['5b00ffffffffffffff', '9b00ffffffffffffff', '7affffffff', 'bb0000000000000fff']) {
    expect(codeOf(() => new CborSequence(LIMITS).push(hexToBytes(claim)))).toBe('FRAME_TOO_LARGE')
  }
  const many = new CborSequence(LIMITS)
  many.push(hexToBytes('9f'))
  expect(codeOf(() => many.push(new Uint8Array(1_000)))).toBe('FRAME_TOO_LARGE')
})

test('what is no CBOR, or nested too deep, is refused; a stream may not end inside of an item', () => {
  for (const bytes of ['ff', '1c', '1f', '3f', 'df', '9fff ff'.replace(' ', ''), '82ff', '81'.repeat(17)]) {
    expect(codeOf(() => new CborSequence(LIMITS).push(hexToBytes(bytes)))).toBe('INVALID_FRAME')
  }
  expect(new CborSequence(LIMITS).push(hexToBytes(`${'81'.repeat(16)}00`))).toHaveLength(1)
  const sequence = new CborSequence(LIMITS)
  expect(sequence.push(hexToBytes('0082'))).toEqual([hexToBytes('00')])
  expect(sequence.isInside).toBe(true)
  expect(codeOf(() => sequence.end())).toBe('INVALID_FRAME')
})

test('a megabyte that comes byte by byte costs as many steps as bytes', () => {
  const sequence = new CborSequence({ maxItemBytes: 2 ** 20 })
  let reads = 0
  const counted = new Proxy(Uint8Array.of(0), {
    get(target, key) {
      if (key === '0') reads += 1
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  sequence.push(hexToBytes('9f'))
  for (let left = 100_000; left > 0; left -= 1) sequence.push(counted)
  const [item] = sequence.push(hexToBytes('ff'))
  expect(item?.length).toBe(100_002)
  expect(reads).toBeLessThanOrEqual(200_000)
})
