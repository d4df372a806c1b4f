import { afterAll, expect, test } from 'vitest'
import { WorldRunner } from '../src/run/world-runner.js'

const runner = new WorldRunner('memory')
afterAll(() => runner[Symbol.asyncDispose]())

/** Seeds of small worlds that end well otherwise. */
test.each([
  ['ingest', 16],
  ['reconciliation', 24],
  ['resume', 17],
] as const)('a rule of %s that all nodes break is found by a seed', async (breaks, seed) => {
  const limits = { leastNodes: 3, mostNodes: 5 }
  const honest = await runner.run(runner.planOf(seed, limits))
  expect(honest.failures).toEqual([])
  const broken = await runner.run(runner.planOf(seed, { ...limits, breaks }))
  expect(broken.failures).not.toEqual([])
})
