import { SCHEMA_FIELD_DEFINITION } from '@rakko/core'
import { describe, expect, test, vi } from 'vitest'
import { MemoryDocument } from '../src/memory/memory-data.js'
import { wordOf } from './acceptance/ingesting.js'
import { limitsAcceptance } from './acceptance/limits.js'
import { documentStoreAcceptance } from './acceptance/store-acceptance.js'
import { Author } from './support/author.js'
import { defineSchema, str } from './support/definitions.js'
import { MemoryHarness } from './support/memory-harness.js'

describe('a store in memory', () => {
  documentStoreAcceptance(new MemoryHarness())
  limitsAcceptance(new MemoryHarness())

  test('reduces no document where nobody asks: calls that change the same one stay as quick', async () => {
    const store = await new MemoryHarness().open()
    const author = new Author(1)
    const first = author.create(SCHEMA_FIELD_DEFINITION, { name: str('a'), type: str('str') })
    const views = vi.spyOn(MemoryDocument.prototype, 'view', 'get')
    await store.ingest([first])
    for (const name of ['b', 'c']) {
      const { documentId, viewId } = first
      const fields = { name: str(name) }
      await store.ingest([author.update(documentId, SCHEMA_FIELD_DEFINITION, viewId, fields, author.newLog())])
    }
    expect(views).not.toHaveBeenCalled()
    await store.documents([first.documentId])
    expect(views).toHaveBeenCalled()
    views.mockRestore()
  })

  test('drops payloads of deleted documents, and forgets documents, as a database does', async () => {
    const store = await new MemoryHarness().open()
    const author = new Author(1)
    const { items, schemaId } = defineSchema(new Author(9), 'venue', { name: 'str' })
    const [created, other] = [author.create(schemaId, { name: str('a') }), author.create(schemaId, { name: str('b') })]
    const deletion = author.delete(created.documentId, schemaId, created.viewId)
    await store.ingest([...items, created, deletion, other])
    const before = await store.stateHash(schemaId)
    const gone = vi.fn()
    store.sync.onGone(gone)
    await store.purge()
    await store.purge()
    expect(gone.mock.calls).toEqual([['payloads']])
    expect(await store.stateHash(schemaId)).toBe(before)
    const words = async () => (await store.ingest([created, deletion, other])).map(wordOf)
    expect(await words()).toEqual(['decided purged', 'decided held', 'decided held'])
    const late = new Author(2).update(other.documentId, schemaId, other.viewId, { name: str('c') })
    await store.forget({ document: other.documentId })
    expect(await store.documents([other.documentId])).toEqual([undefined])
    expect(await words()).toEqual(['decided purged', 'decided held', 'decided forgotten'])
    expect((await store.ingest([late])).map(wordOf)).toEqual(['decided forgotten'])
    const { entries } = await store.sync.entriesAfter(0)
    expect(entries.slice(-4).map(({ decision, operation }) => [decision, operation !== undefined])).toEqual([
      ['purged', false],
      ['held', true],
      ['forgotten', false],
      ['forgotten', false],
    ])
  })
})
