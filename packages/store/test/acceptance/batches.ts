import type { SchemaId } from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { DocumentStore, StoreCommit } from '../../src/store.js'
import { Author } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

export function batchesAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('batches', () => {
    let store: DocumentStore
    let panda: Author
    let schemaId: SchemaId

    beforeEach(async () => {
      store = await harness.open()
      panda = new Author(1)
      const definition = defineSchema(panda, 'venue', { capacity: 'int', name: 'str' })
      schemaId = definition.schemaId
      await publishAll(store, definition.items)
    })

    const venue = (name: string) => panda.create(schemaId, { name: str(name), capacity: int(1) })

    test('are stored as one commit, each item building on those before', async () => {
      const commits: StoreCommit[] = []
      store.onCommit((commit) => commits.push(commit))
      const [one, two] = [venue('one'), venue('two')]
      const published = await store.publishBatch([{ ...one, idempotencyId: 'b0:x' }, two])
      expect(published.map(({ documentId }) => documentId)).toEqual([one.documentId, two.documentId])
      expect(commits.map(({ changes }) => changes.map(({ id }) => id))).toEqual([[one.documentId, two.documentId]])
      expect(await store.idempotent(['b0:x'])).toEqual([one.documentId])
      expect(await store.publishBatch([])).toEqual([])
    })

    test('are not stored at all where one item is refused, whether by its bytes or by the rules', async () => {
      const before = await harness.dump(store)
      const commits: StoreCommit[] = []
      store.onCommit((commit) => commits.push(commit))
      const one = venue('one')
      const broken = { entry: new Uint8Array([1]), operation: one.operation }
      const skipped = venue('skipped')
      const ahead = venue('ahead')
      await expect(store.publishBatch([one, broken])).rejects.toMatchObject({ details: { index: 1 } })
      await expect(store.publishBatch([one, skipped, one, ahead])).rejects.toMatchObject({
        code: 'ALREADY_PUBLISHED',
        details: { index: 2 },
      })
      expect(await harness.dump(store)).toEqual(before)
      expect(commits).toEqual([])
      expect((await store.publish([one]))[0]?.status).toBe('published')
    })

    test('touch no other call that is in flight beside them', async () => {
      const [one, two, three] = [venue('one'), venue('two'), venue('three')]
      const broken = { entry: new Uint8Array([1]), operation: one.operation }
      const calls = [store.publish([one]), store.publishBatch([two, broken]), store.publishBatch([two, three])] as const
      const [beside, refused, stored] = await Promise.allSettled(calls)
      expect(beside).toMatchObject({ value: [{ status: 'published', documentId: one.documentId }] })
      expect(refused).toMatchObject({ status: 'rejected', reason: { details: { index: 1 } } })
      expect(stored).toMatchObject({ value: [{ documentId: two.documentId }, { documentId: three.documentId }] })
    })
  })
}
