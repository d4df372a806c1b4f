import { beforeEach, describe, expect, it } from 'vitest'
import type { Entry } from '../../src/entry/entry.js'
import type { DocumentId, Hash, SchemaId } from '../../src/ids.js'
import { canDropPayload, validatePayloadLessEntry } from '../../src/ingest/payload-less-entry.js'
import type { IngestDecision } from '../../src/ingest/validate-ingest.js'
import { SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION } from '../../src/schema/system-schemas.js'
import { BOB, create, entryAfter, IngestWorld, idOf, remove, update, VENUE } from './ingest-world.js'

const NEW = idOf(100)
const [ONE, TWO, THREE] = [idOf(1), idOf(2), idOf(3)] as [Hash, Hash, Hash]

let world: IngestWorld
beforeEach(() => {
  world = new IngestWorld()
})

function decide(entry: Entry, deletion?: SchemaId): IngestDecision {
  return validatePayloadLessEntry({ entry, entryHash: NEW, lookup: world, deletion })
}

const documentOf = (id: Hash) => id as string as DocumentId
const waiting = (documentId?: string) => ({
  decision: 'waiting',
  for: [{ kind: 'payload', id: NEW, ...(documentId !== undefined && { documentId }) }],
})
const refused = (code: string) => ({ decision: 'refused', error: { code } })

describe('an entry without its payload', () => {
  it('waits where nothing tells that its document was deleted, the first of a log for its own', () => {
    expect(decide(entryAfter(world))).toEqual(waiting(NEW))
    world.hold(ONE, { action: 'create' })
    expect(decide(entryAfter(world, ONE))).toEqual(waiting(ONE))
    expect(decide(entryAfter(world, THREE))).toEqual({ decision: 'waiting', for: [{ kind: 'backlink', id: THREE }] })
  })

  it('follows its backlink where the document of that is deleted, whoever has deleted it', () => {
    world.hold(ONE, { action: 'create', decision: 'purged' })
    world.hold(TWO, { action: 'delete', publicKey: BOB, documentId: documentOf(ONE) })
    expect(decide(entryAfter(world, ONE))).toEqual({
      decision: 'held',
      operation: { action: 'update', schemaId: VENUE.id, previous: ONE },
      operationId: NEW,
      documentId: ONE,
    })
  })

  it('is held with a DELETE that follows it: as the CREATE of the schema that this claims, or as an update', () => {
    expect(decide(entryAfter(world), VENUE.id)).toEqual({
      decision: 'held',
      operation: { action: 'create', schemaId: VENUE.id },
      operationId: NEW,
      documentId: NEW,
    })
    world.hold(ONE, { action: 'create' })
    expect(decide(entryAfter(world, ONE), VENUE.id)).toMatchObject({ decision: 'held', documentId: ONE })
    expect(decide(entryAfter(world, THREE), VENUE.id)).toMatchObject({ decision: 'waiting' })
  })

  it('is refused where its links are wrong, or its backlink is a DELETE or was refused', () => {
    world.hold(ONE, { action: 'create' })
    for (const changes of [{ publicKey: BOB }, { logId: 1n }, { seqNum: 3n }]) {
      expect(decide(entryAfter(world, ONE, changes), VENUE.id)).toMatchObject(refused('INVALID_LINK'))
    }
    world.hold(TWO, { action: 'delete', backlink: ONE })
    expect(decide(entryAfter(world, TWO))).toMatchObject(refused('DOCUMENT_DELETED'))
    world.decide(THREE, 'refused')
    expect(decide(entryAfter(world, THREE))).toMatchObject(refused('DEPENDENCY_REFUSED'))
  })

  it('is forgotten with its backlink', () => {
    world.decide(ONE, 'forgotten')
    expect(decide(entryAfter(world, ONE))).toEqual({ decision: 'forgotten' })
  })

  it.each([SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION])('of %s waits for its payload and nothing else', (schemaId) => {
    expect(decide(entryAfter(world), schemaId)).toEqual(waiting())
    world.hold(ONE, { action: 'create', schemaId })
    expect(decide(entryAfter(world, ONE))).toEqual(waiting())
    world.hold(TWO, { action: 'delete', publicKey: BOB, documentId: documentOf(ONE), schemaId })
    expect(decide(entryAfter(world, ONE))).toEqual(waiting())
    expect(decide(entryAfter(world, ONE), schemaId)).toEqual(waiting())
  })
})

describe('a payload', () => {
  it('can be done without where its operation creates, or follows its backlink alone, and deletes nothing', () => {
    const [first, second] = [entryAfter(world), entryAfter(world, ONE)]
    expect(canDropPayload(first, create())).toBe(true)
    expect(canDropPayload(second, update([ONE]))).toBe(true)
    expect(canDropPayload(first, update([ONE]))).toBe(false)
    expect(canDropPayload(second, update([TWO]))).toBe(false)
    expect(canDropPayload(second, update([ONE, TWO]))).toBe(false)
    expect(canDropPayload(second, remove([ONE]))).toBe(false)
    for (const schemaId of [SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION]) {
      expect(canDropPayload(first, create(schemaId))).toBe(false)
    }
  })
})
