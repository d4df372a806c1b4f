import { type DocumentId, SCHEMA_DEFINITION, type Schema, type SchemaId, stateHash } from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { rounds, seeds } from '../../../../.config/testing/seeds.js'
import type { DocumentStore } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, str } from '../support/definitions.js'
import { publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

const ROUNDS = rounds(12, 25)

/** What two nodes compare. */
export function stateHashAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('a state hash', () => {
    let store: DocumentStore
    let schema: Schema
    let definitions: readonly SignedItem[]
    let created: DocumentId[]
    const [panda, penguin] = [new Author(31), new Author(32)]

    beforeEach(async () => {
      created = []
      store = await harness.open()
      const definition = defineSchema(new Author(9), 'note', { text: 'str' })
      definitions = definition.items
      await publishAll(store, definitions)
      schema = (await store.schema(definition.schemaId)) as Schema
    })

    function create(text: string): SignedItem {
      const item = panda.create(schema.id, { text: str(text) })
      created.push(item.documentId)
      return item
    }

    /** A new document, or an operation on the latest view of one. */
    function randomItem(random: Random, living: Map<DocumentId, SignedItem>): SignedItem {
      const last = random.chance(0.5) && living.size > 0 ? random.pick([...living.values()]) : undefined
      const isLast = last !== undefined && random.chance(0.2)
      const item = !last
        ? create(`${living.size}`)
        : isLast
          ? penguin.delete(last.documentId, schema.id, last.viewId)
          : penguin.update(last.documentId, schema.id, last.viewId, { text: str('changed') })
      if (isLast) living.delete(item.documentId)
      else living.set(item.documentId, item)
      return item
    }

    /** The same from scratch, over all documents. */
    async function expected(from: DocumentStore): Promise<string> {
      return stateHash((await from.documents(created)).flatMap((document) => document ?? []))
    }

    test('of a schema that only its id tells does not depend on the order in which its definition came', async () => {
      const { items } = defineSchema(panda, 'room', { text: 'str' })
      const definition = items.at(-1) as SignedItem
      const updates = [panda, penguin].map((author) =>
        author.update(definition.documentId, SCHEMA_DEFINITION, definition.viewId, {
          name: str(author === panda ? 'one' : 'two'),
        }),
      )
      const ids = updates.map(({ id }, index) => `${['one', 'two'][index]}_${id}` as SchemaId)
      for (const order of [updates, updates.toReversed()]) {
        const other = await harness.open()
        for (const item of [...items, ...order]) await other.ingest([item])
        expect(await Promise.all(ids.map((id) => other.stateHash(id)))).toEqual([stateHash([]), stateHash([])])
      }
    })

    test.each(seeds())('is that of all documents after any writes, and after a restart (seed %d)', async (seed) => {
      const random = new Random(seed)
      const living = new Map<DocumentId, SignedItem>()
      for (let round = 0; round < ROUNDS; round += 1) {
        const batch = Array.from({ length: 1 + random.integer(6) }, () => randomItem(random, living))
        await publishAll(store, batch)
        if (random.chance(0.7)) expect(await store.stateHash(schema.id), `round ${round}`).toBe(await expected(store))
      }
      const reopened = await harness.reopen(store)
      expect(await reopened.stateHash(schema.id)).toBe(await expected(store))
    })

    test('is the same on two stores with the same operations, whatever was asked in between', async () => {
      const other = await harness.open()
      await publishAll(other, definitions)
      const [one, two] = [create('one'), create('two')]
      const update = penguin.update(one.documentId, schema.id, one.viewId, { text: str('more') })
      const remove = panda.delete(two.documentId, schema.id, two.viewId)
      const empty = await store.stateHash(schema.id)
      expect(empty).toBe(stateHash([]))
      const seen = [empty]
      for (const item of [one, two, update, remove]) {
        await publishAll(store, [item])
        seen.push(await store.stateHash(schema.id))
      }
      expect(new Set(seen).size).toBe(5)
      await publishAll(other, [two, remove, one, update])
      expect(await other.stateHash(schema.id)).toBe(seen.at(-1))
    })

    test('of a schema that is not known is refused', async () => {
      const unknown = `${schema.id.slice(0, -4)}0000` as SchemaId
      await expect(store.stateHash(unknown)).rejects.toMatchObject({ code: 'SCHEMA_NOT_FOUND' })
    })
  })
}
