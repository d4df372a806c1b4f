import { describe, expect, it } from 'vitest'
import { alternate, median, milliseconds, perSecond, ROUNDS, repeated } from '../src/measure.js'

describe('a median', () => {
  it('is the middle one, whatever the order', () => {
    expect(median([9, 1, 100, 3, 5])).toBe(5)
    expect(median([10, 9, 2])).toBe(9)
  })

  it('lies between the two middle ones of an even number', () => {
    expect(median([4, 1, 3, 100])).toBe(3.5)
  })

  it('leaves its input as it was', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })

  it('of nothing is an error', () => {
    expect(() => median([])).toThrow(RangeError)
  })
})

describe('alternating', () => {
  it('runs floor and work in turns, and takes medians without the first round', async () => {
    const floors = [900, 1, 2, 3, 4, 50]
    const works = [900, 60, 7, 8, 9, 10]
    const order: string[] = []
    const next = (name: string, values: number[]) => async () => {
      order.push(name)
      return values.shift() as number
    }
    expect(await alternate(next('floor', floors), next('work', works))).toEqual({ floor: 3, work: 9 })
    expect(order).toEqual(Array.from({ length: ROUNDS + 1 }, () => ['floor', 'work']).flat())
  })

  it('goes without a floor where there is none', async () => {
    const works = [900, 60, 7, 8, 9, 10]
    expect(await repeated(async () => works.shift() as number)).toBe(9)
    expect(works).toEqual([])
  })
})

describe('medians as figures', () => {
  it('become rates of the same number of things', () => {
    expect(perSecond(10_000, { work: 4_000, floor: 2_000 })).toEqual({ value: 2_500, unit: 'per second', floor: 5_000 })
  })

  it('stay times', () => {
    expect(milliseconds({ work: 120, floor: 100 })).toEqual({ value: 120, unit: 'ms', floor: 100 })
  })
})
