import {
  type DocumentViewId,
  encodeOperation,
  hash,
  MAX_PAYLOAD_BYTES,
  type OperationId,
  type OperationValue,
  type SchemaId,
  signEntry,
} from '@rakko/core'
import { beforeAll, describe, expect, test } from 'vitest'
import type { DocumentStore, PublishItem } from '../../src/store.js'
import { Author } from '../support/author.js'
import { defineSchema, int, str } from '../support/definitions.js'
import { codesOf, publishAll } from '../support/outcomes.js'
import type { StoreHarness } from './store-harness.js'

/** Every check of publishing: what breaks it is refused with its code and leaves nothing behind. */
export function refusalsAcceptance(harness: StoreHarness<DocumentStore>): void {
  describe('what publishing refuses leaves everything as it was', () => {
    let store: DocumentStore
    let cases: ReadonlyMap<string, PublishItem>

    beforeAll(async () => {
      store = await harness.open()
      cases = await prepare(store)
    })

    const refused = async (name: string, code: string) => {
      const item = cases.get(name)
      if (!item) throw new Error(`no case ${name}`)
      const before = await harness.dump(store)
      expect(codesOf(await store.publish([item]))).toEqual([code])
      expect(await harness.dump(store)).toEqual(before)
    }

    test.each([
      ['an operation that is no CBOR', 'INVALID_CBOR'],
      ['an operation cut short', 'INVALID_CBOR'],
      ['a payload over its limit', 'PAYLOAD_TOO_LARGE'],
      ['an unknown schema', 'SCHEMA_NOT_FOUND'],
      ['an empty entry', 'INVALID_ENTRY'],
      ['an entry cut short', 'INVALID_ENTRY'],
      ['a signature by somebody else', 'INVALID_SIGNATURE'],
      ['a gap in the log', 'UNEXPECTED_SEQ_NUM'],
      ['the same bytes again', 'ALREADY_PUBLISHED'],
      ['a second entry at a place that is taken', 'UNEXPECTED_SEQ_NUM'],
      ['another payload', 'PAYLOAD_MISMATCH'],
      ['a wrong backlink', 'INVALID_LINK'],
      ['a wrong skiplink', 'INVALID_LINK'],
      ['a missing field', 'MISSING_FIELD'],
      ['a field too many', 'UNEXPECTED_FIELD'],
      ['a value of another type', 'INVALID_FIELD'],
      ['a blob piece too long', 'INVALID_FIELD'],
      ['previous unknown', 'PREVIOUS_NOT_FOUND'],
      ['previous of two documents', 'DIFFERENT_DOCUMENTS'],
      ['previous of another schema', 'SCHEMA_MISMATCH'],
      ['an update of a deleted document', 'DOCUMENT_DELETED'],
      ['a second log for one document', 'UNEXPECTED_LOG_ID'],
      ['a document in the log of another', 'LOG_NOT_FOUND'],
      ['an idempotency id too long', 'INVALID_ARGUMENT'],
    ])('%s: %s', refused)
  })
}

async function prepare(store: DocumentStore): Promise<Map<string, PublishItem>> {
  const panda = new Author(1)
  const penguin = new Author(2)
  const { items, schemaId } = defineSchema(panda, 'venue', { capacity: 'int', name: 'str' })
  const other = defineSchema(panda, 'room', { name: 'str' })
  const venue = (name: string) => ({ name: str(name), capacity: int(1) })

  const main = panda.create(schemaId, venue('Main stage'))
  const side = panda.create(schemaId, venue('Side stage'))
  const gone = panda.create(schemaId, venue('gone'))
  const deleted = panda.delete(gone.documentId, schemaId, gone.viewId)
  const second = panda.update(main.documentId, schemaId, main.viewId, { capacity: int(2) })
  const third = panda.update(main.documentId, schemaId, second.viewId, { capacity: int(3) })
  const theirs = penguin.create(schemaId, venue('theirs'))
  await publishAll(store, [...items, ...other.items, main, side, gone, deleted, second, third, theirs])

  /** Signed by panda with these args, whatever they say. */
  const sign = (operation: Uint8Array, args: Parameters<typeof signEntry>[0]): PublishItem => ({
    operation,
    entry: signEntry(args, operation, panda.signer),
  })
  const create = (fields: Record<string, OperationValue>, id = schemaId) =>
    encodeOperation({ action: 'create', schemaId: id, fields: new Map(Object.entries(fields)) })
  const update = (previous: string, id = schemaId) =>
    encodeOperation({ action: 'update', schemaId: id, previous, fields: new Map() })

  const free = { logId: 1000n, seqNum: 1n }
  const good = sign(create(venue('good')), free)
  const fourth = { ...third.args, seqNum: 4n, backlink: third.id, skiplink: main.id }
  const wrong = hash(new Uint8Array(1)) as OperationId
  const tips = (...ids: string[]) => ids.sort().join('_') as DocumentViewId
  return new Map<string, PublishItem>([
    ['an operation that is no CBOR', sign(Uint8Array.of(0xff), free)],
    ['an operation cut short', sign(good.operation.subarray(0, -1), free)],
    ['a payload over its limit', { ...good, operation: new Uint8Array(MAX_PAYLOAD_BYTES + 1) }],
    ['an unknown schema', sign(create(venue('x'), `venue_${wrong}` as SchemaId), free)],
    ['an empty entry', { ...good, entry: new Uint8Array() }],
    ['an entry cut short', { ...good, entry: good.entry.subarray(0, -1) }],
    ['a signature by somebody else', forged(good, penguin, free)],
    ['a gap in the log', sign(update(third.id), { logId: side.args.logId, seqNum: 3n, backlink: side.id })],
    ['the same bytes again', main],
    ['a second entry at a place that is taken', sign(create(venue('fork')), main.args)],
    ['another payload', { ...good, operation: create(venue('else')) }],
    ['a wrong backlink', sign(update(side.id), { logId: side.args.logId, seqNum: 2n, backlink: wrong })],
    ['a wrong skiplink', sign(update(third.id), { ...fourth, skiplink: wrong })],
    ['a missing field', sign(create({ capacity: int(1) }), free)],
    ['a field too many', sign(create({ ...venue('x'), zoo: str('x') }), free)],
    ['a value of another type', sign(create({ ...venue('x'), capacity: str('1') }), free)],
    [
      'a blob piece too long',
      sign(create({ data: { type: 'bytes', value: new Uint8Array(256_001) } }, 'blob_piece_v1' as SchemaId), free),
    ],
    ['previous unknown', sign(update(wrong), free)],
    ['previous of two documents', sign(update(tips(main.id, side.id)), free)],
    ['previous of another schema', sign(update(main.id, other.schemaId), free)],
    [
      'an update of a deleted document',
      sign(update(deleted.id), { logId: gone.args.logId, seqNum: 3n, backlink: deleted.id }),
    ],
    ['a second log for one document', sign(update(third.id), free)],
    [
      'a document in the log of another',
      sign(update(theirs.id), { logId: side.args.logId, seqNum: 2n, backlink: side.id }),
    ],
    ['an idempotency id too long', { ...good, idempotencyId: 'x'.repeat(81) }],
  ])
}

/** An entry of `item`'s author with another's signature. */
function forged(item: PublishItem, stranger: Author, args: Parameters<typeof signEntry>[0]): PublishItem {
  const theirs = signEntry(args, item.operation, stranger.signer)
  const entry = item.entry.slice()
  entry.set(theirs.subarray(-64), entry.length - 64)
  return { ...item, entry }
}
