import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openNode, type RakkoNode } from '../src/in-process.js'
import { lockSchemas, type TestSchemas } from './acceptance/test-schemas.js'

let schemas: TestSchemas

beforeEach(async () => {
  schemas = await lockSchemas()
  // All that a test may stop; Vitest itself needs `nextTick`.
  vi.useFakeTimers({
    toFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'setImmediate',
      'clearImmediate',
      'queueMicrotask',
      'performance',
      'Date',
    ],
  })
})

afterEach(() => {
  vi.useRealTimers()
})

/** The first result of a live query of which this is true. */
function shown(node: RakkoNode, isWanted: (names: string[]) => boolean): Promise<string[]> {
  return new Promise((resolve, reject) => {
    node.collection(schemas.venue).live(
      {},
      {
        next({ rows }) {
          const names = rows.map(({ name }) => name)
          if (isWanted(names)) resolve(names)
        },
        error: reject,
      },
    )
  })
}

test('a node in process goes on while a test has stopped the clocks', async () => {
  const node = await openNode({ name: 'test', storage: 'memory', schemas })
  const venues = node.collection(schemas.venue)
  const live = shown(node, (names) => names.length === 2)
  const [id] = await Promise.all(['one', 'two'].map((name) => venues.create({ name, capacity: 1 })))
  await venues.update(id ?? '', { capacity: 2 })
  expect(await venues.get(id ?? '')).toMatchObject({ name: 'one', capacity: 2 })
  expect((await live).sort()).toEqual(['one', 'two'])
  // A deadline is one of the clocks that go on.
  const late = venues.createMany(
    Array.from({ length: 1_000 }, () => ({ name: 'late', capacity: 1 })),
    { deadlineMs: 1 },
  )
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  await node.close()
})
