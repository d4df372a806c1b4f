import { readFileSync } from 'node:fs'
import {
  type DocumentId,
  type DocumentViewId,
  hexToBytes,
  type NextArgs,
  parsePublicKey,
  SCHEMA_DEFINITION,
  type Schema,
  type SchemaId,
} from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import type { DocumentStore } from '../../src/store.js'
import { Author } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { codesOf, expectRefused, publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

const VECTORS = new URL('../../../core/test/vectors/publish_scenarios.json', import.meta.url)

interface VectorArgs {
  readonly logId: string
  readonly seqNum: string
  readonly backlink: string | null
  readonly skiplink: string | null
}

interface PublishScenarios {
  readonly schema: { readonly id: SchemaId; readonly fields: Readonly<Record<string, 'str'>> }
  readonly steps: readonly {
    readonly nextArgsQuery: { readonly publicKey: string; readonly viewId: DocumentViewId | null }
    readonly nextArgsResult: VectorArgs
    readonly entry: string
    readonly operation: string
    readonly entryHash: string
    readonly documentId: string
    readonly publishResult: VectorArgs
  }[]
  readonly nextArgsErrors: readonly {
    readonly publicKey?: string
    readonly viewId: DocumentViewId
    readonly error: string
  }[]
}

export function publishingAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('publishing', () => {
    let store: DocumentStore
    let panda: Author
    let penguin: Author
    let schemaId: SchemaId

    beforeEach(async () => {
      store = await harness.open()
      panda = new Author(1)
      penguin = new Author(2)
      const definition = defineSchema(panda, 'venue', { capacity: 'int', name: 'str' })
      schemaId = definition.schemaId
      await publishAll(store, definition.items)
    })

    const venue = (name: string, capacity = 0) => ({ name: str(name), capacity: int(capacity) })

    test('gives the next args of the published scenarios, before and after each step', async () => {
      const { schema, steps, nextArgsErrors } = JSON.parse(readFileSync(VECTORS, 'utf8')) as PublishScenarios
      const fields = new Map(Object.entries(schema.fields).map(([name, type]) => [name, { type }]))
      const known: Schema = { id: schema.id, name: 'venue', description: '', fields }
      const scenarios = await harness.open({ schemas: [known] })
      for (const step of steps) {
        const publicKey = parsePublicKey(step.nextArgsQuery.publicKey)
        const viewId = step.nextArgsQuery.viewId ?? undefined
        expect(await scenarios.nextArgs(publicKey, viewId)).toEqual(nextArgs(step.nextArgsResult))
        const item = { entry: hexToBytes(step.entry), operation: hexToBytes(step.operation) }
        const [outcome] = await publishAll(scenarios, [item])
        expect(outcome?.next).toEqual(nextArgs(step.publishResult))
        expect([outcome?.operationId, outcome?.documentId]).toEqual([step.entryHash, step.documentId])
      }
      for (const { publicKey, viewId, error } of nextArgsErrors) {
        const asking = publicKey === undefined ? panda.publicKey : parsePublicKey(publicKey)
        await expect(scenarios.nextArgs(asking, viewId)).rejects.toThrow(error)
      }
    })

    test('stores a document with its view, and a read sees it as soon as the call resolves', async () => {
      const created = panda.create(schemaId, venue('Main stage', 500))
      const [outcome] = await publishAll(store, [created])
      expect(outcome).toMatchObject({ documentId: created.id, operationId: created.id, viewId: created.id })
      expect(await store.documents([created.documentId])).toEqual([
        {
          id: created.id,
          viewId: created.id,
          follow: created.id,
          schemaId,
          owner: panda.publicKey,
          signer: panda.publicKey,
          edited: false,
          deleted: false,
          fields: new Map(Object.entries({ capacity: int(500), name: str('Main stage') })),
        },
      ])
    })

    test('updates only the fields that are given, and says who changed it', async () => {
      const created = panda.create(schemaId, venue('Main stage', 500))
      const updated = penguin.update(created.documentId, schemaId, created.viewId, { capacity: int(600) })
      await publishAll(store, [created])
      await publishAll(store, [updated])
      const [document] = await store.documents([created.documentId])
      expect(document).toMatchObject({ viewId: updated.id, owner: panda.publicKey, signer: penguin.publicKey })
      expect(document?.edited).toBe(true)
      expect(document?.fields).toEqual(new Map(Object.entries(venue('Main stage', 600)).sort()))
    })

    test('an update without fields makes a new view and no edit', async () => {
      const created = panda.create(schemaId, venue('Main stage'))
      const updated = panda.update(created.documentId, schemaId, created.viewId, {})
      await publishAll(store, [created, updated])
      const [document] = await store.documents([created.documentId])
      expect([document?.viewId, document?.edited]).toEqual([updated.id, false])
    })

    test('an item may build on an earlier one of the same call', async () => {
      const created = panda.create(schemaId, venue('Main stage', 1))
      const first = panda.update(created.documentId, schemaId, created.viewId, { capacity: int(2) })
      const second = penguin.update(created.documentId, schemaId, first.viewId, { name: str('Side stage') })
      const other = panda.create(schemaId, venue('Cellar'))
      const gone = panda.delete(other.documentId, schemaId, other.viewId)
      await publishAll(store, [created, first, second, other, gone])
      const [stage, cellar] = await store.documents([created.documentId, other.documentId])
      expect(stage?.fields).toEqual(new Map(Object.entries(venue('Side stage', 2)).sort()))
      expect([cellar?.deleted, cellar?.fields.size, cellar?.viewId]).toEqual([true, 0, gone.id])
    })

    test('tells of each item the view that it led to, also where a view has many tips', async () => {
      const created = panda.create(schemaId, venue('Main stage', 1))
      const updates = Array.from({ length: 40 }, (_, index) =>
        new Author(100 + index).update(created.documentId, schemaId, created.viewId, { capacity: int(index) }),
      )
      const outcomes = await publishAll(store, [created, ...updates])
      const views = updates.map((_, index) =>
        updates
          .slice(0, index + 1)
          .map(({ id }) => id)
          .sort()
          .join('_'),
      )
      expect(outcomes.map(({ viewId }) => viewId)).toEqual([created.viewId, ...views])
    })

    test('a bad item in the middle harms none of its neighbours', async () => {
      const before = panda.create(schemaId, venue('before'))
      const bad = panda.create(schemaId, { capacity: int(1) })
      const after = penguin.create(schemaId, venue('after'))
      const outcomes = await store.publish([before, bad, { entry: new Uint8Array(9), operation: bad.operation }, after])
      expect(codesOf(outcomes)).toEqual(['published', 'MISSING_FIELD', 'INVALID_ENTRY', 'published'])
      const stored = await store.documents([before.documentId, bad.documentId, after.documentId])
      expect(stored.map((document) => document?.fields.get('name'))).toEqual([str('before'), undefined, str('after')])
    })

    test('the very same bytes again are ALREADY_PUBLISHED, in the same call too', async () => {
      const created = panda.create(schemaId, venue('once'))
      expect(codesOf(await store.publish([created, created]))).toEqual(['published', 'ALREADY_PUBLISHED'])
      expect(codesOf(await store.publish([created]))).toEqual(['ALREADY_PUBLISHED'])
    })

    test('a call that is repeated after a part of it was stored goes on where it was', async () => {
      const created = panda.create(schemaId, venue('once'))
      const first = panda.update(created.documentId, schemaId, created.viewId, { capacity: int(1) })
      const second = penguin.update(created.documentId, schemaId, first.viewId, { capacity: int(2) })
      await publishAll(store, [created, first])
      const outcomes = await store.publish([created, first, second])
      expect(codesOf(outcomes)).toEqual(['ALREADY_PUBLISHED', 'ALREADY_PUBLISHED', 'published'])
    })

    test('calls in flight together all resolve, each for itself', async () => {
      const authors = Array.from({ length: 20 }, (_, index) => new Author(100 + index))
      const calls = authors.flatMap((author) =>
        Array.from({ length: 10 }, (_, index) => author.create(schemaId, venue(`${index}`, index))),
      )
      const outcomes = await Promise.all(calls.map(async (item) => (await publishAll(store, [item]))[0]))
      expect(outcomes.map((outcome) => outcome?.operationId)).toEqual(calls.map(({ id }) => id))
    })

    test('keeps the order of calls, so that one in flight may build on the one before', async () => {
      const created = panda.create(schemaId, venue('first'))
      const updated = panda.update(created.documentId, schemaId, created.viewId, { capacity: int(1) })
      const outcomes = await Promise.all([store.publish([created]), store.publish([updated])])
      expect(codesOf(outcomes.flat())).toEqual(['published', 'published'])
    })

    test('keeps what an idempotency id led to for a day, and makes no second document of it', async () => {
      let now = Date.UTC(2024, 0, 1)
      const clocked = await harness.open({ now: () => now })
      const definition = defineSchema(panda, 'room', { name: 'str' })
      await publishAll(clocked, definition.items)
      const create = (name: string) => panda.create(definition.schemaId, { name: str(name) })
      const first = { ...create('a'), idempotencyId: 'one' }
      const repeated = { ...create('a'), idempotencyId: 'one' }
      expect(codesOf(await clocked.publish([first, repeated]))).toEqual(['published', 'ALREADY_PUBLISHED'])
      const error = expectRefused((await clocked.publish([repeated]))[0])
      expect([error.code, error.details.documentId]).toEqual(['ALREADY_PUBLISHED', first.documentId])
      expect(await clocked.idempotent(['one', 'two'])).toEqual([first.documentId, undefined])
      now += 24 * 60 * 60 * 1000
      expect(await clocked.idempotent(['one'])).toEqual([undefined])
      expect(codesOf(await clocked.publish([repeated]))).toEqual(['published'])
      expect(await clocked.idempotent(['one'])).toEqual([repeated.documentId])
    })

    test('prepares a batch: new logs get ids one after another, each view its own arguments', async () => {
      const created = panda.create(schemaId, venue('Main stage'))
      const deleted = panda.create(schemaId, venue('gone'))
      await publishAll(store, [created, deleted, panda.delete(deleted.documentId, schemaId, deleted.viewId)])
      const target = ({ documentId }: { documentId: DocumentId }) => ({ documentId, schemaId })
      const unknown = `0020${'ab'.repeat(32)}` as DocumentId
      const targets = [
        undefined,
        target(created),
        undefined,
        target({ documentId: unknown }),
        target(deleted),
        { ...target(created), schemaId: SCHEMA_DEFINITION },
        { ...target(created), previous: unknown as string as DocumentViewId },
        { ...target(created), previous: deleted.viewId },
      ]
      const answers = await store.writeArgs(panda.publicKey, targets)
      const { logId } = created.args
      expect(answers.map((answer) => ('code' in answer ? answer.code : answer))).toEqual([
        { args: { logId: logId + 2n, seqNum: 1n } },
        { args: { logId, seqNum: 2n, backlink: created.id }, previous: created.viewId },
        { args: { logId: logId + 3n, seqNum: 1n } },
        'DOCUMENT_NOT_FOUND',
        'DOCUMENT_DELETED',
        'SCHEMA_MISMATCH',
        'PREVIOUS_NOT_FOUND',
        'DIFFERENT_DOCUMENTS',
      ])
      const stranger = new Author(3)
      expect(await store.writeArgs(stranger.publicKey, [undefined, target(created)])).toEqual([
        { args: { logId: 0n, seqNum: 1n } },
        { args: { logId: 1n, seqNum: 1n }, previous: created.viewId },
      ])
    })
  })
}

function nextArgs({ logId, seqNum, backlink, skiplink }: VectorArgs): NextArgs {
  return {
    logId: BigInt(logId),
    seqNum: BigInt(seqNum),
    ...(backlink && { backlink }),
    ...(skiplink && { skiplink }),
  } as NextArgs
}
