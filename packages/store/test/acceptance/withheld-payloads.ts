import {
  type DocumentId,
  type DocumentViewId,
  documentViewIdFromTips,
  encodeOperation,
  hash,
  signEntry,
} from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { DocumentStore, ForkedLog, IngestItem, StoreCommit } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { str } from '../support/definitions.js'
import { publishAll } from '../support/outcomes.js'
import { createVenue, payloadLess, remove, statusIn, update, venues } from '../support/venues.js'
import { wordOf } from './ingesting.js'
import type { StoreHarness } from './store-harness.js'

const { items: definition, schemaId } = venues

/** Entries that came without payloads which purges elsewhere have to keep. */
export function withheldPayloadsAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('payloads that were withheld', () => {
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

      test('tell of no log as forked again, and of no document as new', async () => {
        const created = create()
        const [first, branch] = [update(penguin, created, 1), update(new Author(2), created, 2)]
        const withheld = update(penguin, created, 3, created.viewId)
        const forks: ForkedLog[] = []
        const commits: StoreCommit[] = []
        store.onFork((some) => forks.push(...some))
        store.onCommit((commit) => commits.push(commit))
        await ingest(created, first, branch, remove(new Author(3), created), payloadLess(withheld))
        expect(await ingest(withheld)).toEqual(['held'])
        expect(forks).toMatchObject([{ publicKey: penguin.publicKey, logId: 0n, operationId: branch.id }])
        const { viewId } = (await statusOf(created)) ?? {}
        const change = { id: created.documentId, schemaId }
        expect(commits.map(({ changes }) => changes)).toMatchObject([
          [{ ...change, isNew: true }],
          [{ ...change, isNew: false, viewId, deleted: true }],
        ])
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

      test('leave resume points: what waits then is never dropped', async () => {
        const databaseId = '11'.repeat(16)
        for (const isThere of [true, false]) {
          store = await harness.open()
          await publishAll(store, definition)
          const { withheld, more } = await beside()
          await ingest(payloadLess(withheld), ...(isThere ? [more] : []))
          const mark = await store.sync.latestArrival()
          await store.sync.keepResumePoint(databaseId, mark)
          expect((await ingest(withheld))[0]).toMatch(isThere ? /^held$/ : /^parked /)
          expect(await store.sync.resumePoint(databaseId)).toEqual(mark)
        }
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

    describe.each([
      ['of no schema', encodeOperation({ action: 'create', schemaId, fields: new Map([['unknown', str('a')]]) })],
      ['that cannot be decoded', Uint8Array.of(1, 2, 3)],
    ])('by their author, and are payloads %s', (_, payload) => {
      const wrong = signEntry({ logId: 0n, seqNum: 1n }, payload, new Author(2).signer)
      const [withheld, whole] = [{ entry: wrong }, { entry: wrong, operation: payload }]
      const after = encodeOperation({ action: 'delete', schemaId, previous: hash(wrong) as string as DocumentViewId })
      const links = { logId: 0n, seqNum: 2n, backlink: hash(wrong) }
      const deletion = { entry: signEntry(links, after, new Author(2).signer), operation: after }

      test('are refused once they come, with what was held for them', async () => {
        expect(await ingest(withheld, deletion)).toEqual(['held', 'held'])
        expect((await ingest(whole))[0]).toMatch(/^refused /)
        expect(await ingest(withheld, deletion)).toEqual(['decided refused', 'decided refused'])
        const elsewhere = await wholeFrom([whole, deletion])
        expect(await store.stateHash(schemaId)).toBe(await elsewhere.stateHash(schemaId))
        expect(await store.sync.fingerprints([{}])).toEqual(await elsewhere.sync.fingerprints([{}]))
      })

      test('are refused where they come in the same call', async () => {
        const created = create()
        const first = update(panda, created, 1)
        await ingest(created, first, remove(penguin, created))
        const entry = signEntry({ logId: 0n, seqNum: 3n, backlink: first.id }, payload, panda.signer)
        expect(await ingest({ entry }, { entry, operation: payload })).toEqual([
          'decided refused',
          expect.stringMatching(/^refused /),
        ])
      })
    })
  })
}
