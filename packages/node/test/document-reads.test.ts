import type { DocumentId } from '@rakko/core'
import type { Document, Store } from '@rakko/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DocumentReads, MAX_READ_TOGETHER } from '../src/document-reads.js'
import { createNode, type Node } from '../src/node.js'
import { nativeSigner } from '../src/nodejs/native-key.js'
import { lockOf, memoryStore, pause, random } from './support/memory-store.js'

let store: Store
let node: Node
let schemas: Awaited<ReturnType<typeof lockOf>>

beforeEach(async () => {
  store = await memoryStore()
  const storage = async () => ({ kind: 'memory', key: 'memory' }) as const
  node = createNode({ store, signer: nativeSigner(random(32)), storage, pause })
  schemas = await lockOf()
  await node.addSchemas(schemas)
})

afterEach(() => node.close())

async function createVenue(name: string): Promise<DocumentId> {
  const [outcome] = await node.write([{ action: 'create', schemaId: schemas.venue, fields: { name, capacity: 1 } }])
  if (outcome?.status !== 'published') throw new Error('the venue was refused')
  return outcome.documentId
}

/** The store's reads, with how many documents each asked for. */
function counted() {
  const sizes: number[] = []
  const documents = (ids: readonly DocumentId[]) => {
    sizes.push(ids.length)
    return store.documents(ids)
  }
  return { sizes, reads: new DocumentReads({ store: { documents }, pause }) }
}

const nameOf = (document: Document | undefined) => document?.fields.get('name')?.value

describe('reads of single documents', () => {
  test('in flight together share one read of the store, and each gets its own document', async () => {
    const ids = await Promise.all(['a', 'b', 'c'].map(createVenue))
    const { sizes, reads } = counted()
    const unknown = `0020${'0'.repeat(64)}` as DocumentId
    const found = await Promise.all([...ids, unknown, ...ids.slice(0, 1)].map((id) => reads.read(id)))
    expect(found.map(nameOf)).toEqual(['a', 'b', 'c', undefined, 'a'])
    expect(sizes).toEqual([5])
  })

  test('that come while one runs wait for the next, which holds a bounded number', async () => {
    const id = await createVenue('a')
    const { sizes, reads } = counted()
    const calls = Array.from({ length: 2 * MAX_READ_TOGETHER + 1 }, () => reads.read(id))
    expect((await Promise.all(calls)).map(nameOf)).toEqual(calls.map(() => 'a'))
    expect(sizes).toEqual([MAX_READ_TOGETHER, MAX_READ_TOGETHER, 1])
  })

  test('see a write that resolved before them, though others are being read', async () => {
    const ids = await Promise.all(['a', 'b'].map(createVenue))
    const first = ids.map((id) => node.document(schemas.venue, id))
    const id = await createVenue('c')
    expect(nameOf(await node.document(schemas.venue, id))).toBe('c')
    expect((await Promise.all(first)).map(nameOf)).toEqual(['a', 'b'])
  })

  test('fail alone where one document cannot be read', async () => {
    const [good, bad] = (await Promise.all(['a', 'b'].map(createVenue))) as [DocumentId, DocumentId]
    const documents = async (ids: readonly DocumentId[]) => {
      if (ids.includes(bad)) throw new RangeError('too large')
      return store.documents(ids)
    }
    const reads = new DocumentReads({ store: { documents }, pause })
    const [found, failed] = await Promise.allSettled([reads.read(good), reads.read(bad)])
    expect(found.status === 'fulfilled' && nameOf(found.value)).toBe('a')
    expect(failed).toMatchObject({ status: 'rejected', reason: new RangeError('too large') })
  })

  test('end with NODE_CLOSED where the store was closed', async () => {
    const id = await createVenue('a')
    const { reads } = counted()
    await store.close()
    const outcomes = await Promise.allSettled([reads.read(id), reads.read(id)])
    expect(outcomes).toMatchObject([id, id].map(() => ({ status: 'rejected', reason: { code: 'NODE_CLOSED' } })))
  })
})
