import { type DocumentViewId, documentViewIdFromTips, type OperationId, type Schema } from '@rakko/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { Random } from '../../../../.config/testing/random.js'
import { rounds, seeds } from '../../../../.config/testing/seeds.js'
import type { Document, DocumentStore } from '../../src/store.js'
import { Author } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

const ROUNDS = rounds(15, 40)

/** Views of the past, and the history that leads to them. */
export function viewsAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('views', () => {
    let store: DocumentStore
    let schema: Schema
    const [panda, penguin] = [new Author(21), new Author(22)]

    beforeEach(async () => {
      store = await harness.open()
      const definition = defineSchema(new Author(9), 'note', { likes: 'int', text: 'str' })
      await publishAll(store, definition.items)
      schema = (await store.schema(definition.schemaId)) as Schema
    })

    const textAt = (one: unknown): unknown => (one as Document).fields.get('text')?.value

    test('every view that a document ever had can be read, and those that only branches had', async () => {
      const create = panda.create(schema.id, { likes: int(0), text: str('start') })
      const left = panda.update(create.documentId, schema.id, create.viewId, { text: str('left') })
      const right = penguin.update(create.documentId, schema.id, create.viewId, { likes: int(7) })
      const both = documentViewIdFromTips([left.id, right.id])
      const merge = penguin.update(create.documentId, schema.id, both, { text: str('merged') })
      await publishAll(store, [create, left, right, merge])
      const ids = [create.viewId, left.viewId, right.viewId, both, merge.viewId]
      const views = await store.views(ids)
      expect(views.map((view) => (view as Document).viewId)).toEqual(ids)
      expect(views.map(textAt)).toEqual(['start', 'left', 'start', 'left', 'merged'])
      expect(views[2]).toEqual({
        id: create.documentId,
        viewId: right.viewId,
        follow: right.viewId,
        schemaId: schema.id,
        owner: panda.publicKey,
        signer: penguin.publicKey,
        edited: true,
        deleted: false,
        fields: new Map([
          ['likes', int(7)],
          ['text', str('start')],
        ]),
      })
      expect(await store.views([merge.viewId])).toEqual(await store.documents([create.documentId]))
    })

    test('a view of a deleted document is read, and says that it is deleted by now', async () => {
      const create = panda.create(schema.id, { likes: int(0), text: str('start') })
      const remove = panda.delete(create.documentId, schema.id, create.viewId)
      await publishAll(store, [create, remove])
      const [before, after] = await store.views([create.viewId, remove.viewId])
      expect(before).toMatchObject({ viewId: create.viewId, deleted: true, edited: false })
      expect(textAt(before)).toBe('start')
      expect(after).toEqual((await store.documents([create.documentId]))[0])
    })

    test('views that cannot be made say why, and do not touch the others', async () => {
      const [one, two] = [1, 2].map((likes) => panda.create(schema.id, { likes: int(likes), text: str('') }))
      if (!one || !two) throw new Error('two documents')
      await publishAll(store, [one, two])
      const unknown = `0020${'9'.repeat(64)}` as DocumentViewId
      const halfKnown = documentViewIdFromTips([one.id, unknown as string as OperationId])
      const mixed = documentViewIdFromTips([one.id, two.id])
      const [known, ...others] = await store.views([one.viewId, unknown, halfKnown, mixed])
      expect(known).toMatchObject({ id: one.documentId })
      expect(others).toMatchObject([undefined, undefined, { code: 'DIFFERENT_DOCUMENTS' }])
    })

    test('a view id that names an ancestor beside its descendant leads to the descendant', async () => {
      const create = panda.create(schema.id, { likes: int(0), text: str('start') })
      const update = panda.update(create.documentId, schema.id, create.viewId, { text: str('later') })
      await publishAll(store, [create, update])
      const [view] = await store.views([documentViewIdFromTips([create.id, update.id])])
      expect(view).toMatchObject({ viewId: update.viewId })
    })

    test('history tells who set what, where it stands in the graph and which view it leads to', async () => {
      const create = panda.create(schema.id, { likes: int(0), text: str('start') })
      const left = panda.update(create.documentId, schema.id, create.viewId, { text: str('left') })
      const right = penguin.update(create.documentId, schema.id, create.viewId, { likes: int(7) })
      const remove = penguin.delete(create.documentId, schema.id, documentViewIdFromTips([left.id, right.id]))
      await publishAll(store, [create, left, right])
      await publishAll(store, [remove])
      const history = await store.history(create.documentId)
      expect(history?.schemaId).toBe(schema.id)
      expect(history?.operations).toContainEqual({
        id: left.id,
        publicKey: panda.publicKey,
        action: 'update',
        previous: [create.id],
        fields: new Map([['text', str('left')]]),
        depth: 1,
        branch: left.id < right.id ? 0 : 1,
        isTip: false,
        viewId: left.viewId,
      })
      expect(history?.operations.at(-1)).toMatchObject({ id: remove.id, action: 'delete', depth: 2, isTip: true })
      expect(history?.operations.map(({ id }) => id).sort()).toEqual(
        [create, left, right, remove].map(({ id }) => id).sort(),
      )
      expect(await (await harness.reopen(store)).history(create.documentId)).toEqual(history)
    })

    test('what is no document has no history', async () => {
      const create = panda.create(schema.id, { likes: int(0), text: str('start') })
      const update = panda.update(create.documentId, schema.id, create.viewId, { text: str('later') })
      await publishAll(store, [create, update])
      expect(await store.history(`0020${'9'.repeat(64)}` as typeof create.documentId)).toBeUndefined()
      expect(await store.history(update.id as string as typeof create.documentId)).toBeUndefined()
    })

    test.each(seeds())('the views that publishing returns are found again later (seed %d)', async (seed) => {
      const random = new Random(seed)
      const seen = new Map<DocumentViewId, Document>()
      const first = panda.create(schema.id, { likes: int(0), text: str('start') })
      await publishAll(store, [first])
      const ids = [first.id]
      for (let round = 0; round < ROUNDS; round += 1) {
        const previous = documentViewIdFromTips([random.pick(ids), ...random.some(ids, 2)])
        const author = random.pick([panda, penguin])
        const item = author.update(first.documentId, schema.id, previous, { text: str(`${round}`) })
        await publishAll(store, [item])
        ids.push(item.id)
        const [latest] = await store.documents([first.documentId])
        if (latest) seen.set(latest.viewId, latest)
      }
      // What to name in an update depends on all that is known by then, which a view of the past leaves out.
      const withoutFollow = (views: readonly unknown[]) =>
        views.map((view) => ({ ...(view as Document), follow: undefined }))
      expect(withoutFollow(await store.views([...seen.keys()]))).toEqual(withoutFollow([...seen.values()]))
    })
  })
}
