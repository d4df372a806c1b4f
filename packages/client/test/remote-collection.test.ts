import type { SchemaId } from '@rakko/core'
import type { CreateParams, ToNode, WireRow } from '@rakko/node/rpc'
import { expect, test } from 'vitest'
import { Connection } from '../src/connection.js'
import { bytes, defineSchemas, int } from '../src/exports.js'
import { platformTimers } from '../src/platform-timers.js'
import { remoteCollection } from '../src/remote-collection.js'

const { photo } = defineSchemas({ photo: { description: 'A picture', fields: { width: int(), data: bytes() } } })
const schema = { id: 'photo_0020' as SchemaId, name: 'photo', ...photo }

/** A collection whose node answers everything with `result`, and what it was sent. */
function collectionAnswering(result: unknown) {
  const sent: ToNode[] = []
  const channel = {
    async handle(message: ToNode) {
      sent.push(message)
      return { id: 0, ok: true, result } as const
    },
    onDeath: () => undefined,
    close: async () => undefined,
  }
  return { sent, photos: remoteCollection(new Connection(channel, platformTimers), schema) }
}

test('a message carries of a large buffer only the part that is meant', async () => {
  const memory = new Uint8Array(1_000_000)
  const { photos, sent } = collectionAnswering(['0020'])
  await photos.createMany([{ width: 1, data: memory.subarray(5, 8) }])
  const [item] = (sent[0] as { params: CreateParams }).params.items
  expect(item).toEqual({ width: 1, data: new Uint8Array(3) })
  expect(item?.data).toHaveProperty('buffer.byteLength', 3)
})

test('ten thousand documents are one message', async () => {
  const { photos, sent } = collectionAnswering(Array.from({ length: 10_000 }, () => '0020'))
  const items = Array.from({ length: 10_000 }, (_, width) => ({ width, data: new Uint8Array(1) }))
  expect(await photos.createMany(items, { idempotencyId: 'all' })).toHaveLength(10_000)
  expect(sent).toHaveLength(1)
  expect((sent[0] as { params: CreateParams }).params.idempotencyId).toBe('all')
})

test('an int() is a number as long as that is exact', async () => {
  const row = (width: bigint): WireRow =>
    ({
      id: 'a',
      viewId: 'b',
      owner: 'c',
      signer: 'd',
      edited: false,
      deleted: false,
      fields: { width, data: new Uint8Array(0) },
    }) as unknown as WireRow
  const widths = [2n ** 53n - 1n, -(2n ** 53n) + 1n, 2n ** 53n, 2n ** 63n - 1n]
  const { photos } = collectionAnswering({ rows: widths.map(row), hasNextPage: false })
  expect((await photos.find()).map(({ width }) => width)).toEqual([
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    2n ** 53n,
    2n ** 63n - 1n,
  ])
})

test('a query carries only what was asked', async () => {
  const { photos, sent } = collectionAnswering(3)
  expect(await photos.count()).toBe(3)
  expect(await photos.count({ where: { width: 1 }, deadlineMs: 1000 })).toBe(3)
  expect(sent.map((message) => 'params' in message && message.params)).toEqual([
    { schemaId: 'photo_0020', query: {} },
    { schemaId: 'photo_0020', query: { where: { width: 1 } } },
  ])
})
