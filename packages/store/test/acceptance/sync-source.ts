import {
  BLOB_PIECE,
  bytesToHex,
  type Hash,
  hashBytes,
  type PublicKey,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  type SchemaId,
} from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { DocumentStore, IngestItem } from '../../src/store.js'
import {
  type ArrivedEntry,
  type EntriesAfterOptions,
  MAX_FINGERPRINT_RANGES,
  MAX_SYNC_BYTES,
  MAX_SYNC_ITEMS,
} from '../../src/sync-source.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

/** The definition in docs/sync-seam.md, written once more. */
function expectedFingerprint(ids: readonly Hash[]) {
  const sum = ids.reduce((total, id) => total + BigInt(`0x${id.slice(4)}`), 0n) % 2n ** 256n
  const hashed = Buffer.from(sum.toString(16).padStart(64, '0') + ids.length.toString(16).padStart(16, '0'), 'hex')
  return { count: ids.length, fingerprint: bytesToHex(hashBytes(new Uint8Array(hashed))).slice(4, 36) }
}

const held = (item: SignedItem, number: number): ArrivedEntry => {
  return { number, id: item.id, decision: 'held', entry: item.entry, operation: item.operation }
}

const invalidArgument = (field: string) => ({ code: 'INVALID_ARGUMENT', details: { field } })

const idsOf = (entries: readonly { readonly id: Hash }[]) => entries.map(({ id }) => id)

export function syncSourceAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('what replication reads', () => {
    let store: DocumentStore
    let panda: Author
    let definition: SignedItem[]
    let schemaId: SchemaId

    beforeEach(async () => {
      store = await harness.open()
      panda = new Author(1)
      const defined = defineSchema(panda, 'venue', { capacity: 'int', name: 'str' })
      ;[definition, schemaId] = [defined.items, defined.schemaId]
      await publishAll(store, definition)
    })

    const venue = (author: Author, name = 'venue') => author.create(schemaId, { name: str(name), capacity: int(1) })

    /** An entry that its author signed and that can never be valid. */
    const invalid = (author: Author): SignedItem => author.create(schemaId, { name: int(5), capacity: int(1) })

    test('gives every entry after a number as it was received, and what was decided', async () => {
      const penguin = new Author(2)
      const [good, bad, late] = [venue(penguin), invalid(new Author(3)), venue(panda)]
      expect(await store.ingest([good, bad, late])).toMatchObject([
        { status: 'held' },
        { final: true },
        { status: 'held' },
      ])
      const first = definition.map((item, index) => held(item, index + 1))
      const refused = { number: 5, id: bad.id, decision: 'refused' }
      const all = [...first, held(good, 4), refused, held(late, 6)]
      expect((await store.sync.entriesAfter(0)).entries).toEqual(all)
      expect((await store.sync.entriesAfter(3)).entries).toEqual(all.slice(3))
      expect((await store.sync.entriesAfter(6)).entries).toEqual([])
      expect((await (await harness.reopen(store)).sync.entriesAfter(4)).entries).toEqual(all.slice(4))
    })

    test('gives an entry whose payload is gone without it', async () => {
      const created = venue(panda)
      const deleted = panda.delete(created.documentId, schemaId, created.viewId)
      const other = await harness.open()
      await publishAll(other, definition)
      const bare: IngestItem[] = [{ entry: created.entry }, { entry: deleted.entry, operation: deleted.operation }]
      await other.ingest(bare)
      const { entries: arrived } = await other.sync.entriesAfter(definition.length)
      const purged = arrived.find(({ id }) => id === created.id)
      expect(purged).toEqual({ number: purged?.number, id: created.id, decision: 'purged', entry: created.entry })
      expect(arrived.find(({ id }) => id === deleted.id)?.decision).toBe('held')
    })

    test('gives no more than it is asked for, and one at least, without leaving any out', async () => {
      const venues = Array.from({ length: 12 }, () => venue(panda, 'x'.repeat(100)))
      await publishAll(store, venues)
      const { entries: all } = await store.sync.entriesAfter(0)
      for (const limits of [{ items: 4 }, { bytes: 1 }, { bytes: 900 }, { items: 5, bytes: 1_500 }]) {
        const read: ArrivedEntry[] = []
        for (;;) {
          const { entries: page, upTo } = await store.sync.entriesAfter(read.at(-1)?.number ?? 0, limits)
          if (page.length === 0) break
          expect(upTo).toEqual(await store.sync.arrivalAt(page.at(-1)?.number ?? 0))
          const bytes = page.reduce(
            (sum, { entry, operation }) => sum + (entry?.length ?? 0) + (operation?.length ?? 0),
            0,
          )
          expect(page.length <= (limits.items ?? MAX_SYNC_ITEMS)).toBe(true)
          expect(page.length === 1 || bytes <= (limits.bytes ?? MAX_SYNC_BYTES)).toBe(true)
          read.push(...page)
        }
        expect(read).toEqual(all)
      }
    })

    test('gives the fingerprints of ranges of ids, refused ones among them, and the ids', async () => {
      const bad = invalid(new Author(3))
      await publishAll(
        store,
        Array.from({ length: 30 }, () => venue(panda)),
      )
      await store.ingest([bad])
      const all = idsOf((await store.sync.entriesAfter(0)).entries).toSorted()
      const [from, to] = [all[7], all[19]]
      const expected = [all, all.slice(7), all.slice(0, 19), all.slice(7, 19), []].map(expectedFingerprint)
      const ranges = [{}, { from }, { to }, { from, to }, { from: to, to: from }]
      expect(await store.sync.fingerprints(ranges)).toEqual(expected)
      expect(await store.sync.fingerprints([])).toEqual([])
      const ids = await store.sync.decidedIds({ from, to })
      expect(idsOf(ids)).toEqual(all.slice(7, 19))
      expect((await store.sync.decidedIds({})).find(({ id }) => id === bad.id)).toEqual({
        id: bad.id,
        decision: 'refused',
      })
      expect(idsOf(await store.sync.decidedIds({ from }, { items: 3 }))).toEqual(all.slice(7, 10))
    })

    test('fingerprints of a scope are of its documents’ entries', async () => {
      const venues = Array.from({ length: 5 }, () => venue(panda))
      await publishAll(store, venues)
      await store.ingest([invalid(new Author(3))])
      const ids = idsOf(venues).toSorted()
      expect(await store.sync.fingerprints([{}], { schemas: [schemaId] })).toEqual([expectedFingerprint(ids)])
      expect(idsOf(await store.sync.decidedIds({}, { schemas: [schemaId] }))).toEqual(ids)
      expect(await store.sync.fingerprints([{}], { schemas: [] })).toEqual([expectedFingerprint([])])
    })

    test('gives what arrived after a number in a scope, and says how far that leads', async () => {
      const penguin = new Author(2)
      const mine = venue(panda)
      const theirs = venue(penguin)
      const changed = panda.update(mine.documentId, schemaId, mine.viewId, { capacity: int(2) })
      await publishAll(store, [mine, theirs, changed])
      const bad = invalid(new Author(3))
      await store.ingest([bad])
      const latest = await store.sync.latestArrival()
      expect([latest, await store.sync.arrivalAt(8)]).toEqual([await store.sync.arrivalAt(7), undefined])
      const after = async (number: number, options: EntriesAfterOptions) => {
        const { entries, upTo, latest: last } = await store.sync.entriesAfter(number, options)
        expect(last).toBe(7)
        return [idsOf(entries), upTo]
      }
      const venues = idsOf([mine, theirs, changed])
      expect(await after(0, { schemas: [schemaId] })).toEqual([venues, latest])
      expect(await after(0, { schemas: [schemaId], items: 2 })).toEqual([
        venues.slice(0, 2),
        await store.sync.arrivalAt(5),
      ])
      expect(await after(5, { schemas: [schemaId] })).toEqual([venues.slice(2), latest])
      expect(await after(0, { authors: [penguin.publicKey] })).toEqual([[theirs.id], latest])
      expect(await after(0, { documents: [mine.documentId] })).toEqual([idsOf([mine, changed]), latest])
      expect(
        await after(0, { schemas: [schemaId], authors: [panda.publicKey], documents: [theirs.documentId] }),
      ).toEqual([[], latest])
      expect(await after(7, {})).toEqual([[], latest])
      expect(await after(0, { withoutPieces: true })).toEqual([idsOf([...definition, mine, theirs, changed]), latest])
      expect(idsOf(await store.sync.decidedIds({}, { authors: [penguin.publicKey] }))).toEqual([theirs.id])
    })

    test('a scope leaves out pieces of blobs, and the rest of their documents stays', async () => {
      const piece = panda.create(BLOB_PIECE, { data: { type: 'bytes', value: Uint8Array.of(1, 2, 3) } })
      await publishAll(store, [piece])
      expect(idsOf((await store.sync.entriesAfter(0)).entries)).toContain(piece.id)
      expect(idsOf((await store.sync.entriesAfter(0, { withoutPieces: true })).entries)).toEqual(idsOf(definition))
    })

    test('a store without entries has no latest arrival', async () => {
      const empty = await harness.open()
      expect(await empty.sync.latestArrival()).toEqual({ number: 0 })
      expect(await empty.sync.entriesAfter(0)).toEqual({ entries: [], upTo: { number: 0 }, latest: 0 })
    })

    test('says under which numbers ids arrived, gives what is there, and which ids are not known at all', async () => {
      const penguin = new Author(2)
      const [created, unseen] = [venue(panda), venue(penguin)]
      const parked = penguin.update(unseen.documentId, schemaId, unseen.viewId, { capacity: int(9) })
      await publishAll(store, [created])
      expect(await store.ingest([parked])).toMatchObject([{ status: 'waiting', parked: true }])
      const ids = [unseen.id, created.id, parked.id, ...idsOf(definition)]
      expect(await store.sync.arrivalNumbers(ids)).toEqual([undefined, 4, undefined, 1, 2, 3])
      expect(await store.sync.unknownIds(ids)).toEqual([unseen.id])
      const stripped = venue(penguin)
      expect(await store.ingest([{ entry: stripped.entry }])).toMatchObject([{ status: 'waiting', parked: true }])
      expect(await store.sync.unknownIds([parked.id, stripped.id])).toEqual([stripped.id])
      expect(idsOf(await store.sync.entriesAt([4, 2, 9, 2]))).toEqual([definition[1]?.id, created.id])
      expect(idsOf(await store.sync.entriesAt([4, 3, 2], { items: 2 }))).toEqual(idsOf(definition.slice(1)))
      expect(idsOf(await store.sync.entriesAt([4, 3], { bytes: 1 }))).toEqual([definition[2]?.id])
      expect(await store.sync.entriesAt([])).toEqual([])
      const many = Array.from({ length: MAX_SYNC_ITEMS + 1 }, () => created.id)
      await expect(store.sync.arrivalNumbers(many)).rejects.toMatchObject(invalidArgument('ids'))
      await expect(store.sync.entriesAt(many.map(() => 1))).rejects.toMatchObject(invalidArgument('numbers'))
      await expect(store.sync.unknownIds(['x' as Hash])).rejects.toMatchObject({ code: 'INVALID_HASH' })
    })

    test('keeps how far another database was taken, by scope, until it is kept anew', async () => {
      const [there, elsewhere] = ['a'.repeat(32), 'b'.repeat(32)]
      const scope = { schemas: [schemaId, SCHEMA_DEFINITION], withoutPieces: true }
      const at = { number: 12, id: definition[0]?.id as Hash }
      expect(await store.sync.resumePoint(there)).toBeUndefined()
      await store.sync.keepResumePoint(there, at)
      await store.sync.keepResumePoint(there, { number: 0 }, scope)
      await store.sync.keepResumePoint(there, { ...at, number: 13 })
      const opened = await harness.reopen(store)
      expect(await opened.sync.resumePoint(there)).toEqual({ ...at, number: 13 })
      expect(await opened.sync.resumePoint(there, { ...scope, schemas: [SCHEMA_DEFINITION, schemaId] })).toEqual({
        number: 0,
      })
      expect(await opened.sync.resumePoint(there, { schemas: [schemaId] })).toBeUndefined()
      expect(await opened.sync.resumePoint(elsewhere)).toBeUndefined()
      await expect(opened.sync.keepResumePoint('nowhere', at)).rejects.toMatchObject(invalidArgument('databaseId'))
    })

    test('an address has the resume points of one database, and who has dialled keeps its own', async () => {
      const [hub, other, guest] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)]
      const address = 'wss://hub.example/sync'
      const at = { number: 12, id: definition[0]?.id as Hash }
      const scope = { schemas: [schemaId] }
      await store.sync.keepResumePoint(guest, at)
      await store.sync.keepResumePoint(hub, at, {}, address)
      await store.sync.keepResumePoint(hub, at, scope, address)
      await store.sync.keepResumePoint(hub, at, {}, 'wss://elsewhere.example/sync')
      await store.sync.keepResumePoint(hub, at, {}, address)
      await store.sync.keepResumePoint(other, at, {}, address)
      const points = [hub, other, guest].flatMap((one) => [[one, {}] as const, [one, scope] as const])
      const kept = await Promise.all(points.map(([one, of]) => store.sync.resumePoint(one, of)))
      expect(kept).toEqual([undefined, undefined, at, undefined, at, undefined])
      await expect(store.sync.keepResumePoint(hub, at, {}, '')).rejects.toMatchObject(invalidArgument('address'))
    })

    test('an arrival has another id where it came in another opening, and keeps it', async () => {
      const [first, second, third] = [venue(panda), venue(panda), venue(panda)]
      const { number } = await store.sync.latestArrival()
      await publishAll(store, [first, second])
      const [one, two] = [await store.sync.arrivalAt(number + 1), await store.sync.arrivalAt(number + 2)]
      expect([one?.number, two?.number, one?.id === two?.id]).toEqual([number + 1, number + 2, false])
      expect([one?.id, two?.id]).not.toEqual(idsOf([first, second]))
      const opened = await harness.reopen(store)
      expect(await opened.sync.latestArrival()).toEqual(two)
      await publishAll(opened, [third])
      const again = await harness.reopen(opened)
      expect(await again.sync.arrivalAt(number + 1)).toEqual(one)
      expect(await again.sync.arrivalAt(number + 2)).toEqual(two)
      expect(await again.sync.arrivalAt(number + 3)).toEqual(await opened.sync.latestArrival())
    })

    test('keeps who was met at an address, those met last first', async () => {
      const [hub, other] = ['wss://hub.example', 'wss://ümlaut.example/sync?x=1']
      const [former, latter] = ['a'.repeat(32), 'b'.repeat(32)]
      expect(await store.sync.metPeers()).toEqual([])
      const atHub = { address: hub, databaseId: latter, metAt: 3, toSend: 4, upTo: 5 }
      const atOther = { address: other, databaseId: former, metAt: 2, toSend: 0, upTo: 0 }
      await store.sync.keepMetPeer({ ...atHub, databaseId: former, metAt: 1, toSend: 1, upTo: 2 })
      await store.sync.keepMetPeer(atOther)
      await store.sync.keepMetPeer(atHub)
      expect(await (await harness.reopen(store)).sync.metPeers()).toEqual([atHub, atOther])
      await expect(store.sync.keepMetPeer({ ...atHub, address: '' })).rejects.toMatchObject(invalidArgument('address'))
      await expect(store.sync.keepMetPeer({ ...atHub, upTo: -1 })).rejects.toMatchObject(invalidArgument('number'))
    })

    test('a key that is no point of the curve has signed nothing', async () => {
      const nobody = `${'00'.repeat(31)}01` as PublicKey
      const mine = venue(panda)
      await publishAll(store, [mine])
      const { entries, upTo } = await store.sync.entriesAfter(0, { authors: [nobody] })
      expect([idsOf(entries), upTo]).toEqual([[], await store.sync.arrivalAt(definition.length + 1)])
      expect(await store.sync.decidedIds({}, { authors: [nobody] })).toEqual([])
      const after = { publicKey: nobody, logId: 7n }
      expect(await store.sync.logHeights({ authors: [nobody], after })).toEqual([])
      expect(await store.sync.logEntries([{ ...after, above: 0n }])).toEqual([])
      const authors = [panda.publicKey.toUpperCase() as PublicKey]
      await expect(store.sync.entriesAfter(0, { authors })).rejects.toMatchObject({ code: 'INVALID_PUBLIC_KEY' })
    })

    test('says how many bytes are stored of each author', async () => {
      const [penguin, stranger] = [new Author(2), new Author(3)]
      const items = [venue(penguin), venue(penguin, 'x'.repeat(9_000))]
      await publishAll(store, items)
      await store.ingest([invalid(stranger)])
      const bytes = items.reduce((sum, { entry, operation }) => sum + entry.length + operation.length, 0)
      const authors = [stranger.publicKey, penguin.publicKey, new Author(4).publicKey]
      expect(await store.sync.storedBytes(authors)).toEqual([0, bytes, 0])
      expect(await store.sync.storedBytes([])).toEqual([])
    })

    test('gives the entries that a schema is known by, up to the views that its id names, and nothing else', async () => {
      const other = defineSchema(panda, 'other', { text: 'str' })
      const [field] = definition as [SignedItem, ...SignedItem[]]
      const later = panda.update(field.documentId, SCHEMA_FIELD_DEFINITION, field.viewId, { type: str('float') })
      await publishAll(store, [...other.items, later, venue(panda)])
      const entries = await store.sync.definitionEntries(schemaId)
      expect(idsOf(entries)).toEqual(idsOf(definition))
      const fresh = await harness.open()
      await fresh.ingest(entries.flatMap(({ entry, operation }) => (entry ? [{ entry, operation }] : [])))
      expect((await fresh.schema(schemaId))?.id).toBe(schemaId)
      const [first, ...rest] = entries
      expect(await store.sync.definitionEntries(schemaId, 0, { items: 1 })).toEqual([first])
      expect(await store.sync.definitionEntries(schemaId, first?.number)).toEqual(rest)
      expect(await store.sync.definitionEntries(SCHEMA_DEFINITION)).toEqual([])
      expect(await store.sync.definitionEntries(`nowhere_0020${'a'.repeat(64)}` as SchemaId)).toEqual([])
    })

    test('a schema whose definitions were changed before it was named needs their earlier entries too', async () => {
      const [field, , last] = definition as [SignedItem, SignedItem, SignedItem]
      const changedField = panda.update(field.documentId, SCHEMA_FIELD_DEFINITION, field.viewId, { type: str('float') })
      const views = { type: 'pinned_relation_list', value: [changedField.viewId] } as const
      const changed = panda.update(last.documentId, SCHEMA_DEFINITION, last.viewId, { fields: views })
      await publishAll(store, [changedField, changed])
      const entries = await store.sync.definitionEntries(`venue_${changed.id}` as SchemaId)
      expect(idsOf(entries)).toEqual(idsOf([field, last, changedField, changed]))
    })

    test('what was written beside a definition comes along where it arrived before, and not where it came later', async () => {
      const penguin = new Author(2)
      const [field, , last] = definition as [SignedItem, SignedItem, SignedItem]
      const change = (author: Author, type: string) =>
        author.update(field.documentId, SCHEMA_FIELD_DEFINITION, field.viewId, { type: str(type) })
      const [beside, named, later] = [change(penguin, 'str'), change(panda, 'float'), change(new Author(3), 'bool')]
      const views = { type: 'pinned_relation_list', value: [named.viewId] } as const
      const changed = panda.update(last.documentId, SCHEMA_DEFINITION, last.viewId, { fields: views })
      await store.ingest([beside, named, later, changed])
      const id = `venue_${changed.id}` as SchemaId
      const expected = idsOf([field, last, beside, named, changed])
      const paged: Hash[] = []
      for (let page = await store.sync.definitionEntries(id, 0, { items: 2 }); page.length > 0; ) {
        paged.push(...idsOf(page))
        page = await store.sync.definitionEntries(id, page.at(-1)?.number, { items: 2 })
      }
      expect([idsOf(await store.sync.definitionEntries(id)), paged]).toEqual([expected, expected])
    })

    test('refuses what is out of bounds', async () => {
      for (const number of [-1, 0.5, Number.NaN, '1' as never]) {
        await expect(store.sync.entriesAfter(number)).rejects.toMatchObject(invalidArgument('number'))
      }
      await expect(store.sync.entriesAfter(0, { items: 0 })).rejects.toMatchObject(invalidArgument('items'))
      await expect(store.sync.entriesAfter(0, { bytes: MAX_SYNC_BYTES + 1 })).rejects.toMatchObject(
        invalidArgument('bytes'),
      )
      await expect(store.sync.logHeights({ items: MAX_SYNC_ITEMS + 1 })).rejects.toMatchObject(invalidArgument('items'))
      const after = { publicKey: panda.publicKey, logId: -1n }
      await expect(store.sync.logHeights({ after })).rejects.toMatchObject(invalidArgument('after.logId'))
      const ranges = Array.from({ length: MAX_FINGERPRINT_RANGES + 1 }, () => ({}))
      await expect(store.sync.fingerprints(ranges)).rejects.toMatchObject(invalidArgument('ranges'))
      await expect(store.sync.decidedIds({ from: 'x' as Hash })).rejects.toMatchObject({ code: 'INVALID_HASH' })
      await expect(store.sync.definitionEntries('x' as SchemaId)).rejects.toMatchObject({ code: 'INVALID_SCHEMA_ID' })
      const schemas = ['x' as SchemaId]
      await expect(store.sync.fingerprints([{}], { schemas })).rejects.toMatchObject({ code: 'INVALID_SCHEMA_ID' })
    })
  })
}
