import { serialize } from 'node:v8'
import type { DocumentId, DocumentViewId, PublicKey, SchemaId } from '@rakko/core'
import type { Document } from '@rakko/store'
import { expect, test } from 'vitest'
import { compactBytes, wirePage, wireRow } from '../src/rpc/wire-row.js'

test('bytes that are part of a larger buffer are copied out, others are passed on as they are', () => {
  const whole = new Uint8Array([1, 2, 3, 4])
  expect(compactBytes(whole)).toBe(whole)
  const part = compactBytes(whole.subarray(1, 3))
  expect(part).toEqual(new Uint8Array([2, 3]))
  expect(part.buffer.byteLength).toBe(2)
})

test('a row carries the values of its fields, and of a large buffer only its part', () => {
  const memory = new Uint8Array(1_000_000)
  const id = `0020${'1'.repeat(64)}`
  const meta = {
    id: id as DocumentId,
    viewId: id as DocumentViewId,
    owner: 'a'.repeat(64) as PublicKey,
    signer: 'b'.repeat(64) as PublicKey,
    edited: true,
    deleted: false,
  }
  const row = wireRow({
    ...meta,
    follow: meta.viewId,
    schemaId: 'blob_piece_v1' as SchemaId,
    fields: new Map([
      ['count', { type: 'int', value: 7n } as const],
      ['data', { type: 'bytes', value: memory.subarray(5, 8) } as const],
    ]),
  })
  expect(row).toEqual({ ...meta, fields: { count: 7n, data: new Uint8Array(3) } })
  expect((row.fields.data as Uint8Array).buffer.byteLength).toBe(3)
})

test('a document that relations lead to many times is carried once', () => {
  const id = (digit: string) => `0020${digit.repeat(64)}` as DocumentId
  const target = { schemaId: 'place' as SchemaId, filter: { kind: 'and', filters: [] }, order: [], first: 100 } as const
  const document = (digit: string, values: Document['fields']): Document => ({
    id: id(digit),
    viewId: id(digit) as string as DocumentViewId,
    follow: id(digit) as string as DocumentViewId,
    owner: 'a'.repeat(64) as PublicKey,
    signer: 'a'.repeat(64) as PublicKey,
    edited: false,
    deleted: false,
    schemaId: 'place' as SchemaId,
    fields: values,
  })
  const large = document('1', new Map([['text', { type: 'str', value: 'x'.repeat(100_000) }]]))
  const page = (documents: Document[]) => ({ documents, hasNextPage: false, hasPreviousPage: false })
  const rows = ['2', '3', '4'].map((digit) => ({
    ...document(digit, new Map()),
    related: new Map([['places', page([large, large])]]),
  }))
  const include = [{ field: 'places', type: 'relation_list', query: target } as const]
  const message = wirePage(page(rows), { ...target, include })
  expect(serialize(message).byteLength).toBeLessThan(110_000)
  expect(message.rows.map(({ related }) => related?.places)).toEqual(rows.map(() => [wireRow(large), wireRow(large)]))
})
