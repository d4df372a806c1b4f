import type { Hash } from '@rakko/core'
import type { DocumentStore, Store } from '@rakko/store'
import { headsCode } from '@rakko/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Author, type SignedItem } from '../../../store/test/support/author.js'
import { defineSchema, int, str } from '../../../store/test/support/definitions.js'
import { openMemoryDriver } from '../../../store/test/support/open-memory-driver.js'
import { openStore } from '../../../store/test/support/open-store.js'
import { publishAll } from '../../../store/test/support/outcomes.js'
import { SharingReplica } from '../../src/sync/sharing-replica.js'
import { StoreLogs } from '../../src/sync/store-logs.js'
import { StoreReplica } from '../../src/sync/store-replica.js'
import { type MeetingNode, meet, TestNode } from './sync-world.js'

const GRACE_MS = 1_000

const author = new Author(1)
const { items: definition, schemaId } = defineSchema(new Author(99), 'venue', { capacity: 'int', name: 'str' })
const venue = (name: string, by = author): SignedItem => by.create(schemaId, { name: str(name), capacity: int(1) })

let time = 1_000_000
let store: Store
let replica: StoreReplica

beforeAll(async () => {
  store = await openStore(await openMemoryDriver(), { now: () => time, purge: { graceMs: GRACE_MS } })
  replica = new SharingReplica({ store, ingest: (items) => store.ingest(items) })
  await publishAll(store, definition)
})
afterAll(() => store.close())

/** Which parts of what arrived after a number a peer is given. */
async function given(number: number): Promise<(readonly ['entry' | 'both', Hash])[]> {
  const { items } = await replica.arrivalsAfter(number, undefined, 100_000)
  return items.map(({ id, operation }) => [operation === undefined ? 'entry' : 'both', id])
}

test('what was purged or forgotten is not given any more, though it was read before', async () => {
  const { number } = await replica.latest()
  const [secret, kept] = [venue('secret'), venue('kept')]
  const change = author.update(secret.documentId, schemaId, secret.viewId, { name: str('a secret still') })
  await publishAll(store, [secret, kept, change])
  const before = [secret, kept, change].map(({ id }) => ['both', id])
  expect(await given(number)).toEqual(before)

  await publishAll(store, [author.delete(secret.documentId, schemaId, change.viewId)])
  expect((await given(number)).slice(0, 3)).toEqual(before)
  time += GRACE_MS
  while ((await store.maintain()) !== undefined);
  expect((await given(number)).slice(0, 3)).toEqual([
    ['entry', secret.id],
    ['both', kept.id],
    ['entry', change.id],
  ])

  await store.forget({ document: kept.documentId })
  expect((await given(number)).map(([, id]) => id)).not.toContain(kept.id)
})

/** It compares each time. */
class Stranger extends StoreReplica {
  override async resumePoint(): Promise<undefined> {}
}

const strangerOf = (one: DocumentStore, number: number): MeetingNode => ({
  replica: new Stranger({ store: one, ingest: (items) => one.ingest(items) }),
  heads: headsCode(new StoreLogs(one.sync)),
  publicKey: new Author(number).publicKey,
  statuses: [],
})

test.each([
  ['of a scope', { scope: { schemas: [schemaId] } }, 2],
  ['by heads', { withoutRanges: true }, 5],
] as const)('entries that were forgotten do not come again after a comparison %s', async (_, way, author) => {
  const { store: elsewhere } = new TestNode(author)
  const penguin = new Author(author)
  const venues = Array.from({ length: 100 }, (_, index) => venue(`venue ${index}`, penguin))
  await publishAll(elsewhere, [...definition, ...venues])
  const bytes: number[] = []
  for (const isForgotten of [false, true]) {
    if (isForgotten) await store.forget({ author: penguin.publicKey })
    const meeting = meet(strangerOf(store, 3), strangerOf(elsewhere, 4), [way, way])
    await meeting.settled
    await meeting.close()
    bytes.push(meeting.bytes[0])
    expect(await store.documents([(venues[0] as SignedItem).documentId])).toEqual([
      isForgotten ? undefined : expect.objectContaining({ deleted: false }),
    ])
  }
  const [before, after] = bytes as [number, number]
  // An id takes 34 bytes, an entry with its operation some 300; a head takes 50.
  expect(after).toBeLessThan(before / 2)
})
