import type { MaintenanceSlice, Store, VerifyReport } from '@rakko/store'
import { afterAll, expect, test } from 'vitest'
import type { Timers } from '../src/maintenance-scheduler.js'
import { createNode } from '../src/node.js'
import type { NodeEvent } from '../src/node-event.js'
import { nativeSigner } from '../src/nodejs/native-key.js'
import { memoryStore, pause, random } from './support/memory-store.js'

const store = await memoryStore()
afterAll(() => store.close())

const whole: VerifyReport = {
  isDone: true,
  entries: 3,
  entriesInAll: 3,
  documents: 1,
  repaired: { tables: [], documents: [], rows: 0 },
  lost: { entries: 0, entryIds: [], documents: [] },
}
const damaged: VerifyReport = { ...whole, lost: { entries: 1, entryIds: [], documents: [] } }

/** What a node tells of that has these slices of maintenance to do in a quiet moment. */
async function eventsOf(reports: readonly VerifyReport[]): Promise<NodeEvent[]> {
  const slices = reports.map((report): MaintenanceSlice => ({ kind: 'verify', report }))
  let rested = (): void => {}
  const isAtRest = new Promise<void>((resolve) => {
    rested = resolve
  })
  const maintained: Store = Object.assign(Object.create(store), {
    maintain: async () => {
      const slice = slices.shift()
      if (!slice) rested()
      return slice
    },
    onFork: () => () => {},
    onCommit: () => () => {},
    onSilentChange: () => () => {},
    close: async () => {},
  })
  const timers: Timers = { setTimeout: (callback) => setImmediate(callback), clearTimeout: () => {} }
  const storage = async () => ({ kind: 'memory', key: 'memory' }) as const
  const node = createNode({ store: maintained, signer: nativeSigner(random(32)), storage, pause, timers })
  const events: NodeEvent[] = []
  node.onEvent((event) => events.push(event))
  await isAtRest
  await node.close()
  return events
}

test('What a verification in quiet moments finds, an event tells at its end, as where it was asked for', async () => {
  expect(await eventsOf([{ ...damaged, isDone: false }, damaged])).toEqual([{ type: 'damage-found', report: damaged }])
})

test('Nothing is told of one that has found nothing', async () => {
  expect(await eventsOf([whole])).toEqual([])
})
