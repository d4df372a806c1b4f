import { expect, test } from 'vitest'
import { WorldRunner } from '../src/run/world-runner.js'
import type { NodeTraits, Plan } from '../src/world/plan.js'

const traits: NodeTraits = {
  isShipped: true,
  isScoped: false,
  mode: 'entries',
  withoutRanges: false,
  withoutHeads: false,
  diskMs: 0,
}

/**
 * n1 and n2 dial n0. n0 writes an entry (number 7) and gets one of n2 (number 8); n1 has both. Then n0 is put back to
 * what it was before, writes another entry (number 7 again), and gets that of n2 again: number 8, as before.
 */
const plan: Plan = {
  seed: 5,
  nodes: 3,
  links: [
    [1, 0],
    [2, 0],
  ],
  traits: [traits, traits, traits],
  hostile: [],
  authors: [
    { home: 0, key: 0 },
    { home: 2, key: 1 },
  ],
  weather: { leastMs: 1, mostMs: 2, truncate: 0, duplicate: 0, cut: 0 },
  asksProof: false,
  events: [
    { at: 10_000, does: 'save', node: 0 },
    { at: 10_001, does: 'part', side: [2], isCut: true, forMs: 20_000 },
    { at: 11_000, does: 'write', author: 0, draw: 11 },
    { at: 12_000, does: 'write', author: 1, draw: 1 },
    { at: 50_000, does: 'part', side: [1], isCut: true, forMs: 60_000 },
    { at: 50_001, does: 'restore', node: 0 },
    { at: 50_002, does: 'write', author: 0, draw: 177 },
  ],
  healsAt: 900_000,
}

test('a node that has the old id at the old number after it was put back is found out all the same', async () => {
  await using runner = new WorldRunner('memory')
  const { failures, lines } = await runner.run(plan, true)
  expect(failures).toEqual([])
  // The resume point holds, and what is missing comes after a comparison.
  const pulls = lines
    .filter((line) => /n1 → n0 .* pull /.test(line))
    .map((line) => line.replace(/.* (pull|after|compare) /g, '$1 '))
  expect(pulls.map((line) => line.replace(/ \(.*/, ''))).toEqual(['compare 1', 'compare 0', 'compare 1'])
})
