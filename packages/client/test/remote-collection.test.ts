import type { SchemaId } from '@rakko/core'
import type { CreateParams, ToNode, WireRow } from '@rakko/node/rpc'
import { expect, test } from 'vitest'
import { Connection } from '../src/calls/connection.js'
import { platformTimers } from '../src/calls/platform.js'
import { bytes, defineSchemas, int } from '../src/exports.js'
import { remoteCollection } from '../src/remote/remote-collection.js'

const { photo } = defineSchemas({ photo: { description: 'A picture', fields: { width: int(), data: bytes() } } })
const schema = { id: 'photo_0020' as SchemaId, name: 'photo', ...photo }

/** A collection whose node answers everything with `result`, and what it was sent. */
function collectionAnswering(result: unknown) {
  const sent: ToNode[] = []
  const channel = {
    async handle(message: ToNode) {
      sent.push(structuredClone(message))
      return { id: 0, ok: true, result } as const
    },
    onDeath: () => undefined,
    close: async () => undefined,
  }
  return { sent, photos: remoteCollection(new Connection(channel, platformTimers), schema) }
}

type AnyParams = { items?: readonly never[]; changes?: readonly { fields: never }[] }

/** What is written by a message. */
function fieldsOf({ items, changes }: AnyParams): readonly { data: Uint8Array }[] {
  return items ?? changes?.map(({ fields }) => fields) ?? []
}

test('a message carries of a large buffer only the part that is meant', async () => {
  const memory = new Uint8Array(1_000_000)
  const { photos, sent } = collectionAnswering(['0020'])
  await photos.createMany([{ width: 1, data: memory.subarray(5, 8) }])
  const [item] = (sent[0] as { params: CreateParams }).params.items
  expect(item).toEqual({ width: 1, data: new Uint8Array(3) })
  expect(item?.data).toHaveProperty('buffer.byteLength', 3)
})

test('a write carries its bytes and lists as they were, and no more', async () => {
  const { photos, sent } = collectionAnswering(['0020'])
  const data = Buffer.from('first')
  const list = [['0020']]
  const writes = [photos.create({ width: 1, data }), photos.update('0020', { data, tags: list } as never)]
  writes.push(photos.createMany([{ width: 1, data }]) as never)
  data.set(Buffer.from('SECND'))
  list[0]?.push('0021')
  await Promise.all(writes)
  const fields = sent.flatMap((message) => fieldsOf((message as unknown as { params: AnyParams }).params))
  expect(fields.map((one) => [new TextDecoder().decode(one.data), one.data.buffer.byteLength])).toEqual(
    Array.from({ length: 3 }, () => ['first', 5]),
  )
  expect(fields[1]).toHaveProperty('tags', [['0020']])
})

test('the last of two writes wins, though one between them has a value that no message carries', async () => {
  const { photos, sent } = collectionAnswering(['0020', '0021'])
  const writes = [{ n: 1 }, { n: () => 1 }, { n: new Map([[1, () => 1]]) }, { n: [[() => 1]] }, { n: 2 }].map(
    (fields) => photos.update('0020', fields as never),
  )
  const counted = photos.count()
  writes.push(photos.update('0020', { width: 3 }))
  const outcomes = await Promise.allSettled([...writes, counted])
  const bad = outcomes.filter((one) => one.status === 'rejected').map(({ reason }) => reason.details.field)
  expect(bad).toEqual(['n', 'n', 'n[0][0]'])
  expect(
    sent.map((message) => [
      'method' in message && message.method,
      ...fieldsOf((message as unknown as { params: AnyParams }).params),
    ]),
  ).toEqual([['update', { n: 1 }, { n: 2 }], ['count'], ['update', { width: 3 }]])
})

test('a value that is too deep is refused before it is sent', async () => {
  const { photos, sent } = collectionAnswering(['0020'])
  let deep: unknown = 1
  for (let level = 0; level < 5_000; level += 1) deep = level % 2 ? [deep] : { deep }
  const fields = { width: deep } as never
  for (const call of [
    () => photos.create(fields),
    () => photos.create(fields, { deadlineMs: 1_000 }),
    () => photos.createMany([fields]),
    () => photos.update('0020', fields),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'fields' } })
  }
  expect(sent).toEqual([])
})

test('bytes that are no longer the caller’s are the caller’s fault', async () => {
  const { photos } = collectionAnswering(['0020'])
  const data = new Uint8Array(1)
  structuredClone(data, { transfer: [data.buffer] })
  const refusal = { code: 'INVALID_ARGUMENT', details: { field: 'data' } }
  await expect(photos.create({ width: 1, data })).rejects.toMatchObject(refusal)
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

test('a value that many others hold is looked into once', async () => {
  const { photos, sent } = collectionAnswering(['0020'])
  let shared: unknown[] = []
  for (let level = 0; level < 100; level += 1) shared = [shared, shared]
  await photos.createMany([{ width: shared as never, data: new Uint8Array() }])
  expect(sent).toHaveLength(1)
})
