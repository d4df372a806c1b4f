import { BLOB_PIECE, type Hash, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, type SchemaId } from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { DocumentStore } from '../../src/store.js'
import { MAX_SYNC_ITEMS, type SyncScope } from '../../src/sync-source.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

const idsOf = (entries: readonly { readonly id: Hash }[]) => entries.map(({ id }) => id)

const invalidArgument = (field: string) => ({ code: 'INVALID_ARGUMENT', details: { field } })

export function syncLogsAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('what replication reads of logs', () => {
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

    test('gives the heights of logs by author, those of some schemas alone, page by page', async () => {
      const penguin = new Author(2)
      const [one, two] = [venue(panda), venue(penguin)]
      const changed = panda.update(one.documentId, schemaId, one.viewId, { capacity: int(2) })
      await publishAll(store, [one, two, changed])
      const heightOf = ({ signedBy: publicKey, args, id }: SignedItem, ofSchema: SchemaId) => {
        return { publicKey, logId: args.logId, seqNum: args.seqNum, id, isForked: false, schemaId: ofSchema }
      }
      const venues = [heightOf(changed, schemaId), heightOf(two, schemaId)]
      const fields = definition.slice(0, -1).map((item) => heightOf(item, SCHEMA_FIELD_DEFINITION))
      const own = definition.slice(-1).map((item) => heightOf(item, SCHEMA_DEFINITION))
      const order = <Height extends { publicKey: string; logId: bigint }>(heights: readonly Height[]) =>
        heights.toSorted((a, b) =>
          a.publicKey === b.publicKey ? Number(a.logId - b.logId) : a.publicKey < b.publicKey ? -1 : 1,
        )
      const all = order([...fields, ...own, ...venues])
      expect(await store.sync.logHeights()).toEqual(all)
      expect(await store.sync.logHeights({ schemas: [schemaId] })).toEqual(order(venues))
      expect(await store.sync.logHeights({ schemas: [] })).toEqual([])
      const paged = []
      for (let page = await store.sync.logHeights({ items: 2 }); page.length > 0; ) {
        paged.push(...page)
        page = await store.sync.logHeights({ items: 2, after: page.at(-1) })
      }
      expect(paged).toEqual(all)
    })

    test('says of which logs it has two branches, and gives the height of one of them', async () => {
      const [forked, whole] = [venue(panda), venue(panda)]
      const clone = panda.clone()
      const branches = [panda, clone].map((author, index) =>
        author.update(forked.documentId, schemaId, forked.viewId, { capacity: int(index + 2) }),
      )
      const twice = new Author(2)
      const second = twice.clone()
      // Two logs' beginnings are a fork as well.
      const beginnings = [venue(twice, 'left'), venue(second, 'right')]
      await store.ingest([forked, whole, ...branches, ...beginnings])
      for (const opened of [store, await harness.reopen(store)]) {
        const heights = await opened.sync.logHeights({ schemas: [schemaId] })
        const shown = heights.map(({ publicKey, logId, seqNum, isForked }) => [publicKey, logId, seqNum, isForked])
        expect(shown.toSorted()).toEqual(
          [
            [panda.publicKey, forked.args.logId, 2n, true],
            [panda.publicKey, whole.args.logId, 1n, false],
            [twice.publicKey, 0n, 1n, true],
          ].toSorted(),
        )
        const tips = heights.filter(({ isForked }) => isForked).map(({ id }) => id)
        expect(idsOf([...branches, ...beginnings])).toEqual(expect.arrayContaining(tips))
      }
    })

    test('gives the heights of one author’s logs', async () => {
      const penguin = new Author(2)
      await publishAll(store, [venue(penguin), venue(panda)])
      const heights = await store.sync.logHeights({ authors: [penguin.publicKey] })
      expect(heights.map(({ publicKey, seqNum }) => [publicKey, seqNum])).toEqual([[penguin.publicKey, 1n]])
    })

    test('gives the heights of the logs of a scope', async () => {
      const penguin = new Author(2)
      const [mine, theirs] = [venue(panda), venue(penguin)]
      const piece = penguin.create(BLOB_PIECE, { data: { type: 'bytes', value: Uint8Array.of(1, 2, 3) } })
      await publishAll(store, [mine, theirs, piece])
      const idsIn = async (scope: SyncScope) => idsOf(await store.sync.logHeights(scope))
      expect(await idsIn({ documents: [theirs.documentId, mine.documentId], authors: [penguin.publicKey] })).toEqual([
        theirs.id,
      ])
      expect(await idsIn({ documents: [] })).toEqual([])
      expect(await idsIn({ authors: [penguin.publicKey], withoutPieces: true })).toEqual([theirs.id])
      expect(await idsIn({ authors: [penguin.publicKey] })).toEqual([theirs.id, piece.id])
    })

    test('gives the entries of logs above a sequence number, page by page, and both branches of a fork', async () => {
      const [penguin, other] = [new Author(2), venue(panda)]
      const created = venue(penguin)
      const clone = penguin.clone()
      const change = (author: Author, capacity: number) =>
        author.update(created.documentId, schemaId, created.viewId, { capacity: int(capacity) })
      const branches = [change(penguin, 2), change(clone, 3)]
      await store.ingest([other, created, ...branches, invalid(new Author(3))])
      const log = { publicKey: penguin.publicKey, logId: created.args.logId }
      const both = branches.map(({ id }) => ({ ...log, seqNum: 2n, id })).toSorted((a, b) => (a.id < b.id ? -1 : 1))
      expect(await store.sync.logEntries([{ ...log, above: 1n }])).toEqual(both)
      expect(await store.sync.logEntries([{ ...log, above: 2n }])).toEqual([])
      expect(await store.sync.logEntries([])).toEqual([])
      const parts = [
        { ...log, above: 0n },
        { publicKey: panda.publicKey, logId: other.args.logId, above: 0n },
        { publicKey: penguin.publicKey, logId: 77n, above: 0n },
      ]
      const all = await store.sync.logEntries(parts)
      expect(idsOf(all).toSorted()).toEqual(idsOf([other, created, ...branches]).toSorted())
      const paged = []
      for (let page = await store.sync.logEntries(parts, { items: 1 }); page.length > 0; ) {
        paged.push(...page)
        page = await store.sync.logEntries(parts, { items: 1, after: page.at(-1) })
      }
      expect(paged).toEqual(all)
      const many = Array.from({ length: MAX_SYNC_ITEMS + 1 }, () => ({ ...log, above: 0n }))
      await expect(store.sync.logEntries(many)).rejects.toMatchObject(invalidArgument('logs'))
      await expect(store.sync.logEntries([{ ...log, above: -1n }])).rejects.toMatchObject(invalidArgument('logs.above'))
    })
  })
}
