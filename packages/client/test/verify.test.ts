import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNode } from '../src/in-process.js'
import type { RakkoNode } from '../src/index.js'

let node: RakkoNode

beforeAll(async () => {
  node = await openNode({ name: 'verify', storage: 'memory' })
})

afterAll(() => node.close())

test('A verification tells after each slice how far it is, and in the end that nothing is wrong', async () => {
  const seen: boolean[] = []
  const report = await node.verify({ onProgress: ({ isDone }) => seen.push(isDone) })
  expect(report).toEqual({
    isDone: true,
    entries: 0,
    entriesInAll: 0,
    documents: 0,
    repaired: { tables: [], documents: [], rows: 0 },
    lost: { entries: 0, entryIds: [], documents: [] },
  })
  expect(seen.length).toBeGreaterThan(2)
  expect(seen.indexOf(true)).toBe(seen.length - 1)
})

test('Its signal ends it between slices, and the next one goes on', async () => {
  const controller = new AbortController()
  let slices = 0
  const ended = node.verify({
    signal: controller.signal,
    onProgress: () => {
      slices += 1
      controller.abort()
    },
  })
  await expect(ended).rejects.toMatchObject({ code: 'ABORTED' })
  let left = 0
  await node.verify({ onProgress: () => (left += 1) })
  let all = 0
  await node.verify({ onProgress: () => (all += 1) })
  expect(slices + left).toBe(all)
})
