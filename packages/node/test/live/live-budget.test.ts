import { expect, test } from 'vitest'
import { MAX_PORT_LIVE_BYTES, MAX_PORTS_LIVE_BYTES, OWN_PORT_LIVE_BYTES } from '../../src/live/limits.js'
import { LiveBudget } from '../../src/live/live-budget.js'

test('ports that hold all that ports share leave each other one the room of its own', () => {
  const budget = new LiveBudget()
  const [first, second, third, fourth] = [1, 2, 3, 4]
  const left = MAX_PORTS_LIVE_BYTES - 2 * (MAX_PORT_LIVE_BYTES - OWN_PORT_LIVE_BYTES)
  const full = { code: 'LIVE_QUERIES_TOO_LARGE', details: { of: 'ports', got: MAX_PORTS_LIVE_BYTES + 1 } }
  expect(budget.add(first, MAX_PORT_LIVE_BYTES)).toBeUndefined()
  expect(budget.add(second, MAX_PORT_LIVE_BYTES)).toBeUndefined()
  expect(budget.add(third, OWN_PORT_LIVE_BYTES + left)).toBeUndefined()
  expect(budget.add(fourth, OWN_PORT_LIVE_BYTES + 1)).toMatchObject(full)
  expect(budget.add(fourth, OWN_PORT_LIVE_BYTES)).toBeUndefined()
  expect(budget.add(fourth, 1)).toMatchObject(full)
  // What one of them lets go the others may take.
  budget.add(first, -1)
  expect(budget.add(fourth, 1)).toBeUndefined()
})
