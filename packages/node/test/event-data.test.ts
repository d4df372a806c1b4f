import { type OperationId, type PublicKey, RakkoError } from '@rakko/core'
import { expect, test } from 'vitest'
import type { NodeEvent } from '../src/node-event.js'
import { eventFromData, eventToData } from '../src/rpc/event-data.js'
import { outcomeFromData, outcomeToData } from '../src/rpc/ingest-data.js'

const error = new RakkoError('KEY_STORE_FAILED', 'no room', { field: 'key' })
const cloned = {
  type: 'key-cloned',
  publicKey: '5e'.repeat(32) as PublicKey,
  operationId: `0020${'a'.repeat(64)}` as OperationId,
} as const

test('events and outcomes cross a message whole, errors included', () => {
  const { publicKey } = cloned
  const events: NodeEvent[] = [
    cloned,
    { ...cloned, error },
    { type: 'entry-refused', error, databaseId: 'ab'.repeat(16), publicKey, untold: 0 },
    { type: 'events-missed', count: 3 },
  ]
  const carried = events.map((event) => eventFromData(structuredClone(eventToData(event))))
  expect(carried).toEqual(events)
  const refused = { status: 'refused', error, final: true } as const
  const outcome = outcomeFromData(structuredClone(outcomeToData(refused)))
  expect(outcome).toEqual(refused)
  expect(outcome.status === 'refused' && outcome.error).toBeInstanceOf(RakkoError)
})
