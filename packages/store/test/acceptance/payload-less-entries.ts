import {
  type DocumentId,
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
import { defineSchema, int, str } from '../support/definitions.js'
import { publishAll } from '../support/outcomes.js'
import { wordOf } from './ingesting.js'
import type { StoreHarness } from './store-harness.js'

/** With skiplinks to 4, 13 and 40. */
const LONG_LOG = 45

/** Entries whose payloads were purged elsewhere. */
export function payloadLessEntriesAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('entries without their payloads', () => {
    let store: DocumentStore
    let [panda, penguin] = [new Author(1), new Author(2)]
    const { items: definition, schemaId } = defineSchema(new Author(9), 'venue', { capacity: 'int', name: 'str' })

    beforeEach(async () => {
      store = await harness.open()
      panda = new Author(1)
      penguin = new Author(2)
      await publishAll(store, definition)
    })

    const create = (author = panda) => author.create(schemaId, { name: str('a'), capacity: int(0) })
    const update = (author: Author, before: SignedItem, capacity: number, previous = before.viewId) =>
      author.update(before.documentId, schemaId, previous, { capacity: int(capacity) })
    const remove = (author: Author, before: SignedItem, previous = before.viewId) =>
      author.delete(before.documentId, schemaId, previous)
    const payloadLess = ({ entry }: SignedItem): IngestItem => ({ entry })
    const ingest = async (...items: readonly IngestItem[]) => (await store.ingest(items)).map(wordOf)
    const statusOf = async ({ documentId }: SignedItem, from = store) => {
      const [document] = await from.documents([documentId])
      return document && { viewId: document.viewId, deleted: document.deleted, owner: document.owner }
    }

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

    describe('that were withheld', () => {
      /** Somebody's first entry of a document changes it, the next deletes it. */
      function deletedByAnother() {
        const created = create()
        const theirs = update(penguin, created, 1)
        const deletion = remove(penguin, theirs)
        return { created, theirs, deletion, whole: [created, theirs, deletion] }
      }

      async function wholeFrom(items: readonly IngestItem[]): Promise<DocumentStore> {
        const elsewhere = await harness.open()
        await publishAll(elsewhere, definition)
        await elsewhere.ingest(items)
        return elsewhere
      }

      test('keep no document alive once the payload comes: what was decided of it is decided again', async () => {
        const { created, theirs, deletion, whole } = deletedByAnother()
        expect(await ingest(created, payloadLess(theirs), deletion)).toEqual(['held', 'held', 'held'])
        expect(await statusOf(created)).toMatchObject({ deleted: false })
        const wrong = { id: theirs.id, documentId: theirs.id as string as DocumentId } as SignedItem
        expect(await statusOf(wrong)).toMatchObject({ deleted: true })
        store = await harness.reopen(store)
        const heard: string[] = []
        store.sync.onGone((gone) => heard.push(gone))
        expect(await ingest(theirs)).toEqual(['held'])
        expect(heard).toEqual(['decisions'])
        store = await harness.reopen(store)
        const elsewhere = await wholeFrom(whole)
        expect(await statusOf(created)).toEqual(await statusOf(created, elsewhere))
        expect(await statusOf(created)).toMatchObject({ viewId: deletion.viewId, deleted: true })
        expect(await statusOf(wrong)).toBeUndefined()
        expect(await store.stateHash(schemaId)).toBe(await elsewhere.stateHash(schemaId))
        expect(await ingest(...whole, payloadLess(theirs))).toEqual(Array(4).fill('decided held'))
        const compared = async (of: DocumentStore) => (await of.sync.decidedIds({})).map(({ id }) => id)
        expect(await compared(store)).toEqual(await compared(elsewhere))
        expect(await store.sync.fingerprints([{}])).toEqual(await elsewhere.sync.fingerprints([{}]))
      })

      test('show when nodes compare, and only where the payload has to stay', async () => {
        const { created, theirs, deletion, whole } = deletedByAnother()
        const more = update(panda, created, 2)
        const deleted = remove(panda, more)
        await ingest(payloadLess(created), payloadLess(more), deleted, payloadLess(theirs), deletion)
        const elsewhere = await wholeFrom([...whole, more, deleted])
        const compared = async (of: DocumentStore) => new Set((await of.sync.decidedIds({})).map(({ id }) => id))
        const [here, there] = [await compared(store), await compared(elsewhere)]
        expect([...here].filter((id) => !there.has(id))).toEqual([theirs.id])
        const offered = [...there].filter((id) => !here.has(id))
        expect(offered).toHaveLength(1)
        const numbers = await elsewhere.sync.arrivalNumbers(offered)
        expect(await elsewhere.sync.entriesAt(numbers as number[])).toMatchObject([
          { id: theirs.id, operation: theirs.operation },
        ])
        expect(await store.sync.arrivalNumbers(offered)).toEqual([undefined])
        expect(await store.sync.unknownIds([theirs.id])).toEqual([])
        expect(await store.sync.unknownIds([theirs.id], true)).toEqual([theirs.id])
      })

      test('refuse nothing for good: what seems to build on two documents waits', async () => {
        const { created, theirs, deletion, whole } = deletedByAnother()
        const first = update(panda, created, 2)
        const merge = update(panda, first, 3, documentViewIdFromTips([first.id, theirs.id]))
        expect(await ingest(created, payloadLess(theirs), deletion, first, merge)).toEqual([
          ...['held', 'held', 'held', 'held'],
          'parked for payload',
        ])
        store = await harness.reopen(store)
        expect(await ingest(theirs)).toEqual(['held'])
        const elsewhere = await wholeFrom([...whole, first, merge])
        expect(await ingest(merge)).toEqual(['decided held'])
        expect(await statusOf(created)).toEqual(await statusOf(created, elsewhere))
        expect(await store.stateHash(schemaId)).toBe(await elsewhere.stateHash(schemaId))
      })

      test('change no view of a deleted document for good, nor what builds on it', async () => {
        const created = create()
        const theirs = update(penguin, created, 1)
        const first = update(panda, created, 2)
        const merge = update(panda, first, 3, documentViewIdFromTips([first.id, theirs.id]))
        const deletion = remove(panda, merge)
        const beside = remove(penguin, theirs)
        const whole = [created, theirs, first, merge, deletion, beside]
        const elsewhere = await wholeFrom(whole)
        for (const withheld of [merge, deletion]) {
          store = await wholeFrom(whole.map((item) => (item === withheld ? payloadLess(item) : item)))
          expect(await ingest(withheld)).toEqual(['held'])
          expect(await statusOf(created)).toEqual(await statusOf(created, elsewhere))
          expect(await store.stateHash(schemaId)).toBe(await elsewhere.stateHash(schemaId))
          expect(await store.sync.fingerprints([{}])).toEqual(await elsewhere.sync.fingerprints([{}]))
        }
      })

      describe('and then came', () => {
        /** Somebody's entry in a deleted document, which does not build on its backlink. */
        async function beside() {
          const created = create()
          const first = update(penguin, created, 1)
          const deletion = remove(panda, created)
          const more = update(new Author(3), created, 2, first.viewId)
          const withheld = update(penguin, created, 3, more.viewId)
          await ingest(created, first, deletion)
          return { withheld, more, elsewhere: await wholeFrom([created, first, deletion, more, withheld]) }
        }

        const isLike = async (elsewhere: DocumentStore) => {
          expect(await store.stateHash(schemaId)).toBe(await elsewhere.stateHash(schemaId))
          expect(await store.sync.fingerprints([{}])).toEqual(await elsewhere.sync.fingerprints([{}]))
        }

        test('are decided by their payloads, though what they build on had come behind them', async () => {
          const { withheld, more, elsewhere } = await beside()
          expect(await ingest(payloadLess(withheld))).toEqual(['held'])
          expect(await ingest(more)).toEqual(['held'])
          expect(await ingest(withheld)).toEqual(['held'])
          const { number } = await store.sync.latestArrival()
          expect(await ingest(withheld, payloadLess(withheld))).toEqual(['decided held', 'decided held'])
          expect(await store.sync.latestArrival()).toMatchObject({ number })
          await isLike(elsewhere)
        })

        test('leave a log forked that has another document too', async () => {
          const { created, theirs, deletion, whole } = deletedByAnother()
          const other = create(new Author(2))
          await ingest(created, payloadLess(theirs), deletion, other)
          expect(await ingest(theirs)).toEqual(['held'])
          const elsewhere = await wholeFrom([...whole, other])
          expect(await store.sync.logHeights({})).toEqual(await elsewhere.sync.logHeights({}))
          await expect(store.nextArgs(penguin.publicKey, other.viewId)).rejects.toMatchObject({ code: 'LOG_FORKED' })
        })

        test('leave what an idempotency id led to', async () => {
          const created = create()
          await store.publish([{ ...created, idempotencyId: 'first' }])
          const first = update(penguin, created, 1)
          const withheld = update(penguin, created, 2, created.viewId)
          await ingest(remove(new Author(3), created), first, payloadLess(withheld))
          expect(await ingest(withheld)).toEqual(['held'])
          expect(await store.idempotent(['first'])).toEqual([created.documentId])
        })

        test('are decided by payloads that come in the same call', async () => {
          const { withheld, more, elsewhere } = await beside()
          expect(await ingest(more, payloadLess(withheld), withheld)).toEqual(['held', 'decided held', 'held'])
          await isLike(elsewhere)
        })

        test('are not held again without a payload that waits here', async () => {
          const { withheld, more, elsewhere } = await beside()
          expect(await ingest(payloadLess(withheld), withheld)).toEqual(['parked for payload', 'parked for previous'])
          store = await harness.reopen(store)
          expect(await ingest(payloadLess(withheld))).toEqual(['parked for payload'])
          expect(await ingest(more)).toEqual(['held'])
          expect(await ingest(withheld)).toEqual(['decided held'])
          await isLike(elsewhere)
        })
      })

      test('whose payloads can be no operation are refused, with what was held for them', async () => {
        const created = create()
        const fields = new Map([['unknown', str('a')]])
        const payload = encodeOperation({ action: 'update', schemaId, previous: created.viewId, fields })
        const wrong = signEntry({ logId: 0n, seqNum: 1n }, payload, penguin.signer)
        const after = encodeOperation({ action: 'delete', schemaId, previous: hash(wrong) as string as DocumentViewId })
        const deletion = signEntry({ logId: 0n, seqNum: 2n, backlink: hash(wrong) }, after, penguin.signer)
        const deleted = { entry: deletion, operation: after }
        expect(await ingest(created, { entry: wrong }, deleted)).toEqual(['held', 'held', 'held'])
        expect((await ingest({ entry: wrong, operation: payload }))[0]).toMatch(/^refused /)
        expect(await ingest({ entry: wrong }, deleted)).toEqual(['decided refused', 'decided refused'])
        expect(await statusOf(created)).toMatchObject({ deleted: false })
      })
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
