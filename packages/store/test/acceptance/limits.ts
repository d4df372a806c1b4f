import {
  encodeOperation,
  type FieldType,
  MAX_PAYLOAD_BYTES,
  type OperationValue,
  parseQuery,
  type Query,
  type Schema,
  type SchemaId,
} from '@rakko/core'
import { beforeAll, describe, expect, test } from 'vitest'
import type { DocumentPage, DocumentStore } from '../../src/store.js'
import { Author, type Values } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

const MAX_FIELDS = 1024

/** Ordinary input that a naive table would refuse; `find` queries a store that runs queries. */
export function limitsAcceptance<Kind extends DocumentStore>(
  harness: StoreHarness<Kind>,
  find?: (store: Kind, query: Query) => Promise<DocumentPage>,
): void {
  describe('valid data at its limits survives publish, documents and query', () => {
    let store: Kind
    let panda: Author

    beforeAll(async () => {
      store = await harness.open()
      panda = new Author(1)
    })

    async function survives(schema: Schema, values: Values, where: Record<string, unknown> = {}): Promise<void> {
      const created = panda.create(schema.id, values)
      await publishAll(store, [created])
      const expected = new Map([...schema.fields.keys()].map((name) => [name, values[name]]))
      const [document] = await store.documents([created.documentId])
      expect(document?.fields).toEqual(expected)
      const query = parseQuery({ where: { ...where, $id: { eq: created.documentId } }, orderBy: [] }, schema)
      if (find) expect((await find(store, query)).documents).toEqual([document])
    }

    async function define(name: string, fields: Record<string, string>): Promise<Schema> {
      const { items, schemaId } = defineSchema(panda, name, fields)
      await publishAll(store, items)
      return (await store.schema(schemaId)) as Schema
    }

    const wide = (type: string) =>
      Object.fromEntries(Array.from({ length: MAX_FIELDS }, (_, index) => [`field${index}`, type]))

    test('1024 int fields, written and changed', async () => {
      const schema = await define('wide_ints', wide('int'))
      expect(schema.fields.size).toBe(MAX_FIELDS)
      const values = Object.fromEntries(
        [...schema.fields.keys()].map((name, index) => [name, int(2n ** 62n + BigInt(index))]),
      )
      await survives(schema, values, { field1000: { gte: 5 }, field7: { lt: 2n ** 63n - 1n } })
      const created = panda.create(schema.id, values)
      const updated = panda.update(created.documentId, schema.id, created.viewId, { field0: int(1), field999: int(2) })
      await publishAll(store, [created])
      await publishAll(store, [updated])
      const [document] = await store.documents([created.documentId])
      expect([document?.fields.get('field0'), document?.fields.get('field999')]).toEqual([int(1), int(2)])
      expect(document?.fields.get('field5')).toEqual(values.field5)
      await publishAll(store, [panda.delete(created.documentId, schema.id, updated.viewId)])
      const query = parseQuery({ where: { field0: { eq: 1 } } }, schema)
      if (find) expect((await find(store, query)).documents).toEqual([])
    })

    test.each([23, 200])('1024 str fields of %i characters', async (length) => {
      const schema = await define(`wide_strings_${length}`, wide('str'))
      const text = 'abcdefghij'.repeat(20).slice(0, length)
      await survives(schema, Object.fromEntries([...schema.fields.keys()].map((name) => [name, str(text)])))
    })

    test('names of 64 characters that differ in the last', async () => {
      const prefix = 'a'.repeat(63)
      const schema = await define(`${prefix}z`, { [`${prefix}b`]: 'int', [`${prefix}c`]: 'int' })
      await survives(schema, { [`${prefix}b`]: int(1), [`${prefix}c`]: int(2) }, { [`${prefix}c`]: { eq: 2 } })
    })

    test('a payload of a megabyte to the byte', async () => {
      const schema = await define('long', { text: 'str' })
      const encode = (text: string) =>
        encodeOperation({ action: 'create', schemaId: schema.id, fields: new Map([['text', str(text)]]) })
      const room = MAX_PAYLOAD_BYTES - (encode('x'.repeat(100_000)).length - 100_000)
      const text = 'x'.repeat(room)
      expect(encode(text).length).toBe(MAX_PAYLOAD_BYTES)
      await survives(schema, { text: str(text) }, { text: { contains: 'xxx' } })
    })

    test('a text that no key of an index could hold is sorted and filtered by', async () => {
      const schema = await define('keys', { text: 'str' })
      await survives(schema, { text: str('y'.repeat(10_000)) }, { text: { gt: 'y' } })
    })

    const edges: readonly [string, FieldType['type'], OperationValue['value']][] = [
      ['2^63−1', 'int', 2n ** 63n - 1n],
      ['−2^63', 'int', -(2n ** 63n)],
      ['NaN', 'float', Number.NaN],
      ['−0', 'float', -0],
      ['the smallest float', 'float', 5e-324],
      ['infinity', 'float', -Infinity],
      ['U+0000', 'str', '\0a\0\u0001\u0002\u0003'],
      ['an astral character', 'str', '\u{1f9a6}'],
      ['no bytes', 'bytes', new Uint8Array()],
      ['all bytes', 'bytes', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
    ]
    test.each(edges)('%s', async (name, type, value) => {
      const schema = await define(`edge_${edges.findIndex(([edge]) => edge === name)}`, { value: type })
      await survives(schema, { value: { type, value } as OperationValue }, { value: { eq: value } })
    })

    test('log id 2^64−1, and no further', async () => {
      const penguin = new Author(2)
      const { items, schemaId } = defineSchema(penguin, 'last', { value: 'int' })
      const last = penguin.create(schemaId, { value: int(1) }, 2n ** 64n - 1n)
      await publishAll(store, [...items, last])
      expect(await store.nextArgs(penguin.publicKey, last.viewId)).toMatchObject({ logId: 2n ** 64n - 1n, seqNum: 2n })
      await publishAll(store, [penguin.update(last.documentId, schemaId, last.viewId, { value: int(2) })])
      await expect(store.nextArgs(penguin.publicKey)).rejects.toMatchObject({ code: 'MAX_LOG_ID' })
    })

    test('a log that goes through its first skiplinks', async () => {
      const { items, schemaId } = defineSchema(panda, 'many', { value: 'int' })
      const created = panda.create(schemaId, { value: int(0) })
      await publishAll(store, [...items, created])
      let viewId = created.viewId
      for (let value = 1; value <= 40; value += 1) {
        const updated = panda.update(created.documentId, schemaId as SchemaId, viewId, { value: int(value) })
        await publishAll(store, [updated])
        viewId = updated.viewId
      }
      expect(await store.nextArgs(panda.publicKey, viewId)).toMatchObject({ seqNum: 42n, backlink: viewId })
    })
  })
}
