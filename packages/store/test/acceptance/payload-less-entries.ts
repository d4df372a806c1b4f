import {
  type DocumentViewId,
  documentViewIdFromTips,
  encodeOperation,
  hash,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  type SchemaId,
  signEntry,
} from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { DocumentStore, IngestItem } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, str } from '../support/definitions.js'
import { publishAll } from '../support/outcomes.js'
import { createVenue, payloadLess, remove, statusIn, update, venues } from '../support/venues.js'
import { wordOf } from './ingesting.js'
import type { StoreHarness } from './store-harness.js'

const { items: definition, schemaId } = venues

/** With skiplinks to 4, 13 and 40. */
const LONG_LOG = 45

/** Entries whose payloads were purged elsewhere. */
export function payloadLessEntriesAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('entries without their payloads', () => {
    let store: DocumentStore
    let [panda, penguin] = [new Author(1), new Author(2)]

    beforeEach(async () => {
      store = await harness.open()
      panda = new Author(1)
      penguin = new Author(2)
      await publishAll(store, definition)
    })

    const create = (author = panda) => createVenue(author)
    const ingest = async (...items: readonly IngestItem[]) => (await store.ingest(items)).map(wordOf)
    const statusOf = (item: SignedItem, from = store) => statusIn(from, item)

    /** A document, updated and deleted by its author, with an update of somebody else merged between. */
    function merged() {
      const created = create()
      const first = update(panda, created, 1)
      const theirs = update(penguin, created, 2)
      const more = update(penguin, theirs, 3)
      const merge = update(panda, first, 4, documentViewIdFromTips([first.id, more.id]))
      const last = update(panda, merge, 5)
      const deletion = remove(panda, last)
      const left = [
        payloadLess(created),
        payloadLess(first),
        theirs,
        payloadLess(more),
        merge,
        payloadLess(last),
        deletion,
      ]
      return { created, deletion, whole: [created, first, theirs, more, merge, last, deletion], left }
    }

    test('lead to the same document as with them, in whatever order they come, also over a restart', async () => {
      const { created, deletion, whole, left } = merged()
      const elsewhere = await harness.open()
      await publishAll(elsewhere, definition)
      await publishAll(elsewhere, whole)
      expect(await ingest(...left)).toEqual(left.map(() => 'held'))
      const expected = { viewId: deletion.viewId, deleted: true, owner: panda.publicKey }
      for (const reverse of [false, true]) {
        store = await harness.open()
        await publishAll(store, definition)
        for (const item of reverse ? [...left].reverse() : left) {
          expect(await statusOf(created)).toBeUndefined()
          await ingest(item)
          store = await harness.reopen(store)
        }
        expect(await statusOf(created)).toEqual(expected)
        expect(await statusOf(created, elsewhere)).toEqual(expected)
        expect(await store.stateHash(schemaId)).toBe(await elsewhere.stateHash(schemaId))
      }
      expect(await ingest(...whole, ...left)).toEqual(
        [...left, ...left].map(({ operation }) => (operation ? 'decided held' : 'decided purged')),
      )
    })

    test('are told by views and the history of the document, and it takes no more', async () => {
      const { created, deletion, left } = merged()
      await ingest(...left)
      expect(await store.views([created.viewId, deletion.viewId])).toMatchObject([
        { code: 'PURGED' },
        { code: 'PURGED' },
      ])
      await expect(store.history(created.documentId)).rejects.toMatchObject({ code: 'PURGED' })
      await expect(store.nextArgs(panda.publicKey, created.viewId)).rejects.toMatchObject({ code: 'DOCUMENT_DELETED' })
      expect((await store.nextArgs(panda.publicKey)).logId).toBe(1n)
      const late = update(new Author(3), created, 6)
      expect(await ingest(late)).toEqual(['held'])
      expect((await statusOf(created))?.viewId).toBe(documentViewIdFromTips([deletion.id, late.id]))
    })

    test('wait, and change nothing, until their document is deleted or their payloads come', async () => {
      const created = create()
      const first = update(panda, created, 1)
      const second = update(panda, first, 2)
      expect(await ingest(payloadLess(created), payloadLess(first))).toEqual([
        'parked for payload',
        'parked for backlink',
      ])
      expect(await statusOf(created)).toBeUndefined()
      expect(await ingest(created)).toEqual(['held'])
      expect((await store.documents([created.documentId]))[0]).toMatchObject({ viewId: created.viewId, deleted: false })
      expect(await store.ingest([payloadLess(first)])).toEqual([
        {
          status: 'waiting',
          parked: true,
          for: [{ kind: 'payload', id: first.id, documentId: created.documentId }],
        },
      ])
      expect(await ingest(second)).toEqual(['parked for backlink'])
      store = await harness.reopen(store)
      expect(await ingest(first)).toEqual(['held'])
      expect((await store.documents([created.documentId]))[0]).toMatchObject({ viewId: second.viewId, deleted: false })
      expect(await ingest(payloadLess(second))).toEqual(['decided held'])
    })

    test('take their payloads while they wait: with them they wait for what is still missing', async () => {
      const created = create()
      const theirs = update(penguin, created, 1)
      const first = update(panda, created, 2, documentViewIdFromTips([created.id, theirs.id]))
      expect(await ingest(created, payloadLess(first))).toEqual(['held', 'parked for payload'])
      expect(await ingest(first, payloadLess(first))).toEqual(['parked for previous', 'parked for payload'])
      store = await harness.reopen(store)
      expect(await ingest(payloadLess(first))).toEqual(['parked for payload'])
      expect(await ingest(theirs)).toEqual(['held'])
      expect((await store.documents([created.documentId]))[0]).toMatchObject({ viewId: first.viewId, deleted: false })
    })

    test('are held when the document is deleted by somebody else, beside them, here', async () => {
      const created = create()
      const first = update(panda, created, 1)
      const second = update(panda, first, 2)
      await ingest(created, payloadLess(first), payloadLess(second))
      store = await harness.reopen(store)
      const deletion = remove(penguin, created)
      await publishAll(store, [deletion])
      const viewId = documentViewIdFromTips([deletion.id, second.id])
      expect(await statusOf(created)).toMatchObject({ viewId, deleted: true })
      expect(await ingest(first, second)).toEqual(['decided purged', 'decided purged'])
      const third = update(panda, second, 3)
      expect(await ingest(payloadLess(third))).toEqual(['held'])
    })

    test('are held with a DELETE only when all is there that it follows', async () => {
      const created = create()
      const theirs = update(penguin, created, 1)
      const more = update(penguin, theirs, 2)
      const deletion = remove(new Author(3), created, more.viewId)
      expect(await ingest(deletion, payloadLess(created), payloadLess(more))).toEqual([
        'parked for previous',
        'parked for payload',
        'parked for backlink',
      ])
      expect(await statusOf(created)).toBeUndefined()
      store = await harness.reopen(store)
      expect(await ingest(theirs)).toEqual(['held'])
      expect(await statusOf(created)).toMatchObject({ viewId: deletion.viewId, deleted: true })
    })

    test('are not held with a DELETE that is none: wrong links, what it follows not of its document', async () => {
      const [created, other] = [create(), create(penguin)]
      const foreign = remove(panda, created, documentViewIdFromTips([created.id, other.id]))
      expect(await ingest(payloadLess(created), other, foreign)).toEqual([
        'parked for payload',
        'held',
        'parked for backlink',
      ])
      expect(await statusOf(created)).toBeUndefined()
      expect(await statusOf(other)).toMatchObject({ deleted: false })
      expect(await ingest(created)).toEqual(['held'])
      expect(await ingest(foreign)).toEqual(['decided refused'])
      expect(await statusOf(created)).toMatchObject({ deleted: false })
    })

    test('are refused for good where they follow a DELETE or what was refused, by their backlinks', async () => {
      const created = create()
      const deletion = remove(panda, created)
      const after = update(panda, deletion, 1, created.viewId)
      const later = update(panda, after, 2, created.viewId)
      await ingest(created, deletion)
      expect(await ingest(payloadLess(after), payloadLess(later))).toEqual([
        'refused DOCUMENT_DELETED',
        'refused DEPENDENCY_REFUSED',
      ])
      expect(await ingest(after)).toEqual(['decided refused'])
    })

    test.each([1, 4, 12, 30])('of a long log follow %i entries that are held, over their skiplinks', async (held) => {
      const log = [create()]
      while (log.length < LONG_LOG) log.push(update(panda, log.at(-1) as SignedItem, log.length))
      const last = log.at(-1) as SignedItem
      const deletion = remove(panda, last)
      await ingest(...log.slice(0, held), ...log.slice(held).map(payloadLess))
      expect(await statusOf(last)).toMatchObject({ deleted: false })
      store = await harness.reopen(store)
      expect(await ingest(deletion)).toEqual(['held'])
      expect(await statusOf(last)).toMatchObject({ viewId: deletion.viewId, deleted: true })
      const decisions = await ingest(...log)
      expect(decisions.filter((word) => word === 'decided purged')).toHaveLength(LONG_LOG - held)
    })

    test('are not held where one of them has a wrong skiplink: the DELETE waits with them', async () => {
      const log = [create()]
      while (log.length < 7) log.push(update(panda, log.at(-1) as SignedItem, log.length))
      const seventh = log.at(-1) as SignedItem
      const payload = encodeOperation({ action: 'update', schemaId, previous: seventh.viewId, fields: new Map() })
      const links = { logId: 0n, seqNum: 8n, backlink: seventh.id, skiplink: (log[4] as SignedItem).id }
      const wrong = signEntry(links, payload, panda.signer)
      const after = encodeOperation({ action: 'delete', schemaId, previous: hash(wrong) as string as DocumentViewId })
      const deletion = signEntry({ logId: 0n, seqNum: 9n, backlink: hash(wrong) }, after, panda.signer)
      await ingest(...log.map(payloadLess), { entry: wrong }, { entry: deletion, operation: after })
      expect(await statusOf(seventh)).toBeUndefined()
      expect(await ingest(...log)).toEqual(log.map(() => 'held'))
      expect(await ingest({ entry: wrong }, { entry: deletion, operation: after })).toEqual([
        'decided refused',
        'decided refused',
      ])
      expect(await statusOf(seventh)).toMatchObject({ viewId: seventh.viewId, deleted: false })
    })

    test('of definitions are never held: their schema is known from their payloads, whenever they come', async () => {
      const author = new Author(8)
      const { items, schemaId: id } = defineSchema(author, 'room', { name: 'str' })
      const [field, schema] = items as [SignedItem, SignedItem]
      const deletions = [
        author.delete(field.documentId, SCHEMA_FIELD_DEFINITION, field.viewId),
        author.delete(schema.documentId, SCHEMA_DEFINITION, schema.viewId),
      ]
      const room = panda.create(id, { name: str('a') })
      await ingest(...items.map(payloadLess), ...deletions, room)
      store = await harness.reopen(store)
      expect(await statusOf(field)).toBeUndefined()
      expect(await store.schema(id)).toBeUndefined()
      await ingest(...items)
      expect(await store.schema(id)).toMatchObject({ name: 'room' })
      expect(await ingest(room, ...deletions)).toEqual(['decided held', 'decided held', 'decided held'])
      expect(await statusOf(schema)).toMatchObject({ deleted: true })
      expect(await statusOf(room)).toMatchObject({ deleted: false })
      const again = author.create(`room_${room.id}` as SchemaId, { name: str('b') })
      expect(await ingest(again)).toEqual(['refused INVALID_SCHEMA'])
    })

    test.each([
      ['of definitions', SCHEMA_DEFINITION],
      ['of what is no document', undefined],
    ])('are held with their DELETE though strangers had parked many %s', async (_, ofSchema) => {
      const [created, other] = [create(), create(penguin)]
      const first = update(panda, created, 1)
      const deletion = remove(panda, first)
      await ingest(other)
      const previous = ofSchema ? first.viewId : documentViewIdFromTips([first.id, other.id])
      const strangers = Array.from({ length: 6 }, (_, index) =>
        new Author(30 + index).delete(created.documentId, ofSchema ?? schemaId, previous),
      )
      expect(await ingest(...strangers)).toEqual(strangers.map(() => 'parked for previous'))
      expect(await ingest(payloadLess(created), payloadLess(first), deletion)).toEqual(['held', 'held', 'held'])
      expect(await statusOf(created)).toMatchObject({ viewId: deletion.viewId, deleted: true })
    })

    test('are held with a DELETE that was parked beside those of strangers', async () => {
      const [created, other] = [create(), create(penguin)]
      const first = update(panda, created, 1)
      await ingest(other)
      const previous = documentViewIdFromTips([first.id, other.id])
      const strangers = Array.from({ length: 6 }, (_, index) =>
        new Author(30 + index).delete(created.documentId, schemaId, previous),
      )
      const deletion = remove(panda, first)
      await ingest(...strangers, deletion)
      store = await harness.reopen(store)
      expect(await ingest(payloadLess(created), payloadLess(first))).toEqual(['held', 'held'])
      expect(await statusOf(created)).toMatchObject({ viewId: deletion.viewId, deleted: true })
    })

    test('of a schema that is not known yet wait for it with the DELETE', async () => {
      const { items, schemaId: id } = defineSchema(new Author(8), 'room', { name: 'str' })
      const created = panda.create(id, { name: str('a') })
      const deletion = panda.delete(created.documentId, id, created.viewId)
      expect(await ingest(payloadLess(created), deletion)).toEqual(['parked for payload', 'parked for backlink'])
      store = await harness.reopen(store)
      await publishAll(store, items)
      expect(await statusOf(created)).toMatchObject({ viewId: deletion.viewId, deleted: true })
    })
  })
}
