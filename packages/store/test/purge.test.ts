import { createHash } from 'node:crypto'
import {
  type DocumentId,
  documentViewIdFromTips,
  type OperationValue,
  type PublicKey,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  type Schema,
  type SchemaId,
} from '@rakko/core'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { PurgePolicy } from '../src/maintain/purge-policy.js'
import type { IngestItem, Store } from '../src/store.js'
import { Author, type SignedItem } from './support/author.js'
import { defineSchema, int } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { openStore } from './support/open-store.js'
import { codesOf, publishAll } from './support/outcomes.js'

const GRACE_MS = 1000
const DOCUMENTS = 150
const BYTES = 30_000
/** More than one slice looks at. */
const UPDATES = 1200

const driver = await openMemoryDriver()
afterAll(() => driver.close())

const bytes = (number: number, length: number): OperationValue => {
  const value = Array.from({ length: Math.ceil(length / 64) }, (_, index) =>
    createHash('sha512').update(`${number} ${index}`).digest(),
  )
  return { type: 'bytes', value: new Uint8Array(Buffer.concat(value)) }
}

describe('purging', () => {
  let schemaName = ''
  let opened = 0
  let time = 1_000_000
  let store: Store
  let file: Schema
  const [panda, penguin] = [new Author(51), new Author(52)]

  const open = async (purge: Partial<PurgePolicy>, name = schemaName): Promise<Store> =>
    openStore(driver, { schemaName: name, now: () => time, purge: { graceMs: GRACE_MS, ...purge } })

  const definition = defineSchema(new Author(9), 'file', { data: 'bytes', size: 'int' })

  beforeEach(async () => {
    opened += 1
    schemaName = `purge ${opened}`
    store = await open({})
    await publishAll(store, definition.items)
    file = (await store.schema(definition.schemaId)) as Schema
  })

  const create = (number: number, length = 100): SignedItem =>
    panda.create(file.id, { data: bytes(number, length), size: int(length) })
  const remove = ({ documentId, viewId }: SignedItem, author = panda): SignedItem =>
    author.delete(documentId, file.id, viewId)

  async function maintain(one = store): Promise<string[]> {
    const kinds: string[] = []
    for (let slice = await one.maintain(); slice; slice = await one.maintain()) kinds.push(slice.kind)
    return kinds
  }

  async function isPurged(id: DocumentId, from = store): Promise<boolean> {
    const [view] = await from.views([id as string as SignedItem['viewId']])
    return view instanceof Error && view.code === 'PURGED'
  }

  async function payloadBytes(): Promise<number> {
    const { rows } = await driver.query<{ size: bigint }>(
      `SELECT pg_total_relation_size('"${schemaName}".entries') AS size`,
    )
    return Number(rows[0]?.size)
  }

  test('makes the database smaller, and leaves ids, view ids and the deleted flag as they were', async () => {
    const items = Array.from({ length: DOCUMENTS }, (_, index) => create(index, BYTES))
    await publishAll(store, items)
    await publishAll(
      store,
      items.map((item) => remove(item)),
    )
    const ids = items.map(({ documentId }) => documentId)
    const [before, hash, size] = [await store.documents(ids), await store.stateHash(file.id), await payloadBytes()]
    expect(size).toBeGreaterThan(DOCUMENTS * BYTES)
    expect(await maintain()).not.toContain('purge')
    time += GRACE_MS
    expect(await maintain()).toContain('purge')
    expect(await payloadBytes()).toBeLessThan(size / 4)
    expect(await store.documents(ids)).toEqual(before)
    expect(await store.stateHash(file.id)).toBe(hash)
    expect(await (await open({})).documents(ids)).toEqual(before)
  })

  test('is told by whoever reads a view or the history of the document, and brings nothing back', async () => {
    const item = create(1)
    const deletion = remove(item)
    await publishAll(store, [item, deletion])
    time += GRACE_MS
    await maintain()
    const views = await store.views([item.viewId, deletion.viewId])
    expect(views).toMatchObject([{ code: 'PURGED', details: { documentId: item.documentId } }, { code: 'PURGED' }])
    await expect(store.history(item.documentId)).rejects.toMatchObject({ code: 'PURGED' })
    expect(codesOf(await store.publish([item, penguin.update(item.documentId, file.id, item.viewId, {})]))).toEqual([
      'ALREADY_PUBLISHED',
      'DOCUMENT_DELETED',
    ])
    expect(await isPurged(item.documentId)).toBe(true)
  })

  test('is for deletions by the creator or somebody allowed, unless the policy says otherwise', async () => {
    const [own, other, living] = [create(1), create(2), create(3)]
    // Only its DELETE is a deletion: what else the creator did says nothing.
    const edited = panda.update(other.documentId, file.id, other.viewId, { size: int(1) })
    const others = remove({ ...other, viewId: edited.viewId }, penguin)
    await publishAll(store, [own, other, living, remove(own), edited, others])
    time += GRACE_MS
    const purged = async (from: Store) =>
      Promise.all([own, other, living].map((item) => isPurged(item.documentId, from)))
    const never = await open({ policy: 'never' })
    expect(await maintain(never)).not.toContain('purge')
    expect(await purged(never)).toEqual([false, false, false])
    await maintain()
    expect(await purged(store)).toEqual([true, false, false])
    const allowing = await open({ allow: [penguin.publicKey] })
    await maintain(allowing)
    expect(await purged(allowing)).toEqual([true, true, false])
    const third = create(4)
    await publishAll(store, [third, remove(third, new Author(53))])
    time += GRACE_MS
    await maintain(allowing)
    expect(await isPurged(third.documentId)).toBe(false)
    await maintain(await open({ policy: 'all' }))
    expect(await isPurged(third.documentId)).toBe(true)
    await expect(open({ policy: 'some' as 'all' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(open({ graceMs: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(open({ allow: ['x' as PublicKey] })).rejects.toMatchObject({ code: 'INVALID_PUBLIC_KEY' })
  })

  test('waits until nothing pins the document', async () => {
    const { items, schemaId } = defineSchema(new Author(56), 'album', { cover: `pinned_relation(${file.id})` })
    await publishAll(store, items)
    const item = create(1)
    const album = penguin.create(schemaId, { cover: { type: 'pinned_relation', value: item.viewId } })
    await publishAll(store, [item, album, remove(item)])
    time += GRACE_MS
    expect(await maintain()).not.toContain('purge')
    expect(await isPurged(item.documentId)).toBe(false)
    await publishAll(store, [penguin.delete(album.documentId, schemaId, album.viewId)])
    await maintain()
    expect(await isPurged(item.documentId)).toBe(true)
  })

  test('leaves definitions of schemas alone, whoever has deleted them', async () => {
    const developer = new Author(54)
    const { items, schemaId } = defineSchema(developer, 'kept', { text: 'str' })
    await publishAll(store, items)
    const deletions = items.map(({ documentId, viewId }, index) => {
      const isDefinition = index === items.length - 1
      return developer.delete(
        documentId,
        (isDefinition ? 'schema_definition_v1' : 'schema_field_definition_v1') as Schema['id'],
        viewId,
      )
    })
    await publishAll(store, deletions)
    time += GRACE_MS
    expect(await maintain()).not.toContain('purge')
    expect((await (await open({})).schema(schemaId))?.name).toBe('kept')
  })

  test('keeps the payloads that an entry alone does not tell of; what comes late leads to the view that it leads to elsewhere', async () => {
    const elsewhere = await open({ policy: 'never' }, `${schemaName} elsewhere`)
    await publishAll(elsewhere, definition.items)
    const item = create(1)
    const left = panda.update(item.documentId, file.id, item.viewId, { size: int(1) })
    const right = penguin.update(item.documentId, file.id, item.viewId, { size: int(2) })
    const merge = panda.update(item.documentId, file.id, documentViewIdFromTips([left.id, right.id]), { size: int(3) })
    const deletion = remove({ ...item, viewId: merge.viewId })
    const late = new Author(55).update(item.documentId, file.id, left.viewId, { size: int(4) })
    for (const one of [store, elsewhere]) await publishAll(one, [item, left, right, merge, deletion])
    time += GRACE_MS
    await maintain()
    const { rows } = await driver.query<{ decision: number; kept: boolean }>(
      `SELECT decision, operation IS NOT NULL AS kept FROM "${schemaName}".entries
       WHERE document = (SELECT max(document) FROM "${schemaName}".entries) ORDER BY number`,
    )
    expect(rows.map(({ decision, kept }) => [decision, kept])).toEqual([
      [2, false],
      [2, false],
      [0, true],
      [0, true],
      [0, true],
    ])
    for (const one of [store, elsewhere]) {
      expect(await one.ingest([late])).toMatchObject([{ status: 'held' }])
    }
    const [[here], [there]] = [await store.documents([item.documentId]), await elsewhere.documents([item.documentId])]
    expect(here).toMatchObject({ viewId: there?.viewId, deleted: true, fields: new Map() })
    expect(here?.viewId).toBe(documentViewIdFromTips([deletion.id, late.id]))
    expect(await store.stateHash(file.id)).toBe(await elsewhere.stateHash(file.id))
    time += GRACE_MS
    expect(await maintain()).toContain('purge')
  })

  test('of a document with many operations takes several slices', async () => {
    const item = create(1)
    const line = [item]
    for (let count = 0; count < UPDATES; count += 1) {
      const { viewId } = line.at(-1) as SignedItem
      line.push(panda.update(item.documentId, file.id, viewId, { size: int(count) }))
    }
    const other = create(2)
    await publishAll(store, [...line, other, remove(line.at(-1) as SignedItem), remove(other)])
    time += GRACE_MS
    while ((await store.maintain())?.kind !== 'purge');
    // Half of it is gone: it says so already.
    expect(await isPurged(item.documentId)).toBe(true)
    expect((await maintain()).filter((kind) => kind === 'purge')).toHaveLength(1)
    const { rows } = await driver.query<{ count: number }>(
      `SELECT count(*)::int FROM "${schemaName}".entries WHERE operation IS NULL AND decision = 2`,
    )
    expect(rows).toEqual([{ count: UPDATES + 2 }])
  })

  describe('leaves enough', () => {
    /** All entries of a store in order of arrival, as a peer would send them. */
    async function entriesOf(name: string): Promise<IngestItem[]> {
      const { rows } = await driver.query<{ entry: Uint8Array; operation: Uint8Array | null }>(
        `SELECT entry, operation FROM "${name}".entries WHERE entry IS NOT NULL ORDER BY number`,
      )
      return rows.map(({ entry, operation }) => ({ entry, ...(operation && { operation }) }))
    }

    const ids = async (from: Store, documents: readonly SignedItem[]) =>
      (await from.documents(documents.map(({ documentId }) => documentId))).map(
        (document) => document && [document.viewId, document.deleted],
      )

    test('for a node that gets no more: the same documents, state hash and schemas, in order and in reverse', async () => {
      const developer = new Author(57)
      const deleted = defineSchema(developer, 'deleted', { text: 'str' })
      const removals = deleted.items.map(({ documentId, viewId }, index) =>
        developer.delete(documentId, index === 0 ? SCHEMA_FIELD_DEFINITION : SCHEMA_DEFINITION, viewId),
      )
      const text = penguin.create(deleted.schemaId, { text: { type: 'str', value: 'still valid' } })
      const [gone, shared, living] = [create(1), create(2), create(3)]
      const updated = panda.update(gone.documentId, file.id, gone.viewId, { size: int(1) })
      const theirs = penguin.update(shared.documentId, file.id, shared.viewId, { size: int(2) })
      const more = penguin.update(shared.documentId, file.id, theirs.viewId, { size: int(3) })
      const beside = panda.update(shared.documentId, file.id, shared.viewId, { size: int(4) })
      await publishAll(store, [...deleted.items, text, gone, shared, living, updated, theirs, more, beside])
      const deletion = new Author(58).delete(shared.documentId, file.id, theirs.viewId)
      await publishAll(store, [...removals, remove(updated), deletion])
      time += GRACE_MS
      await maintain(await open({ policy: 'all' }))
      expect(await Promise.all([gone, shared].map((item) => isPurged(item.documentId)))).toEqual([true, true])

      const served = await entriesOf(schemaName)
      expect(served.filter(({ operation }) => operation === undefined)).toHaveLength(5)
      const documents = [gone, shared, living, text, ...deleted.items]
      for (const order of ['in order', 'reverse', 'reverse, one by one'] as const) {
        const name = `${schemaName} ${order}`
        let other = await open({}, name)
        const items = order === 'in order' ? served : [...served].reverse()
        for (const batch of order === 'reverse, one by one' ? items.map((item) => [item]) : [items]) {
          await other.ingest(batch)
          if (batch.length === 1) other = await open({}, name)
        }
        expect(await other.schema(deleted.schemaId)).toEqual(await store.schema(deleted.schemaId))
        expect(await ids(other, documents), order).toEqual(await ids(store, documents))
        for (const schema of [file.id, deleted.schemaId, SCHEMA_DEFINITION]) {
          expect(await other.stateHash(schema), order).toBe(await store.stateHash(schema))
        }
        const [document] = await other.documents([text.documentId])
        expect(document?.fields.get('text')?.value).toBe('still valid')
        // What it got without payload can be purged no further, and the rest in its turn.
        time += GRACE_MS
        await maintain(other)
        expect(await entriesOf(name)).toHaveLength(served.length)
        expect(await other.stateHash(file.id)).toBe(await store.stateHash(file.id))
      }
    })

    test('to tell that a schema id names no definition, purged or not, here and elsewhere', async () => {
      const item = create(1)
      await publishAll(store, [item, remove(item)])
      const claiming = (number: number) =>
        new Author(number).create(`file_${item.id}` as SchemaId, { text: { type: 'str', value: 'a' } })
      const codes = async (number: number, from: Store) =>
        (await from.ingest([claiming(number)])).map((outcome) => outcome.status === 'refused' && outcome.error.code)
      expect(await codes(59, store)).toEqual(['INVALID_SCHEMA'])
      time += GRACE_MS
      await maintain()
      expect(await isPurged(item.documentId)).toBe(true)
      expect(await codes(60, store)).toEqual(['INVALID_SCHEMA'])
      const other = await open({}, `${schemaName} elsewhere`)
      const parked = claiming(61)
      expect(await other.ingest([parked])).toMatchObject([{ status: 'waiting', parked: true }])
      await other.ingest(await entriesOf(schemaName))
      expect(await other.ingest([parked])).toEqual([{ status: 'decided', decision: 'refused' }])
    })
  })
})
