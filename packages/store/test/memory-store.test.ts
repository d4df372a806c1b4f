import { SCHEMA_FIELD_DEFINITION } from '@rakko/core'
import { describe, expect, test, vi } from 'vitest'
import { MemoryDocument } from '../src/memory/memory-data.js'
import { limitsAcceptance } from './acceptance/limits.js'
import { documentStoreAcceptance } from './acceptance/store-acceptance.js'
import { Author } from './support/author.js'
import { str } from './support/definitions.js'
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
})
