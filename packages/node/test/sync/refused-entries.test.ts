import { type PublicKey, RakkoError } from '@rakko/core'
import { alone, memoryChannels, type RefusedOfPeer, SyncSession } from '@rakko/sync'
import { expect, test } from 'vitest'
import { Author } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import type { NodeEvent } from '../../src/node-event.js'
import { NodeSync } from '../../src/sync/node-sync.js'
import { MAX_TOLD, refusalEvents } from '../../src/sync/refusal-events.js'
import { realTimers, syncOptionsOf, TestNode } from './sync-world.js'

const ADDRESS = 'wss://hub.example/sync'
const peer = { databaseId: 'ab'.repeat(16), publicKey: 'cd'.repeat(32) as PublicKey, isProven: false }

test('what a peer that is dialled sends in vain is told with its reason, and who sent it', async () => {
  const [device, hub] = [new TestNode(1), new TestNode(2)]
  const author = new Author(3)
  const { items, schemaId } = defineSchema(author, 'venue', { capacity: 'int', name: 'str' })
  await publishAll(device.store, items)
  await publishAll(hub.store, items)
  const [good, bad] = [
    author.create(schemaId, { name: str('good'), capacity: int(1) }),
    author.create(schemaId, { name: int(5), capacity: int(1) }),
  ]
  hub.replica.arrivalsAfter = async (number) => ({
    items: number < 9 ? [good, bad] : [],
    upTo: { number: 9, id: bad.id },
    latest: 9,
  })
  let tell: (event: NodeEvent) => void = () => undefined
  const told = new Promise<NodeEvent>((resolve) => {
    tell = resolve
  })
  const sync = new NodeSync({
    ...syncOptionsOf(device),
    platform: {
      dial() {
        const { ends } = memoryChannels()
        const timers = realTimers
        const { replica, publicKey } = hub
        const random = (length: number) => new Uint8Array(length).fill(2)
        void new SyncSession({
          channel: ends[1],
          replica,
          identity: { publicKey },
          random,
          timers,
          share: alone(),
        }).run()
        return { channel: Promise.resolve(ends[0]), abort: () => undefined }
      },
    },
    onEvent: (event) => tell(event),
  })
  sync.add(ADDRESS)
  expect(await told).toEqual({
    type: 'entry-refused',
    error: expect.objectContaining({ code: 'INVALID_FIELD' }),
    operationId: bad.id,
    address: ADDRESS,
    databaseId: hub.replica.databaseId,
    publicKey: hub.publicKey,
    untold: 0,
  })
  await sync.close()
})

test('of many refused entries a few are told in a minute, and how many the others were', () => {
  let now = 1_000
  const told: number[] = []
  const tell = refusalEvents(
    () => now,
    (event) => told.push(event.type === 'entry-refused' ? event.untold : -1),
  )
  const refused: RefusedOfPeer = { error: new RakkoError('INVALID_ENTRY', 'no entry'), peer }
  for (let index = 0; index < MAX_TOLD + 480; index += 1) tell(refused)
  expect(told).toEqual(Array.from({ length: MAX_TOLD }, () => 0))
  now += 60_000
  for (let index = 0; index < 2; index += 1) tell(refused)
  expect(told.slice(MAX_TOLD)).toEqual([480, 0])
})
