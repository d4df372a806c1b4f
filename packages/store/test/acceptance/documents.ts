import {
  type DocumentId,
  type DocumentOperation,
  type DocumentViewId,
  decodeOperation,
  documentViewIdFromTips,
  type OperationId,
  type OperationValue,
  type ReducedDocument,
  reduce,
  type Schema,
  validateOperation,
} from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { rounds, seeds } from '../../../../.config/testing/seeds.js'
import type { Document, DocumentStore } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { codesOf, publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

const ROUNDS = rounds(25, 60)
const MOST_ITEMS = 8

/** A store's documents against core's reduction of the same operations. */
export function documentsAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('documents', () => {
    let store: DocumentStore
    let schema: Schema
    const authors = [new Author(1), new Author(2), new Author(3)]

    beforeEach(async () => {
      store = await harness.open()
      const definition = defineSchema(new Author(9), 'note', { likes: 'int', pinned: 'bool', text: 'str' })
      await publishAll(store, definition.items)
      schema = (await store.schema(definition.schemaId)) as Schema
    })

    const note = (text: string) => ({ likes: int(0), pinned: { type: 'bool', value: false } as const, text: str(text) })

    test('a concurrent update, a merge and what follows them are reduced from the whole graph', async () => {
      const [panda, penguin] = [new Author(11), new Author(12)]
      const create = panda.create(schema.id, note('start'))
      const left = panda.update(create.documentId, schema.id, create.viewId, { text: str('left'), likes: int(1) })
      const right = penguin.update(create.documentId, schema.id, create.viewId, { text: str('right') })
      await publishAll(store, [create, left])
      await publishAll(store, [right])
      await expectReduced([create, left, right])
      const tips = documentViewIdFromTips([left.id, right.id])
      const merge = panda.update(create.documentId, schema.id, tips, { pinned: { type: 'bool', value: true } })
      const after = penguin.update(create.documentId, schema.id, merge.viewId, { likes: int(7) })
      await publishAll(store, [merge])
      await publishAll(store, [after])
      await expectReduced([create, left, right, merge, after])
    })

    test('a DELETE of an older view wins over the update beside it', async () => {
      const [panda, penguin] = [new Author(13), new Author(14)]
      const create = panda.create(schema.id, note('start'))
      const update = panda.update(create.documentId, schema.id, create.viewId, { text: str('later') })
      const remove = penguin.delete(create.documentId, schema.id, create.viewId)
      await publishAll(store, [create, update])
      await publishAll(store, [remove])
      await expectReduced([create, update, remove])
      const again = panda.update(create.documentId, schema.id, update.viewId, { text: str('too late') })
      expect(codesOf(await store.publish([again]))).toEqual(['DOCUMENT_DELETED'])
    })

    test.each(seeds())(
      'random graphs by three authors, in batches, are what core reduces them to (seed %d)',
      async (seed) => {
        const random = new Random(seed)
        const documents = new Map<DocumentId, SignedItem[]>()
        const deleted = new Set<DocumentId>()
        for (let round = 0; round < ROUNDS; round += 1) {
          const batch = Array.from({ length: 1 + random.integer(MOST_ITEMS) }, () =>
            randomItem(random, documents, deleted),
          )
          const outcomes = await publishAll(store, batch)
          for (const [index, item] of batch.entries()) {
            const known = documents.get(item.documentId) ?? []
            const until = known.slice(0, known.indexOf(item) + 1)
            expect(outcomes[index]?.viewId).toBe(reduce(until.map(toOperation)).viewId)
          }
        }
        const ids = [...documents.keys()]
        const stored = await store.documents(ids)
        for (const [index, id] of ids.entries()) expect(stored[index]).toEqual(expected(documents.get(id) ?? []))
        const reopened = await harness.reopen(store)
        expect(await reopened.documents(ids)).toEqual(stored)
      },
    )

    /** A new document, or an operation on one that follows any of its operations. */
    function randomItem(
      random: Random,
      documents: Map<DocumentId, SignedItem[]>,
      deleted: Set<DocumentId>,
    ): SignedItem {
      const author = random.pick(authors)
      const living = [...documents.keys()].filter((id) => !deleted.has(id))
      if (living.length === 0 || random.chance(0.25)) {
        const item = author.create(schema.id, note(`${random.integer(100)}`))
        documents.set(item.documentId, [item])
        return item
      }
      const documentId = random.pick(living)
      const items = documents.get(documentId) ?? []
      const previous = randomPrevious(random, items)
      const isLast = random.chance(0.04)
      const item = isLast
        ? author.delete(documentId, schema.id, previous)
        : author.update(documentId, schema.id, previous, randomFields(random))
      if (isLast) deleted.add(documentId)
      items.push(item)
      return item
    }

    function toOperation({ id, operation, signedBy }: SignedItem): DocumentOperation {
      return { id, publicKey: signedBy, operation: validateOperation(decodeOperation(operation), schema) }
    }

    function expected(items: readonly SignedItem[]): Document {
      return documentOf(reduce(items.map(toOperation)))
    }

    async function expectReduced(items: readonly SignedItem[]): Promise<void> {
      const [first] = items
      if (!first) throw new Error('no items')
      expect(await store.documents([first.documentId])).toEqual([expected(items)])
    }
  })
}

function randomPrevious(random: Random, items: readonly SignedItem[]): DocumentViewId {
  const ids = items.map(({ id }) => id)
  if (random.chance(0.5)) return documentViewIdFromTips([ids.at(-1) as OperationId])
  return documentViewIdFromTips([random.pick(ids), ...random.some(ids, 2)])
}

function randomFields(random: Random): Record<string, OperationValue> {
  return {
    ...(random.chance(0.5) && { likes: int(random.integer(1000)) }),
    ...(random.chance(0.3) && { pinned: { type: 'bool', value: random.chance(0.5) } as const }),
    ...(random.chance(0.5) && { text: str(`${random.integer(1000)}`) }),
  }
}

function documentOf(view: ReducedDocument): Document {
  const { documentId: id, viewId, follow, schemaId, owner, signer, edited, deleted } = view
  const fields = new Map([...view.fields].sort(byName).map(([name, { value }]) => [name, value]))
  return { id, viewId, follow, schemaId, owner, signer, edited, deleted, fields }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
