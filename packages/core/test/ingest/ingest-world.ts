import type { Entry } from '../../src/entry/entry.js'
import { isSkiplinkRequired, lipmaa } from '../../src/entry/lipmaa.js'
import type { DocumentId, DocumentViewId, Hash, PublicKey, SchemaId } from '../../src/ids.js'
import type { ClaimedSchema, DecidedEntry, HeldEntry, IngestLookup } from '../../src/ingest/ingest-lookup.js'
import type { PlainOperation } from '../../src/operation/operation.js'
import type { Schema } from '../../src/schema/schema.js'
import { SYSTEM_SCHEMAS } from '../../src/schema/system-schemas.js'

export const ALICE = 'aa'.repeat(32) as PublicKey
export const BOB = 'bb'.repeat(32) as PublicKey

export const idOf = (number: number): Hash => `0020${number.toString(16).padStart(64, '0')}` as Hash

const schemaNamed = (name: string, digits: string): Schema => ({
  id: `${name}_0020${digits.repeat(32)}` as SchemaId,
  name,
  description: '',
  fields: new Map([['name', { type: 'str' }]]),
})
export const VENUE = schemaNamed('venue', 'c2')
export const EVENT = schemaNamed('event', 'e7')

export function create(schemaId = VENUE.id): PlainOperation {
  return { version: 1, action: 'create', schemaId, fields: new Map([['name', { kind: 'str', value: 'Panda' }]]) }
}

export function update(previous: readonly Hash[], schemaId = VENUE.id): PlainOperation {
  return { version: 1, action: 'update', schemaId, previous: viewOf(previous), fields: new Map() }
}

export function remove(previous: readonly Hash[]): PlainOperation {
  return { version: 1, action: 'delete', schemaId: VENUE.id, previous: viewOf(previous) }
}

function viewOf(ids: readonly Hash[]): DocumentViewId {
  return [...ids].sort().join('_') as DocumentViewId
}

interface Held extends Partial<HeldEntry> {
  readonly backlink?: Hash
}

/** What a store has decided, told in a test line by line. */
export class IngestWorld implements IngestLookup {
  readonly schemas = new Map<SchemaId, ClaimedSchema>(
    [VENUE, EVENT, ...SYSTEM_SCHEMAS.values()].map((schema) => [schema.id, { status: 'known', schema }]),
  )
  readonly #decided = new Map<Hash, DecidedEntry>()
  readonly #backlinks = new Map<Hash, Hash | undefined>()

  /** Holds an entry of Alice's log 0, unless another one is meant. */
  hold(id: Hash, { backlink, ...held }: Held = {}): Hash {
    const before = backlink === undefined ? undefined : this.#held(backlink)
    const seqNum = (before?.seqNum ?? 0n) + 1n
    const documentId = before?.documentId ?? (id as string as DocumentId)
    const entry = { publicKey: ALICE, logId: 0n, seqNum, action: 'update', documentId, schemaId: VENUE.id } as const
    this.#decided.set(id, { ...entry, decision: 'held', ...held })
    this.#backlinks.set(id, backlink)
    return id
  }

  decide(id: Hash, decision: 'refused' | 'forgotten'): Hash {
    this.#decided.set(id, { decision })
    return id
  }

  claimedSchema(id: SchemaId): ClaimedSchema {
    return this.schemas.get(id) ?? { status: 'invalid' }
  }

  entry(hash: Hash): DecidedEntry | undefined {
    return this.#decided.get(hash)
  }

  ancestor(tip: Hash, seqNum: bigint): Hash | undefined {
    for (let hash: Hash | undefined = tip; hash !== undefined; hash = this.#backlinks.get(hash)) {
      if (this.#held(hash)?.seqNum === seqNum) return hash
    }
    return undefined
  }

  isDeleted(documentId: DocumentId): boolean {
    return [...this.#decided.values()].some(
      (one) => 'documentId' in one && one.documentId === documentId && one.action === 'delete',
    )
  }

  #held(hash: Hash): HeldEntry | undefined {
    const entry = this.#decided.get(hash)
    return entry && 'seqNum' in entry ? entry : undefined
  }
}

/** The first entry of Alice's log 0, or the one after its backlink; `changes` make it wrong. */
export function entryAfter(world: IngestWorld, backlink?: Hash, changes: Partial<Entry> = {}): Entry {
  const before = backlink === undefined ? undefined : world.entry(backlink)
  const seqNum = before && 'seqNum' in before ? before.seqNum + 1n : backlink === undefined ? 1n : 2n
  const skiplink =
    backlink !== undefined && isSkiplinkRequired(seqNum) ? world.ancestor(backlink, lipmaa(seqNum)) : undefined
  return {
    publicKey: ALICE,
    logId: 0n,
    seqNum,
    ...(backlink !== undefined && { backlink }),
    ...(skiplink !== undefined && { skiplink }),
    payloadSize: 0n,
    payloadHash: idOf(0xff),
    signature: new Uint8Array(64),
    ...changes,
  }
}
