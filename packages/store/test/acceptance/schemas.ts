import {
  documentViewIdFromTips,
  encodeOperation,
  type OperationValue,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  type SchemaId,
  SYSTEM_SCHEMAS,
} from '@rakko/core'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { seeds } from '../../../../.config/testing/seeds.js'
import type { DocumentStore } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { codesOf, publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

/** A schema is known exactly when its views can be built, however they came. */
export function schemasAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('schemas', () => {
    const fields = { capacity: 'int', name: 'str' }

    test('system schemas are known from the start, and their documents are documents', async () => {
      const store = await harness.open()
      expect(await store.schemas()).toEqual([...SYSTEM_SCHEMAS.values()])
      const piece = new Author(1).create('blob_piece_v1' as SchemaId, { data: bytes(Uint8Array.of(1, 2, 3)) })
      await publishAll(store, [piece])
      const [document] = await store.documents([piece.documentId])
      expect(document?.fields).toEqual(new Map([['data', bytes(Uint8Array.of(1, 2, 3))]]))
      const other = new Author(2)
      const changed = other.update(piece.documentId, 'blob_piece_v1' as SchemaId, piece.viewId, {
        data: bytes(new Uint8Array()),
      })
      const aside = other.update(piece.documentId, 'blob_piece_v1' as SchemaId, piece.viewId, {})
      await publishAll(store, [changed, aside])
      const [emptied] = await store.documents([piece.documentId])
      expect(emptied?.fields).toEqual(new Map([['data', bytes(new Uint8Array())]]))
    })

    test('is known with its last operation, and documents of it may follow in the same call', async () => {
      const store = await harness.open()
      const panda = new Author(1)
      const { items, schemaId } = defineSchema(panda, 'venue', fields, 'A \0 place')
      const venue = panda.create(schemaId, { name: str('Main stage'), capacity: int(1) })
      await publishAll(store, [...items, venue])
      expect(await store.schema(schemaId)).toEqual({
        id: schemaId,
        name: 'venue',
        description: 'A \0 place',
        fields: new Map([
          ['capacity', { type: 'int' }],
          ['name', { type: 'str' }],
        ]),
      })
      expect((await store.documents([venue.documentId]))[0]?.schemaId).toBe(schemaId)
    })

    test.each(seeds())(
      'is known at the end whatever the order of its operations, one by one or together (seed %d)',
      async (seed) => {
        const random = new Random(seed)
        for (let round = 0; round < 4; round += 1) {
          const { items, schemaId } = defineSchema(new Author(1), 'venue', fields)
          const store = await harness.open()
          const shuffled = [...items].sort(() => random.number() - 0.5)
          const logs = shuffled.filter(({ args }) => args.seqNum === 1n)
          const last = logs.pop() as SignedItem
          if (random.chance(0.5)) await publishAll(store, logs)
          else for (const item of logs) await publishAll(store, [item])
          expect(await store.schema(schemaId)).toBeUndefined()
          await publishAll(store, [last])
          expect((await store.schema(schemaId))?.id).toBe(schemaId)
          const reopened = await harness.reopen(store)
          expect((await reopened.schema(schemaId))?.fields.size).toBe(2)
        }
      },
    )

    test('every view of a definition is a schema of its own, those passed within one call too', async () => {
      const store = await harness.open()
      const panda = new Author(1)
      const { items, schemaId } = defineSchema(panda, 'venue', fields)
      const definition = items.at(-1) as SignedItem
      const renamed = panda.update(definition.documentId, SCHEMA_DEFINITION, definition.viewId, { name: str('place') })
      const again = panda.update(definition.documentId, SCHEMA_DEFINITION, renamed.viewId, { description: str('new') })
      await publishAll(store, [...items, renamed, again])
      const ids = (await store.schemas()).map(({ id }) => id).filter((id) => !SYSTEM_SCHEMAS.has(id))
      expect(ids).toEqual([schemaId, `place_${renamed.id}`, `place_${again.id}`])
    })

    test('a pinned view of a field definition is the one that counts, not its latest', async () => {
      const store = await harness.open()
      const panda = new Author(1)
      const { items, schemaId } = defineSchema(panda, 'venue', fields)
      const [capacity, name, definition] = items as [SignedItem, SignedItem, SignedItem]
      const retyped = panda.update(capacity.documentId, SCHEMA_FIELD_DEFINITION, capacity.viewId, {
        type: str('float'),
      })
      await publishAll(store, [capacity, name, retyped])
      await publishAll(store, [definition])
      expect((await store.schema(schemaId))?.fields.get('capacity')).toEqual({ type: 'int' })
      const upgraded = panda.update(definition.documentId, SCHEMA_DEFINITION, definition.viewId, {
        fields: { type: 'pinned_relation_list', value: [retyped.viewId, name.viewId] },
      })
      await publishAll(store, [upgraded])
      const schema = await store.schema(`venue_${upgraded.id}` as SchemaId)
      expect(schema?.fields.get('capacity')).toEqual({ type: 'float' })
    })

    test('a view that no document has now is found when an operation claims its schema', async () => {
      const store = await harness.open()
      const [panda, penguin] = [new Author(1), new Author(2)]
      const { items } = defineSchema(panda, 'venue', fields)
      const definition = items.at(-1) as SignedItem
      const left = panda.update(definition.documentId, SCHEMA_DEFINITION, definition.viewId, { name: str('left') })
      const right = penguin.update(definition.documentId, SCHEMA_DEFINITION, definition.viewId, { name: str('right') })
      await publishAll(store, [...items, left, right])
      const claimed = `right_${right.id}` as SchemaId
      const tips = documentViewIdFromTips([left.id, right.id])
      const create = penguin.create(claimed, { name: str('x'), capacity: int(1) })
      const merged = panda.create(`${left.id > right.id ? 'left' : 'right'}_${tips}` as SchemaId, {
        name: str('y'),
        capacity: int(2),
      })
      await publishAll(store, [create])
      await publishAll(store, [merged])
      expect((await store.documents([create.documentId]))[0]?.schemaId).toBe(claimed)
    })

    test('a view that no document had is known where all of its operations are, also after a restart', async () => {
      const [panda, penguin] = [new Author(1), new Author(2)]
      const { items } = defineSchema(panda, 'venue', fields)
      const definition = items.at(-1) as SignedItem
      const left = panda.update(definition.documentId, SCHEMA_DEFINITION, definition.viewId, { name: str('left') })
      const right = penguin.update(definition.documentId, SCHEMA_DEFINITION, definition.viewId, { name: str('right') })
      for (const [first, second] of [
        [left, right],
        [right, left],
      ] as const) {
        const store = await harness.open()
        await publishAll(store, [...items, first, second])
        expect((await store.schema(`left_${left.id}` as SchemaId))?.name).toBe('left')
        expect(await store.schema(`right_${left.id}` as SchemaId)).toBeUndefined()
        const reopened = await harness.reopen(store)
        expect((await reopened.schema(`right_${right.id}` as SchemaId))?.fields.size).toBe(2)
        expect(await reopened.schema('no schema id' as SchemaId)).toBeUndefined()
      }
    })

    test('a schema that only a refused operation has claimed is known for good', async () => {
      const [panda, penguin] = [new Author(1), new Author(2)]
      const { items } = defineSchema(panda, 'venue', fields)
      const definition = items.at(-1) as SignedItem
      const left = panda.update(definition.documentId, SCHEMA_DEFINITION, definition.viewId, { name: str('left') })
      const right = penguin.update(definition.documentId, SCHEMA_DEFINITION, definition.viewId, { name: str('right') })
      const store = await harness.open()
      await publishAll(store, [...items, left, right])
      const claimed = `right_${right.id}` as SchemaId
      const outcomes = await store.publish([new Author(3).create(claimed, { name: int(1), capacity: int(1) })])
      expect(codesOf(outcomes)).toEqual(['INVALID_FIELD'])
      const create = penguin.create(claimed, { name: str('x'), capacity: int(1) })
      await publishAll(store, [create])
      const [stored, hash] = [await store.documents([create.documentId]), await store.stateHash(claimed)]
      expect(stored[0]?.schemaId).toBe(claimed)
      const reopened = await harness.reopen(store)
      expect(await reopened.documents([create.documentId])).toEqual(stored)
      expect(await reopened.stateHash(claimed)).toBe(hash)
    })

    test('definitions that make no schema are documents and nothing more', async () => {
      const store = await harness.open()
      const panda = new Author(1)
      const twice = panda.create(SCHEMA_FIELD_DEFINITION, { name: str('name'), type: str('str') })
      const bad = panda.create(SCHEMA_FIELD_DEFINITION, { name: str('bad'), type: str('foo(blob_v1)') })
      const none = definitionOf(panda, [])
      const doubled = definitionOf(panda, [twice, twice])
      const untyped = definitionOf(panda, [twice, bad])
      await publishAll(store, [twice, bad, none, doubled, untyped])
      expect(await store.schemas()).toHaveLength(SYSTEM_SCHEMAS.size)
      const outcomes = await store.publish([panda.create(`venue_${none.id}` as SchemaId, {})])
      expect(codesOf(outcomes)).toEqual(['SCHEMA_NOT_FOUND'])
    })

    test('is known still when its definition was deleted', async () => {
      const store = await harness.open()
      const panda = new Author(1)
      const { items, schemaId } = defineSchema(panda, 'venue', fields)
      const definition = items.at(-1) as SignedItem
      await publishAll(store, items)
      await publishAll(store, [panda.delete(definition.documentId, SCHEMA_DEFINITION, definition.viewId)])
      await publishAll(store, [panda.create(schemaId, { name: str('x'), capacity: int(1) })])
      expect((await (await harness.reopen(store)).schema(schemaId))?.id).toBe(schemaId)
    })

    test('logs and heads are as they were after a restart', async () => {
      const store = await harness.open()
      const panda = new Author(1)
      const { items, schemaId } = defineSchema(panda, 'venue', fields)
      const venue = panda.create(schemaId, { name: str('x'), capacity: int(1) })
      await publishAll(store, [...items, venue])
      const reopened = await harness.reopen(store)
      expect(reopened.databaseId).toBe(store.databaseId)
      expect(await reopened.nextArgs(panda.publicKey, venue.viewId)).toEqual(
        await store.nextArgs(panda.publicKey, venue.viewId),
      )
      const operation = encodeOperation({ action: 'delete', schemaId, previous: venue.viewId })
      await publishAll(reopened, [panda.append(venue.documentId, operation)])
      expect((await reopened.documents([venue.documentId]))[0]?.deleted).toBe(true)
    })
  })
}

function definitionOf(author: Author, fields: readonly SignedItem[]): SignedItem {
  return author.create(SCHEMA_DEFINITION, {
    description: str(''),
    fields: { type: 'pinned_relation_list', value: fields.map(({ viewId }) => viewId) },
    name: str('venue'),
  })
}

function bytes(value: Uint8Array): OperationValue {
  return { type: 'bytes', value }
}
