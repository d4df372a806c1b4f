import { RakkoError } from '@rakko/core'
import { expect, test } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { createNode } from '../../src/node.js'
import { nativeSigner } from '../../src/nodejs/native-key.js'
import { memoryStore } from '../support/memory-store.js'
import { syncOptionsOf, TestNode } from './sync-world.js'

const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })
const fields = { capacity: int(1), name: str('a') }

test('what a node writes has it dial those who are away, and what others have written does not', async () => {
  const store = await memoryStore()
  let [now, dials] = [0, 0]
  const due = new Set<() => void>()
  const timers = {
    setTimeout: (work: () => void) => {
      due.add(work)
      return work
    },
    clearTimeout: (work: unknown) => due.delete(work as () => void),
  }
  const dial = () => {
    dials += 1
    return {
      channel: Promise.reject(new RakkoError('CHANNEL_CLOSED', 'nobody is there')),
      abort: () => undefined,
    }
  }
  const { onEvent: _, ...options } = syncOptionsOf(new TestNode(1))
  const node = createNode({
    store,
    signer: nativeSigner(new Uint8Array(32).fill(1)),
    storage: async () => ({ kind: 'memory', key: 'memory' }),
    pause: async () => undefined,
    sync: { ...options, timers, now: () => now, platform: { dial } },
  })
  node.sync.add('ws://hub.example')
  // Until it is dialled once a minute.
  for (let tries = 0; tries < 10; tries += 1) {
    now += 60_000
    for (const work of [...due]) work()
    await settled()
  }
  now += 10_000
  const dialsOf = async (write: () => Promise<unknown>): Promise<number> => {
    const before = dials
    await write()
    await settled()
    now += 10_000
    return dials - before
  }
  const entry = new Author(2).create(schemaId, fields)
  const created = { action: 'create', schemaId, fields: new Map(Object.entries(fields)) } as const
  expect([
    await dialsOf(() => node.ingest([...definition, new Author(1).create(schemaId, fields)])),
    await dialsOf(() => node.write([created])),
    await dialsOf(() => node.publish(entry.entry, entry.operation)),
  ]).toEqual([0, 1, 1])
  await node.close()
})

/** What can get on by itself has got on. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
