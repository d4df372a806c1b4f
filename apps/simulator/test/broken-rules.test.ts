import { afterAll, expect, test } from 'vitest'
import { WorldRunner } from '../src/run/world-runner.js'

const runner = new WorldRunner('memory')
afterAll(() => runner[Symbol.asyncDispose]())

/** Each ends well otherwise. What one of them finds another may not, once worlds are drawn differently. */
const SEEDS = {
  ingest: [16, 24, 15, 12],
  reconciliation: [17, 27, 23, 9],
  resume: [17, 16, 24, 44],
  quota: [4, 43],
} as const

test.each(['ingest', 'reconciliation', 'resume', 'quota'] as const)(
  'a rule of %s that all break is found',
  async (breaks) => {
    const limits = { leastNodes: 3, mostNodes: 5 }
    for (const seed of SEEDS[breaks]) {
      expect((await runner.run(runner.planOf(seed, limits))).failures).toEqual([])
      const { failures } = await runner.run(runner.planOf(seed, { ...limits, breaks }))
      if (failures.length > 0) return
    }
    expect.fail('no seed has found it')
  },
)
