import {
  bytesToHex,
  type DocumentId,
  documentViewIdFromTips,
  parseQuery,
  SCHEMA_FIELD_DEFINITION,
  type Schema,
  stateHash,
} from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { LOOK_AT_ONCE } from '../../src/ingest/ingest.js'
import type { Document, Store } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, str } from '../support/definitions.js'
import { codesOf, publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

/** More than one transaction forgets. */
const MANY = 700

/** What is removed here and for good. */
export function forgettingAcceptance(harness: StoreHarness): void {
  describe('forgetting', () => {
    let store: Store
    let note: Schema
    let link: Schema
    let definitions: readonly SignedItem[]
    const [panda, penguin] = [new Author(61), new Author(62)]

    beforeEach(async () => {
      store = await harness.open()
      const notes = defineSchema(new Author(9), 'note', { text: 'str' })
      await publishAll(store, notes.items)
      note = (await store.schema(notes.schemaId)) as Schema
      const links = defineSchema(new Author(10), 'link', { to: `pinned_relation(${note.id})` })
      await publishAll(store, links.items)
      link = (await store.schema(links.schemaId)) as Schema
      definitions = [...notes.items, ...links.items]
    })

    const write = (text: string, author = panda): SignedItem => author.create(note.id, { text: str(text) })

    async function all(schema = note): Promise<Document[]> {
      const where = { $deleted: { in: [true, false] } }
      return [...(await store.query(parseQuery({ where, first: 1000 }, schema))).documents]
    }

    test('leaves the record of what arrived: numbers have no gap, its ids stay decided, its logs have no height', async () => {
      const [gone, kept] = [write('gone'), write('kept', penguin)]
      await publishAll(store, [gone, kept])
      const before = await store.sync.fingerprints([{}])
      await store.forget({ document: gone.documentId })
      const number = definitions.length + 1
      expect((await store.sync.entriesAfter(number - 1)).entries).toEqual([
        { number, id: gone.id, decision: 'forgotten' },
        { number: number + 1, id: kept.id, decision: 'held', entry: kept.entry, operation: kept.operation },
      ])
      expect(await store.sync.fingerprints([{}])).toEqual(before)
      const ids = await store.sync.decidedIds({})
      expect(ids.find(({ id }) => id === gone.id)).toEqual({ id: gone.id, decision: 'forgotten' })
      expect((await store.sync.decidedIds({}, { schemas: [note.id] })).map(({ id }) => id)).toEqual([kept.id])
      expect((await store.sync.logHeights({ schemas: [note.id] })).map(({ id }) => id)).toEqual([kept.id])
    })

    test('leaves nothing of a document but the hashes of its entries, here and after a restart', async () => {
      const [gone, kept] = [write('a secret'), write('kept')]
      const update = penguin.update(gone.documentId, note.id, gone.viewId, { text: str('another secret') })
      await publishAll(store, [{ ...gone, idempotencyId: 'once' }, update, kept])
      const before = await store.stateHash(note.id)
      await store.forget({ document: gone.documentId })
      for (const one of [store, await harness.reopen(store)]) {
        expect(await one.documents([gone.documentId])).toEqual([undefined])
        expect(await one.views([gone.viewId, update.viewId])).toEqual([undefined, undefined])
        expect(await one.history(gone.documentId)).toBeUndefined()
        expect(await one.idempotent(['once'])).toEqual([undefined])
        expect(await one.count(parseQuery({}, note))).toBe(1)
      }
      expect((await all()).map(({ id }) => id)).toEqual([kept.documentId])
      const stored = JSON.stringify(await harness.dump(store))
      expect(stored).toContain('kept')
      expect(stored).not.toContain('secret')
      expect(stored).not.toContain(Buffer.from('secret').toString('hex'))
      expect(stored).toContain(bytesToHex(kept.entry))
      expect(stored).not.toContain(bytesToHex(gone.entry))
      expect(await store.stateHash(note.id)).toBe(stateHash(await all()))
      expect(await store.stateHash(note.id)).not.toBe(before)
      await store.forget({ document: gone.documentId })
    })

    test('what was forgotten does not come back, nor does what builds on it, from whoever it comes', async () => {
      const gone = write('gone')
      const update = penguin.update(gone.documentId, note.id, gone.viewId, { text: str('more') })
      await publishAll(store, [gone, update])
      await store.forget({ document: gone.documentId })
      const next = panda.update(gone.documentId, note.id, gone.viewId, { text: str('later') })
      const stranger = new Author(63).update(gone.documentId, note.id, update.viewId, { text: str('too') })
      expect(codesOf(await store.publish([gone, update, next, stranger]))).toEqual(Array(4).fill('FORGOTTEN'))
      const outcomes = await store.ingest([gone, update, next, stranger])
      const known = { status: 'decided', decision: 'forgotten' }
      expect(outcomes).toEqual([known, known, { ...known, isNew: true }, { ...known, isNew: true }])
      expect(await store.ingest([next, stranger])).toEqual([known, known])
      const merge = penguin.update(gone.documentId, note.id, documentViewIdFromTips([next.id, stranger.id]), {})
      expect(await store.ingest([merge])).toEqual([{ ...known, isNew: true }])
      expect(await store.documents([gone.documentId])).toEqual([undefined])
      expect(codesOf(await store.publish([next, merge]))).toEqual(['FORGOTTEN', 'FORGOTTEN'])
    })

    test('what waits for other entries goes too where it builds on what was forgotten, with all that waits for that', async () => {
      const [gone, kept] = [write('gone'), write('kept')]
      const missing = penguin.update(gone.documentId, note.id, gone.viewId, { text: str('never sent') })
      const previous = documentViewIdFromTips([gone.id, missing.id])
      const merge = new Author(63).update(gone.documentId, note.id, previous, { text: str('a secret') })
      const follows = new Author(64).update(gone.documentId, note.id, merge.viewId, { text: str('another secret') })
      const other = penguin.update(kept.documentId, note.id, kept.viewId, { text: str('parked') })
      await publishAll(store, [gone])
      const parked = await store.ingest([merge, follows, other])
      expect(parked.map(({ status }) => status)).toEqual(['waiting', 'waiting', 'waiting'])
      await store.forget({ document: gone.documentId })
      const stored = JSON.stringify(await harness.dump(store))
      expect(stored).toContain(Buffer.from('parked').toString('hex'))
      expect(stored).not.toContain(Buffer.from('secret').toString('hex'))
      const forgotten = { status: 'decided', decision: 'forgotten' }
      expect(await store.ingest([follows, merge, missing])).toEqual([
        forgotten,
        forgotten,
        { ...forgotten, isNew: true },
      ])
      expect(await store.parkedEntryOf(other.signedBy)).toBe(other.id)
      expect(await store.parkedEntryOf(merge.signedBy)).toBeUndefined()
    })

    test('does so where more waits than one transaction looks at, whichever of it that sees first', async () => {
      const gone = write('gone')
      const missing = penguin.update(gone.documentId, note.id, gone.viewId, { text: str('never sent') })
      const merge = new Author(63).update(gone.documentId, note.id, documentViewIdFromTips([gone.id, missing.id]), {
        text: str('merged'),
      })
      await publishAll(store, [gone])
      const following = Array.from({ length: LOOK_AT_ONCE }, (_, index) =>
        new Author(1000 + index).update(gone.documentId, note.id, merge.viewId, { text: str('follows') }),
      )
      const apart = Array.from({ length: LOOK_AT_ONCE }, (_, index) =>
        new Author(2000 + index).update(gone.documentId, note.id, write('never sent').viewId, { text: str('apart') }),
      )
      await store.ingest([...following, ...apart, merge])
      await store.forget({ document: gone.documentId })
      const outcomes = await store.ingest([...following, merge])
      expect(outcomes).toEqual(outcomes.map(() => ({ status: 'decided', decision: 'forgotten' })))
      const [first, last] = [apart[0], apart.at(-1)] as [SignedItem, SignedItem]
      expect([await store.parkedEntryOf(first.signedBy), await store.parkedEntryOf(last.signedBy)]).toEqual([
        first.id,
        last.id,
      ])
    })

    test('every table is as it was but for the hashes of entries and the marks of logs', async () => {
      await leaveTraces()
      const before = await tables()
      await leaveTraces()
      const after = await tables()
      const old = new Set(before.entries)
      const added = after.entries?.filter((row) => !old.has(row)) ?? []
      // What waited for something else on a forgotten document was decided with it.
      expect(added).toHaveLength(9)
      for (const row of added) expect(row).toMatch(/^\(\d+,"\\\\x0020[0-9a-f]{64}",3,+[01]\)$/)
      const marks = { arrival: 0, authors: 0, entries: 0, heads: 0, state_buckets: 0 }
      expect({ ...after, ...marks }).toEqual({ ...before, ...marks })
    })

    /** Stores what leaves a row in each table, and forgets it document by document. */
    async function leaveTraces(): Promise<void> {
      const [page, other] = [write('page'), write('other')]
      const changed = penguin.update(page.documentId, note.id, page.viewId, { text: str('changed') })
      const deletion = panda.delete(other.documentId, note.id, other.viewId)
      const links = [page.viewId, changed.viewId, other.viewId].map((value) =>
        penguin.create(link.id, { to: { type: 'pinned_relation', value } }),
      )
      const unsent = write('never sent')
      const parked = [page, unsent].map(({ documentId }) => penguin.update(documentId, note.id, unsent.viewId, {}))
      await publishAll(store, [{ ...page, idempotencyId: 'once' }, other, changed, ...links, deletion])
      expect((await store.ingest(parked)).map(({ status }) => status)).toEqual(['waiting', 'waiting'])
      for (const { documentId } of links) await store.forget({ document: documentId })
      const pinning = panda.create(link.id, { to: { type: 'pinned_relation', value: page.viewId } })
      await publishAll(store, [pinning])
      for (const { documentId } of [page, other]) await store.forget({ document: documentId })
      while ((await store.maintain()) !== undefined);
      const pinned = (await tables()).pinned_views?.filter((row) => row.includes(page.viewId)) ?? []
      expect(pinned).toHaveLength(1)
      // What pins it says the view's id: nothing else is known of it.
      expect(pinned[0]).toMatch(/^\("\\\\x[0-9a-f]+","\\\\x[0-9a-f]+",[,ft]*\)$/)
      await store.forget({ document: pinning.documentId })
      await store.forget({ author: penguin.publicKey })
      while ((await store.maintain()) !== undefined);
    }

    const tables = async () => (await harness.dump(store)) as Record<string, string[]>

    test("an author's log ids are not used again", async () => {
      const [first, second] = [write('first'), write('second')]
      await publishAll(store, [first, second])
      const next = await store.nextArgs(panda.publicKey)
      await store.forget({ author: panda.publicKey })
      expect(await all()).toEqual([])
      expect(await store.nextArgs(panda.publicKey)).toEqual(next)
      expect(await (await harness.reopen(store)).nextArgs(panda.publicKey)).toEqual(next)
      await publishAll(store, [write('third')])
      expect(await all()).toHaveLength(1)
    })

    test('an author takes along all that others added to their documents, and leaves what they added to those of others', async () => {
      const [own, other] = [write('own'), write('other', penguin)]
      const added = penguin.update(own.documentId, note.id, own.viewId, { text: str('by penguin') })
      const contributed = panda.update(other.documentId, note.id, other.viewId, { text: str('by panda') })
      await publishAll(store, [own, other, added, contributed])
      await store.forget({ author: panda.publicKey })
      const left = await all()
      expect(left.map(({ id, fields }) => [id, fields.get('text')?.value])).toEqual([[other.documentId, 'by panda']])
    })

    test('a schema is emptied, and takes new documents', async () => {
      const notes = Array.from({ length: MANY }, (_, index) => write(`${index}`))
      const linked = panda.create(link.id, {
        to: { type: 'pinned_relation', value: notes[0]?.viewId as Document['viewId'] },
      })
      await publishAll(store, [...notes, linked])
      const told: string[][] = []
      const stop = store.onSilentChange((schemaIds) => told.push([...schemaIds]))
      await store.forget({ schema: note.id })
      stop()
      expect(told).toEqual([[note.id]])
      expect(await all()).toEqual([])
      expect(await store.stateHash(note.id)).toBe(stateHash([]))
      expect(await all(link)).toHaveLength(1)
      const found = await store.query(parseQuery({ include: { to: true } }, link, () => note))
      expect(found.documents[0]?.related?.get('to')?.documents).toEqual([])
      const again = write('again')
      await publishAll(store, [again])
      expect((await all()).map(({ id }) => id)).toEqual([again.documentId])
    })

    test('what it pinned goes with it; what pins it goes on without', async () => {
      const target = write('target')
      const pinning = panda.create(link.id, { to: { type: 'pinned_relation', value: target.viewId } })
      await publishAll(store, [target, pinning])
      await store.forget({ document: target.documentId })
      const ask = () => store.query(parseQuery({ include: { to: true } }, link, () => note))
      expect((await ask()).documents.map(({ related }) => related?.get('to')?.documents)).toEqual([[]])
      await store.forget({ document: pinning.documentId })
      expect((await ask()).documents).toEqual([])
      while ((await store.maintain()) !== undefined);
      expect(JSON.stringify(await harness.dump(store))).not.toContain(`${target.viewId},`)
    })

    test('definitions of schemas are still needed', async () => {
      for (const { documentId } of definitions) {
        await expect(store.forget({ document: documentId })).rejects.toMatchObject({ code: 'STILL_NEEDED' })
      }
      const schema = SCHEMA_FIELD_DEFINITION
      await expect(store.forget({ schema })).rejects.toMatchObject({ code: 'STILL_NEEDED' })
      await store.forget({ author: new Author(9).publicKey })
      expect((await (await harness.reopen(store)).schema(note.id))?.name).toBe('note')
      const left = await store.documents(definitions.map(({ documentId }) => documentId))
      expect(left).not.toContain(undefined)
      await store.forget({ document: `0020${'5'.repeat(64)}` as DocumentId })
    })
  })
}
