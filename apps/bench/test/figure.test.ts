import { describe, expect, it } from 'vitest'
import { figureLine, ratioOf } from '../src/figure.js'

describe('a ratio', () => {
  it('is value over floor where less is better', () => {
    expect(ratioOf({ value: 260, unit: 'ms', floor: 200 })).toBe(1.3)
    expect(ratioOf({ value: 150, unit: 'MB', floor: 100 })).toBe(1.5)
  })

  it('is floor over value where more is better', () => {
    expect(ratioOf({ value: 5_000, unit: 'per second', floor: 10_000 })).toBe(2)
  })

  it('is null where there is no floor', () => {
    expect(ratioOf({ value: 4, unit: 'ms', floor: null })).toBeNull()
  })
})

describe('a line of the output', () => {
  it('ends with the details', () => {
    expect(figureLine('care', { value: 2, unit: 'MB', floor: 1, details: { reopenMs: [412.345, 8] } })).toBe(
      '{"name":"care","value":2,"unit":"MB","floor":1,"ratio":2,"reopenMs":[412.3,8]}',
    )
  })

  it('is JSON of four digits', () => {
    expect(figureLine('create-one', { value: 4.56789, unit: 'ms', floor: 2.34567 })).toBe(
      '{"name":"create-one","value":4.568,"unit":"ms","floor":2.346,"ratio":1.947}',
    )
    expect(figureLine('core-roundtrip', { value: 123_456.7, unit: 'per second', floor: null })).toBe(
      '{"name":"core-roundtrip","value":123500,"unit":"per second","floor":null,"ratio":null}',
    )
  })
})
