import { afterAll, describe, expect, test } from 'vitest'
import { WorldRunner } from '../src/run/world-runner.js'
import { withEvents } from '../src/world/smaller-plan.js'

const inMemory = new WorldRunner('memory')
const inPglite = new WorldRunner('pglite')
const limits = { leastNodes: 3, mostNodes: 5 }

afterAll(async () => {
  await inMemory[Symbol.asyncDispose]()
  await inPglite[Symbol.asyncDispose]()
})

describe('a world', () => {
  test.each([2, 9])('of one seed is the same to the byte each time it runs (seed %d)', async (seed) => {
    const plan = inMemory.planOf(seed, limits)
    const first = await inMemory.run(plan)
    expect(first.failures).toEqual([])
    expect(await inMemory.run(plan)).toEqual(first)
  })

  test('of another seed is another one', async () => {
    const [one, other] = [
      await inMemory.run(inMemory.planOf(1, limits)),
      await inMemory.run(inMemory.planOf(2, limits)),
    ]
    expect(one.trace).not.toBe(other.trace)
  })

  test('on PGlite has the same messages and ends in the same state each time, and as in memory', async () => {
    const whole = inPglite.planOf(3, { leastNodes: 2, mostNodes: 2 })
    const plan = withEvents(whole, whole.events.slice(0, 12))
    const first = await inPglite.run(plan)
    expect(await inPglite.run(plan)).toEqual(first)
    expect(await inMemory.run(plan)).toEqual(first)
  })
})
