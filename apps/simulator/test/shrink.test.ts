import { describe, expect, test } from 'vitest'
import { shrink } from '../src/run/shrink.js'
import { drawPlan, type Plan } from '../src/world/plan.js'
import { withoutNode } from '../src/world/smaller-plan.js'

const plan = drawPlan(10, { leastNodes: 8, mostNodes: 8 })

/** Whether each node reaches the first, whoever dials. */
function isConnected({ nodes, links }: Plan): boolean {
  const reached = new Set([0])
  for (let before = -1; before !== reached.size; ) {
    before = reached.size
    for (const link of links) if (link.some((node) => reached.has(node))) for (const node of link) reached.add(node)
  }
  return reached.size === nodes
}

describe('a plan that fails', () => {
  test('is made as small as it still fails', async () => {
    const { plan: smallest } = await shrink(plan, async ({ events }) => events.some(({ does }) => does === 'write'))
    const { nodes, hostile, events } = smallest
    expect({ nodes, hostile, events: events.map(({ does }) => does) }).toEqual({
      nodes: 1,
      hostile: [],
      events: ['write'],
    })
  })

  test('runs no more often than it may', async () => {
    let runs = 0
    await shrink(plan, async () => runs++ < 1_000, 5)
    expect(runs).toBe(5)
  })

  test.each([0, 3, 7])('stays connected without node %d, and speaks of no node that is gone', (gone) => {
    const smaller = withoutNode(plan, gone) as Plan
    expect(isConnected(smaller)).toBe(true)
    expect(smaller.traits).toHaveLength(7)
    const named = smaller.events.flatMap((event) => ('node' in event ? [event.node] : []))
    expect([...named, ...smaller.authors.map(({ home }) => home)].filter((node) => node >= 7)).toEqual([])
  })
})
