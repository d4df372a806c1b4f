import { beforeEach, describe, expect, it } from 'vitest'
import type { Entry } from '../../src/entry/entry.js'
import type { DocumentId, Hash, OperationId, SchemaId } from '../../src/ids.js'
import { type IngestDecision, validateIngest } from '../../src/ingest/validate-ingest.js'
import type { UncheckedOperation } from '../../src/operation/operation.js'
import { BOB, create, EVENT, entryAfter, IngestWorld, idOf, remove, update, VENUE } from './ingest-world.js'

const NEW = idOf(100)
const [ONE, TWO, THREE, MISSING] = [idOf(1), idOf(2), idOf(3), idOf(99)] as [Hash, Hash, Hash, Hash]

let world: IngestWorld
beforeEach(() => {
  world = new IngestWorld()
})

function decide(unchecked: UncheckedOperation, entry: Entry): IngestDecision {
  return validateIngest({ entry, entryHash: NEW, unchecked, lookup: world })
}

/** The decision in a word: the code of a refusal, or what is waited for. */
function wordOf(unchecked: UncheckedOperation, entry: Entry): unknown {
  const decision = decide(unchecked, entry)
  if (decision.decision === 'refused') return decision.error.code
  return decision.decision === 'waiting' ? decision.for : decision.decision
}

const documentOf = (id: Hash) => id as string as DocumentId

describe('an entry with its payload', () => {
  it('is held where all that it names is held, and belongs to the document of that', () => {
    expect(decide(create(), entryAfter(world))).toMatchObject({ decision: 'held', operationId: NEW, documentId: NEW })
    world.hold(ONE, { action: 'create' })
    world.hold(TWO, { publicKey: BOB, documentId: documentOf(ONE) })
    const entry = entryAfter(world, ONE)
    expect(decide(update([ONE, TWO]), entry)).toMatchObject({ decision: 'held', documentId: ONE })
    expect(decide(remove([TWO]), entry)).toMatchObject({ decision: 'held', operation: { action: 'delete' } })
  })

  it('waits for its backlink, for each of `previous` and for the operations of its schema, all told at once', () => {
    const schemaId = `hall_${MISSING}` as SchemaId
    world.schemas.set(schemaId, { status: 'incomplete', missing: [MISSING as string as OperationId] })
    world.hold(TWO, { schemaId })
    expect(wordOf(update([ONE, TWO, THREE], schemaId), entryAfter(world, MISSING))).toEqual([
      { kind: 'backlink', id: MISSING },
      { kind: 'previous', id: ONE },
      { kind: 'previous', id: THREE },
      { kind: 'schema', id: schemaId, missing: [MISSING] },
    ])
  })

  it('is forgotten with what it names, or with its schema', () => {
    world.hold(ONE)
    world.decide(TWO, 'forgotten')
    expect(wordOf(update([TWO]), entryAfter(world, ONE))).toBe('forgotten')
    expect(wordOf(update([ONE, MISSING]), entryAfter(world, TWO))).toBe('forgotten')
    world.schemas.set(EVENT.id, { status: 'forgotten' })
    expect(wordOf(create(EVENT.id), entryAfter(world))).toBe('forgotten')
  })

  it('is refused with what it names, whatever else is missing or forgotten', () => {
    world.decide(ONE, 'refused')
    world.decide(TWO, 'forgotten')
    expect(wordOf(update([MISSING, ONE, TWO]), entryAfter(world))).toBe('DEPENDENCY_REFUSED')
    expect(wordOf(update([MISSING]), entryAfter(world, ONE))).toBe('DEPENDENCY_REFUSED')
  })

  it('is refused where its schema is none, or where it does not match it, before anything else has come', () => {
    world.schemas.set(EVENT.id, { status: 'invalid' })
    expect(wordOf(update([MISSING], EVENT.id), entryAfter(world, MISSING))).toBe('INVALID_SCHEMA')
    const operation: UncheckedOperation = {
      ...update([MISSING]),
      fields: new Map([['no', { kind: 'bool', value: true }]]),
    }
    expect(wordOf(operation, entryAfter(world, MISSING))).toBe('UNEXPECTED_FIELD')
  })

  it.each<[string, Partial<Entry>]>([
    ['author', { publicKey: BOB }],
    ['log', { logId: 1n }],
    ['sequence number', { seqNum: 3n }],
  ])('is refused where its backlink is of another %s', (_, changes) => {
    world.hold(ONE)
    expect(wordOf(update([ONE]), entryAfter(world, ONE, changes))).toBe('INVALID_LINK')
  })

  it('is refused where its skiplink is not the entry at its place on the branch that its backlink is on', () => {
    world.hold(ONE, { action: 'create' })
    world.hold(TWO, { backlink: ONE })
    world.hold(THREE, { backlink: TWO })
    expect(wordOf(update([THREE]), entryAfter(world, THREE))).toBe('held')
    expect(wordOf(update([THREE]), entryAfter(world, THREE, { skiplink: TWO }))).toBe('INVALID_LINK')
    const [other, fork] = [world.hold(idOf(11), { action: 'create' }), world.hold(idOf(12), { backlink: idOf(11) })]
    const tip = world.hold(idOf(13), { backlink: fork })
    expect(wordOf(update([tip]), entryAfter(world, tip, { skiplink: ONE }))).toBe('INVALID_LINK')
    expect(wordOf(update([tip]), entryAfter(world, tip, { skiplink: other }))).toBe('held')
  })

  it('is refused where `previous` is of another schema or of several documents, though some of it is missing', () => {
    world.hold(ONE)
    world.hold(TWO, { publicKey: BOB })
    world.hold(THREE, { publicKey: BOB, schemaId: EVENT.id, documentId: documentOf(ONE) })
    expect(wordOf(update([THREE, MISSING]), entryAfter(world))).toBe('SCHEMA_MISMATCH')
    expect(wordOf(update([ONE, TWO, MISSING]), entryAfter(world))).toBe('DIFFERENT_DOCUMENTS')
  })

  it('is refused where its log has another document, once it is clear which one is its own', () => {
    world.hold(ONE)
    world.hold(TWO, { publicKey: BOB })
    expect(wordOf(update([TWO, MISSING]), entryAfter(world, ONE))).toEqual([{ kind: 'previous', id: MISSING }])
    expect(wordOf(update([TWO]), entryAfter(world, ONE))).toBe('UNEXPECTED_LOG_ID')
    expect(wordOf(create(), entryAfter(world, ONE))).toBe('UNEXPECTED_LOG_ID')
  })

  it('is refused where it follows a DELETE, by `previous` or by its backlink, though some of it is missing', () => {
    world.hold(ONE, { action: 'create' })
    const deletion = world.hold(TWO, { action: 'delete', backlink: ONE })
    expect(wordOf(update([deletion, MISSING]), entryAfter(world, undefined, { publicKey: BOB }))).toBe(
      'DOCUMENT_DELETED',
    )
    expect(wordOf(update([MISSING]), entryAfter(world, deletion))).toBe('DOCUMENT_DELETED')
  })

  it('is held beside a DELETE, beside another entry at its place, and after what was purged', () => {
    world.hold(ONE, { action: 'create', decision: 'purged' })
    world.hold(TWO, { action: 'delete', backlink: ONE })
    world.hold(THREE, { publicKey: BOB, documentId: documentOf(ONE) })
    expect(wordOf(update([ONE]), entryAfter(world, ONE))).toBe('held')
    expect(wordOf(remove([THREE]), entryAfter(world, ONE))).toBe('held')
    expect(wordOf(create(), entryAfter(world))).toBe('held')
    // A second log of an author for a document.
    expect(wordOf(update([ONE]), entryAfter(world, undefined, { logId: 7n }))).toBe('held')
  })

  it("throws where the lookup does: that is nobody's refusal", () => {
    world.claimedSchema = () => {
      throw new TypeError('broken')
    }
    expect(() => decide(create(VENUE.id), entryAfter(world))).toThrow(TypeError)
  })
})
