import {
  encodeEntry,
  encodeOperation,
  hash,
  MAX_PAYLOAD_BYTES,
  type SchemaId,
  SIGNATURE_BYTES,
  signEntry,
} from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { MAX_PARKED_AUTHOR_ENTRIES, PARKED_MS } from '../../src/decide/park-bounds.js'
import type { DocumentStore, ForkedLog, IngestItem, IngestOutcome } from '../../src/store.js'
import { Author, type SignedItem } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { codesOf, publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

/** Entries from elsewhere: what is held does not depend on the order in which they come. */
export function ingestingAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('ingesting', () => {
    let store: DocumentStore
    let now: number
    let panda: Author
    let penguin: Author
    let schemaId: SchemaId
    let definition: SignedItem[]

    beforeEach(async () => {
      now = Date.UTC(2024, 0, 1)
      store = await harness.open({ now: () => now })
      panda = new Author(1)
      penguin = new Author(2)
      const defined = defineSchema(new Author(9), 'venue', { capacity: 'int', name: 'str' })
      schemaId = defined.schemaId
      definition = defined.items
    })

    const venue = (name: string) => ({ name: str(name), capacity: int(0) })
    const update = (author: Author, before: SignedItem, capacity: number, previous = before.viewId) =>
      author.update(before.documentId, schemaId, previous, { capacity: int(capacity) })
    const remove = (author: Author, before: SignedItem) => author.delete(before.documentId, schemaId, before.viewId)

    async function ingest(...items: readonly IngestItem[]): Promise<string[]> {
      return (await store.ingest(items)).map(wordOf)
    }

    async function capacityOf({ documentId }: SignedItem): Promise<unknown> {
      return (await store.documents([documentId]))[0]?.fields.get('capacity')?.value
    }

    test('holds what comes in causal order, and says that it was decided when it comes again', async () => {
      const created = panda.create(schemaId, venue('a'))
      const updated = update(penguin, created, 1)
      expect(await ingest(...definition, created)).toEqual(['held', 'held', 'held', 'held'])
      expect(await ingest(updated)).toEqual(['held'])
      expect(await capacityOf(created)).toBe(1n)
      expect(await ingest(created, updated)).toEqual(['decided held', 'decided held'])
      expect((await store.schemas()).map(({ id }) => id)).toContain(schemaId)
    })

    test('holds in one call what comes in reverse order', async () => {
      const created = panda.create(schemaId, venue('a'))
      const updates = [update(panda, created, 1)]
      for (let i = 2; i < 10; i += 1) updates.push(update(panda, updates.at(-1) as SignedItem, i))
      const items = [...definition, created, ...updates].reverse()
      expect(await ingest(...items)).toEqual(items.map(() => 'held'))
      expect(await capacityOf(created)).toBe(9n)
    })

    test('parks what waits, also over a restart, and holds it as soon as it can: here by what is published', async () => {
      const created = panda.create(schemaId, venue('a'))
      const first = update(panda, created, 1)
      const second = update(penguin, first, 2)
      expect(await ingest(second, first)).toEqual(['parked for previous', 'parked for backlink'])
      store = await harness.reopen(store)
      await publishAll(store, definition)
      expect(await store.documents([created.documentId])).toEqual([undefined])
      await publishAll(store, [created])
      expect(await capacityOf(created)).toBe(2n)
      expect(await ingest(first, second)).toEqual(['decided held', 'decided held'])
      expect(codesOf(await store.publish([second]))).toEqual(['ALREADY_PUBLISHED'])
    })

    test('says all that an entry waits for', async () => {
      const created = panda.create(schemaId, venue('a'))
      const first = update(panda, created, 1)
      const [outcome] = await store.ingest([first])
      expect(outcome).toEqual({
        status: 'waiting',
        parked: true,
        for: [
          { kind: 'backlink', id: created.id },
          { kind: 'previous', id: created.id },
          { kind: 'schema', id: schemaId, missing: [definition.at(-1)?.id] },
        ],
      })
    })

    test('does not park an entry of a schema that no operation can define', async () => {
      const [outcome] = await store.ingest([panda.create('blob_v2' as SchemaId, {})])
      expect(outcome).toEqual({
        status: 'waiting',
        parked: false,
        for: [{ kind: 'schema', id: 'blob_v2', missing: [] }],
      })
    })

    test('refuses for good what is of a schema whose views describe none', async () => {
      const [field] = definition
      const broken = new Author(8).create('schema_definition_v1' as SchemaId, {
        description: str(''),
        fields: { type: 'pinned_relation_list', value: [] },
        name: str('venue'),
      })
      const created = panda.create(`venue_${broken.id}` as SchemaId, venue('a'))
      const other = panda.create(`venue_${field?.id}` as SchemaId, venue('b'))
      expect(await ingest(created, other)).toEqual(['parked for schema', 'parked for schema'])
      expect(await ingest(broken, field as SignedItem)).toEqual(['held', 'held'])
      expect(await ingest(created, other)).toEqual(['decided refused', 'decided refused'])
    })

    test('holds an UPDATE and a DELETE beside a DELETE, and refuses what follows one, with all that follows that', async () => {
      await publishAll(store, definition)
      const created = panda.create(schemaId, venue('a'))
      const deleted = remove(panda, created)
      const beside = update(penguin, created, 1)
      const alsoDeleted = remove(new Author(3), created)
      expect(await ingest(created, deleted, beside, alsoDeleted)).toEqual(['held', 'held', 'held', 'held'])
      const tips = [deleted.id, beside.id, alsoDeleted.id].sort().join('_')
      expect((await store.documents([created.documentId]))[0]).toMatchObject({ deleted: true, viewId: tips })
      const late = update(new Author(4), created, 2, deleted.viewId)
      const later = update(new Author(5), late, 3)
      const inLog = update(panda, created, 4, beside.viewId)
      expect(await ingest(later, late, inLog)).toEqual([
        'refused DEPENDENCY_REFUSED',
        'refused DOCUMENT_DELETED',
        'refused DOCUMENT_DELETED',
      ])
      expect(await ingest(later, late, inLog)).toEqual(['decided refused', 'decided refused', 'decided refused'])
      expect(codesOf(await store.publish([late]))).toEqual(['DOCUMENT_DELETED'])
    })

    test('keeps both branches of a log, tells of the fork once, and publishes on it no more', async () => {
      const forks: ForkedLog[] = []
      store.onFork((logs) => forks.push(...logs))
      const created = panda.create(schemaId, venue('a'))
      const clone = panda.clone()
      const left = update(panda, created, 1)
      const right = update(clone, created, 2)
      const afterLeft = update(panda, left, 3)
      const afterRight = update(clone, right, 4)
      await publishAll(store, [...definition, created, left])
      expect(await ingest(right, afterRight, afterLeft)).toEqual(['held', 'held', 'held'])
      const { logId } = created.args
      expect(forks).toEqual([
        { publicKey: panda.publicKey, logId, documentId: created.documentId, schemaId, operationId: right.id },
      ])
      const viewId = [afterLeft.id, afterRight.id].sort().join('_')
      expect((await store.documents([created.documentId]))[0]?.viewId).toBe(viewId)
      store = await harness.reopen(store)
      await expect(store.nextArgs(panda.publicKey, afterLeft.viewId)).rejects.toMatchObject({ code: 'LOG_FORKED' })
      expect(codesOf(await store.publish([update(panda, afterLeft, 5)]))).toEqual(['LOG_FORKED'])
      expect((await store.nextArgs(panda.publicKey)).logId).toBe(logId + 1n)
    })

    test('follows the branch that an entry is on: its skiplink and its backlink belong to that one', async () => {
      const created = panda.create(schemaId, venue('a'))
      const clone = panda.clone()
      const chain = (author: Author, first: number) => {
        const items = [update(author, created, first)]
        for (let i = 1; i < 8; i += 1) items.push(update(author, items.at(-1) as SignedItem, first + i))
        return items
      }
      const [left, right] = [chain(panda, 10), chain(clone, 20)]
      await publishAll(store, definition)
      expect(await ingest(created, ...left, ...right)).toEqual(Array.from({ length: 17 }, () => 'held'))
      const stolen = right.at(-1) as SignedItem
      const payload = encodeOperation({
        action: 'update',
        schemaId,
        previous: stolen.viewId,
        fields: new Map([['capacity', int(1)]]),
      })
      const [eighth, otherEighth] = [right[6], left[6]] as [SignedItem, SignedItem]
      const args = { ...stolen.args, seqNum: 8n, backlink: (right[5] as SignedItem).id }
      const wrong = signEntry({ ...args, skiplink: (left[2] as SignedItem).id }, payload, panda.signer)
      const good = signEntry({ ...args, skiplink: (right[2] as SignedItem).id }, payload, panda.signer)
      expect([eighth.args.skiplink, otherEighth.args.skiplink]).toEqual([right[2]?.id, left[2]?.id])
      expect(await ingest({ entry: wrong, operation: payload })).toEqual(['refused INVALID_LINK'])
      expect(await ingest({ entry: good, operation: payload })).toEqual(['held'])
    })

    test('marks logs as forked that carry two documents, and two logs of one document', async () => {
      const clone = panda.clone()
      const [one, other] = [panda.create(schemaId, venue('one')), clone.create(schemaId, venue('other'))]
      await publishAll(store, definition)
      expect(await ingest(one, other)).toEqual(['held', 'held'])
      for (const { viewId } of [one, other]) {
        await expect(store.nextArgs(panda.publicKey, viewId)).rejects.toMatchObject({ code: 'LOG_FORKED' })
      }
      const third = new Author(3)
      const shared = penguin.create(schemaId, venue('shared'))
      const twin = third.clone()
      const twins = [update(third, shared, 1), update(twin, shared, 2)]
      twin.create(schemaId, venue('elsewhere'))
      const moved = new Author(4)
      const mover = moved.clone()
      mover.create(schemaId, venue('not sent'))
      const inTwoLogs = [update(moved, shared, 3), update(mover, shared, 4)]
      expect(await ingest(shared, ...twins, ...inTwoLogs)).toEqual(['held', 'held', 'held', 'held', 'held'])
      for (const { publicKey } of [third, moved]) {
        await expect(store.nextArgs(publicKey, shared.viewId)).rejects.toMatchObject({ code: 'LOG_FORKED' })
      }
      expect(codesOf(await store.publish([update(mover, shared, 5)]))).toEqual(['LOG_FORKED'])
    })

    test('finds the logs of an author whose entry comes before what it follows', async () => {
      const shared = penguin.create(schemaId, venue('shared'))
      const clone = panda.clone()
      clone.create(schemaId, venue('not sent'))
      const first = update(panda, shared, 1)
      const theirs = update(penguin, shared, 2)
      const second = update(clone, theirs, 3)
      await publishAll(store, [...definition, shared])
      expect(await ingest(first)).toEqual(['held'])
      expect(await ingest(second, theirs)).toEqual(['held', 'held'])
      await expect(store.nextArgs(panda.publicKey, shared.viewId)).rejects.toMatchObject({ code: 'LOG_FORKED' })
    })

    test('refuses links to another log and another author, another document in a log, previous of two documents', async () => {
      const [one, two] = [panda.create(schemaId, venue('one')), panda.create(schemaId, venue('two'))]
      const theirs = penguin.create(schemaId, venue('theirs'))
      await publishAll(store, [...definition, one, two, theirs])
      const payload = (previous: string, id = schemaId) =>
        encodeOperation({ action: 'update', schemaId: id, previous, fields: new Map() })
      const sign = (operation: Uint8Array, logId: bigint, backlink: SignedItem) => ({
        operation,
        entry: signEntry({ logId, seqNum: 2n, backlink: backlink.id }, operation, panda.signer),
      })
      const other = defineSchema(new Author(9), 'room', { name: 'str' })
      expect(
        await ingest(
          sign(payload(one.id), one.args.logId, two),
          sign(payload(theirs.id), 7n, theirs),
          sign(payload(two.id), one.args.logId, one),
          sign(payload([one.id, two.id].sort().join('_')), one.args.logId, one),
          ...other.items,
          sign(payload(one.id, other.schemaId), one.args.logId, one),
          panda.create(schemaId, { capacity: int(1) }),
        ),
      ).toEqual([
        'refused INVALID_LINK',
        'refused INVALID_LINK',
        'refused UNEXPECTED_LOG_ID',
        'refused DIFFERENT_DOCUMENTS',
        'held',
        'held',
        'refused SCHEMA_MISMATCH',
        'refused MISSING_FIELD',
      ])
      expect(await store.nextArgs(panda.publicKey, one.viewId)).toMatchObject({ seqNum: 2n })
    })

    test("keeps the sender's fault apart from the author's: a hash is not refused for bytes that are not its own", async () => {
      const created = panda.create(schemaId, venue('a'))
      const { entry, operation } = created
      const forged = entry.slice()
      forged[forged.length - 1] = (forged.at(-1) as number) ^ 1
      const outcomes = await store.ingest([
        { entry, operation: penguin.create(schemaId, venue('b')).operation },
        { entry: forged, operation },
        { entry: entry.subarray(1), operation },
      ])
      expect(outcomes.map(wordOf)).toEqual([
        'refused PAYLOAD_MISMATCH',
        'refused INVALID_SIGNATURE',
        'refused INVALID_ENTRY',
      ])
      expect(outcomes.some((outcome) => outcome.status === 'refused' && outcome.final)).toBe(false)
      expect(await ingest(...definition, created)).toEqual(['held', 'held', 'held', 'held'])
    })

    test('keeps that an author signed what no node takes: a payload too large, or one that is no operation', async () => {
      const sign = (operation: Uint8Array, logId: bigint) => ({
        operation,
        entry: signEntry({ logId, seqNum: 1n }, operation, panda.signer),
      })
      const large = oversized(panda)
      const items = [large, sign(Uint8Array.of(1, 2, 3), 1n)]
      expect(await ingest(...items)).toEqual(['refused PAYLOAD_TOO_LARGE', 'refused INVALID_OPERATION'])
      expect(await ingest(...items)).toEqual(['decided refused', 'decided refused'])
    })

    test('parks no more of one author than there is room for, and forgets what has waited a week', async () => {
      const missing = panda.create(schemaId, venue('never sent'))
      const items: SignedItem[] = []
      for (let i = 0; i <= MAX_PARKED_AUTHOR_ENTRIES; i += 1) items.push(update(panda, items.at(-1) ?? missing, i))
      const last = items.at(-1) as SignedItem
      const words = await ingest(...items)
      expect(words.filter((word) => word === 'parked for backlink')).toHaveLength(MAX_PARKED_AUTHOR_ENTRIES)
      expect(words.at(-1)).toBe('waiting for backlink')
      const theirs = update(penguin, missing, 0)
      expect(await ingest(last, theirs)).toEqual(['waiting for backlink', 'parked for previous'])
      now += PARKED_MS
      expect(await ingest(last)).toEqual(['parked for backlink'])
    })

    test('a call in flight with one that publishes sees what that has stored', async () => {
      const created = panda.create(schemaId, venue('a'))
      const updated = update(penguin, created, 1)
      const [, outcomes] = await Promise.all([
        publishAll(store, [...definition, created]),
        store.ingest([updated, created]),
      ])
      expect(outcomes.map(wordOf)).toEqual(['held', 'decided held'])
    })
  })
}

/** An outcome in a word, with its code or what it waits for first. */
export function wordOf(outcome: IngestOutcome): string {
  switch (outcome.status) {
    case 'held':
      return 'held'
    case 'decided':
      return `decided ${outcome.decision}`
    case 'refused':
      return `refused ${outcome.error.code}`
    case 'waiting':
      return `${outcome.parked ? 'parked' : 'waiting'} for ${outcome.for[0]?.kind}`
  }
}

/** `signEntry` makes no entry with such a payload. */
function oversized({ signer, publicKey }: Author): IngestItem {
  const operation = new Uint8Array(MAX_PAYLOAD_BYTES + 1)
  const payload = { payloadSize: BigInt(operation.length), payloadHash: hash(operation) }
  const unsigned = { publicKey, logId: 0n, seqNum: 1n, ...payload, signature: new Uint8Array(SIGNATURE_BYTES) }
  const signature = signer.sign(encodeEntry(unsigned).subarray(0, -SIGNATURE_BYTES))
  return { entry: encodeEntry({ ...unsigned, signature }), operation }
}
