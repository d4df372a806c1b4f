import { describe, expect, it } from 'vitest'
import type { Entry, NextArgs } from '../../src/entry/entry.js'
import { hash } from '../../src/hash/hash.js'
import type { DocumentViewId, Hash, PublicKey, SchemaId } from '../../src/ids.js'
import { encodeOperation } from '../../src/operation/encode-operation.js'
import type { PlainOperation } from '../../src/operation/operation.js'
import { MemoryLookup } from '../../src/publish/memory-lookup.js'
import { MAX_LOG_ID, MAX_SEQ_NUM, nextArgs } from '../../src/publish/next-args.js'
import type { PublishLookup } from '../../src/publish/publish-lookup.js'
import { type ValidPublish, validatePublish } from '../../src/publish/validate-publish.js'
import type { Schema } from '../../src/schema/schema.js'
import { codeOf, rakkoErrorOf } from '../rakko-error-of.js'

const ALICE = 'aa'.repeat(32) as PublicKey
const BOB = 'bb'.repeat(32) as PublicKey
const schemaNamed = (name: string, digits: string): Schema => ({
  id: `${name}_0020${digits.repeat(32)}` as SchemaId,
  name,
  description: '',
  fields: new Map([['name', { type: 'str' }]]),
})
const VENUE = schemaNamed('venue', 'c2')
const EVENT = schemaNamed('event', 'e7')

let numberOfHashes = 0
const newHash = () => hash(Uint8Array.of(...`${numberOfHashes++}`.split('').map(Number))) as Hash

function create(schemaId = VENUE.id): PlainOperation {
  return { version: 1, action: 'create', schemaId, fields: new Map([['name', { kind: 'str', value: 'Panda' }]]) }
}

function update(previous: string, schemaId = VENUE.id): PlainOperation {
  return { ...create(schemaId), action: 'update', previous: previous as DocumentViewId }
}

function remove(previous: string): PlainOperation {
  return { version: 1, action: 'delete', schemaId: VENUE.id, previous: previous as DocumentViewId }
}

interface Draft {
  readonly lookup: PublishLookup
  readonly operation: PlainOperation
  readonly author?: PublicKey
  readonly args?: NextArgs
  readonly changes?: Partial<Entry>
  readonly entryHash?: Hash
}

/** Validates an entry with these args, by default those that `nextArgs` gives. */
function validate({ lookup, operation, author = ALICE, args, changes, entryHash = newHash() }: Draft): ValidPublish {
  const payload = encodeOperation(operation)
  const entry = entryOf(payload, author, args ?? nextArgs(author, operation.previous, lookup), changes)
  return validatePublish({ entry, entryHash, unchecked: operation, payload, lookup })
}

function entryOf(payload: Uint8Array, publicKey: PublicKey, args: NextArgs, changes: Partial<Entry> = {}): Entry {
  const payloadSize = BigInt(payload.length)
  return { publicKey, ...args, payloadSize, payloadHash: hash(payload), signature: new Uint8Array(64), ...changes }
}

/** Validates and stores; gives the operation id. */
function publish(draft: Draft & { readonly lookup: MemoryLookup }): string {
  const { lookup, operation, author = ALICE, args = nextArgs(author, operation.previous, lookup) } = draft
  const valid = validate({ ...draft, args })
  lookup.add(entryOf(encodeOperation(operation), author, args), valid)
  return valid.operationId
}

const newLookup = () => new MemoryLookup([VENUE, EVENT])

/** A lookup that returns something else for some questions. */
function answering(lookup: PublishLookup, answers: Partial<PublishLookup>): PublishLookup {
  return new Proxy(lookup, {
    get: (target, name: keyof PublishLookup) => answers[name] ?? target[name].bind(target),
  })
}

describe('publishing', () => {
  it('refuses an unknown schema before it looks at the log', () => {
    const args = { logId: 0n, seqNum: 9n }
    const operation = create('blob_v2' as SchemaId)
    expect(codeOf(() => validate({ lookup: newLookup(), operation, args }))).toBe('SCHEMA_NOT_FOUND')
  })

  it('refuses a gap in a log, an occupied sequence number and the same bytes again, by different codes', () => {
    const lookup = newLookup()
    const entryHash = newHash()
    const documentId = publish({ lookup, operation: create(), entryHash })
    const operation = update(documentId)
    const gap = rakkoErrorOf(() => validate({ lookup, operation, args: { logId: 0n, seqNum: 3n } }))
    expect(gap).toMatchObject({ code: 'UNEXPECTED_SEQ_NUM', details: { field: 'seqNum', expected: 2n, got: 3n } })
    const first = { logId: 0n, seqNum: 1n }
    expect(codeOf(() => validate({ lookup, operation, args: first }))).toBe('UNEXPECTED_SEQ_NUM')
    expect(codeOf(() => validate({ lookup, operation, args: first, entryHash }))).toBe('ALREADY_PUBLISHED')
  })

  it('refuses to prolong a forked log, and to tell how to', () => {
    const lookup = newLookup()
    const documentId = publish({ lookup, operation: create() })
    const args = nextArgs(ALICE, documentId as DocumentViewId, lookup)
    const forked = answering(lookup, { isForked: () => true })
    expect(codeOf(() => validate({ lookup: forked, operation: update(documentId), args }))).toBe('LOG_FORKED')
    expect(codeOf(() => nextArgs(ALICE, documentId as DocumentViewId, forked))).toBe('LOG_FORKED')
    expect(nextArgs(ALICE, undefined, forked)).toEqual({ logId: 1n, seqNum: 1n })
  })

  it('says ALREADY_PUBLISHED of an entry in a forked log as well', () => {
    const lookup = answering(newLookup(), { isForked: () => true, hasEntry: () => true })
    const args = { logId: 0n, seqNum: 1n }
    expect(codeOf(() => validate({ lookup, operation: create(), args }))).toBe('ALREADY_PUBLISHED')
  })

  it.each([
    ['payloadHash', { payloadHash: newHash() }],
    ['payloadSize', { payloadSize: 1n }],
  ])('refuses a payload that is not what the entry claims: %s', (field, changes) => {
    const error = rakkoErrorOf(() => validate({ lookup: newLookup(), operation: create(), changes }))
    expect(error).toMatchObject({ code: 'PAYLOAD_MISMATCH', details: { field } })
  })

  it('refuses links to other entries than those stored, and a skiplink to none', () => {
    const lookup = newLookup()
    const documentId = publish({ lookup, operation: create() })
    for (let i = 0; i < 2; i++) publish({ lookup, operation: update(documentId) })
    const operation = update(documentId)
    const wrong = (changes: Partial<Entry>) => rakkoErrorOf(() => validate({ lookup, operation, changes }))
    expect(wrong({ backlink: newHash() })).toMatchObject({ code: 'INVALID_LINK', details: { field: 'backlink' } })
    expect(wrong({ skiplink: newHash() })).toMatchObject({ code: 'INVALID_LINK', details: { field: 'skiplink' } })
    const args = nextArgs(ALICE, documentId as DocumentViewId, lookup)
    const holey = answering(lookup, { entryAt: () => undefined })
    expect(codeOf(() => validate({ lookup: holey, operation, args }))).toBe('SKIPLINK_NOT_FOUND')
    expect(codeOf(() => nextArgs(ALICE, documentId as DocumentViewId, holey))).toBe('SKIPLINK_NOT_FOUND')
  })

  it('refuses an operation that does not match its schema', () => {
    const operation: PlainOperation = { ...create(), fields: new Map() }
    expect(codeOf(() => validate({ lookup: newLookup(), operation }))).toBe('MISSING_FIELD')
  })

  it('refuses previous operations that are unknown, of another schema or of two documents', () => {
    const lookup = newLookup()
    const venues = [publish({ lookup, operation: create() }), publish({ lookup, operation: create() })]
    const event = publish({ lookup, operation: create(EVENT.id) })
    const refused = (operation: PlainOperation) =>
      codeOf(() => validate({ lookup, operation, args: { logId: 7n, seqNum: 1n } }))
    expect(refused(update(newHash()))).toBe('PREVIOUS_NOT_FOUND')
    expect(refused(update(event))).toBe('SCHEMA_MISMATCH')
    expect(refused(update(venues.sort().join('_')))).toBe('DIFFERENT_DOCUMENTS')
  })

  it('takes previous operations that are no tips, and an ancestor beside its descendant', () => {
    const lookup = newLookup()
    const documentId = publish({ lookup, operation: create() })
    const tip = publish({ lookup, operation: update(documentId) })
    const view = [documentId, tip].sort().join('_')
    expect(validate({ lookup, operation: update(documentId) }).documentId).toBe(documentId)
    expect(validate({ lookup, operation: update(view) }).documentId).toBe(documentId)
  })

  it('refuses whatever follows a DELETE, in previous or not', () => {
    const lookup = newLookup()
    const documentId = publish({ lookup, operation: create() })
    const args = { ...nextArgs(BOB, documentId as DocumentViewId, lookup) }
    publish({ lookup, operation: remove(documentId) })
    expect(codeOf(() => validate({ lookup, operation: update(documentId), author: BOB, args }))).toBe(
      'DOCUMENT_DELETED',
    )
    expect(codeOf(() => nextArgs(BOB, documentId as DocumentViewId, lookup))).toBe('DOCUMENT_DELETED')
  })
})

describe('the log of a document', () => {
  it('is one for each author', () => {
    const lookup = newLookup()
    const documentId = publish({ lookup, operation: create() })
    publish({ lookup, operation: create() })
    const moved = { logId: 1n, seqNum: 2n, backlink: lookup.latestEntry(ALICE, 1n)?.hash as Hash }
    expect(codeOf(() => validate({ lookup, operation: update(documentId), args: moved }))).toBe('UNEXPECTED_LOG_ID')
    const fresh = { logId: 5n, seqNum: 1n }
    expect(codeOf(() => validate({ lookup, operation: update(documentId), args: fresh }))).toBe('UNEXPECTED_LOG_ID')
    expect(validate({ lookup, operation: update(documentId), author: BOB }).next.logId).toBe(0n)
  })

  it('holds no second document', () => {
    const lookup = newLookup()
    publish({ lookup, operation: create() })
    const backlink = lookup.latestEntry(ALICE, 0n)?.hash as Hash
    const args = { logId: 0n, seqNum: 2n, backlink }
    expect(codeOf(() => validate({ lookup, operation: create(), args }))).toBe('LOG_NOT_FOUND')
  })

  it('may leave a gap in log ids, which stays free', () => {
    const lookup = newLookup()
    publish({ lookup, operation: create(), args: { logId: 5n, seqNum: 1n } })
    expect(nextArgs(ALICE, undefined, lookup)).toEqual({ logId: 6n, seqNum: 1n })
    publish({ lookup, operation: create(), args: { logId: 2n, seqNum: 1n } })
    expect(nextArgs(ALICE, undefined, lookup)).toEqual({ logId: 6n, seqNum: 1n })
  })

  it('takes no new document where an entry is stored already, though its head was forgotten', () => {
    const lookup = answering(newLookup(), { entryAt: () => ({ hash: newHash() }) })
    const args = { logId: 0n, seqNum: 1n }
    expect(codeOf(() => validate({ lookup, operation: create(), args }))).toBe('UNEXPECTED_LOG_ID')
  })

  it('is LOG_NOT_FOUND to nextArgs where its entries are gone', () => {
    const lookup = newLookup()
    const documentId = publish({ lookup, operation: create() })
    const purged = answering(lookup, { latestEntry: () => undefined })
    expect(codeOf(() => nextArgs(ALICE, documentId as DocumentViewId, purged))).toBe('LOG_NOT_FOUND')
  })
})

describe('the ends of the 64 bits', () => {
  it('takes the highest log id, after which there is none', () => {
    const lookup = newLookup()
    publish({ lookup, operation: create(), args: { logId: MAX_LOG_ID, seqNum: 1n } })
    expect(MAX_LOG_ID).toBe(18446744073709551615n)
    expect(codeOf(() => nextArgs(ALICE, undefined, lookup))).toBe('MAX_LOG_ID')
  })

  it('goes on in the log of the highest id', () => {
    const lookup = newLookup()
    const documentId = publish({ lookup, operation: create(), args: { logId: MAX_LOG_ID, seqNum: 1n } })
    expect(nextArgs(ALICE, documentId as DocumentViewId, lookup)).toEqual({
      logId: MAX_LOG_ID,
      seqNum: 2n,
      backlink: documentId,
    })
  })

  it('refuses the entry of the highest sequence number, since none could follow it', () => {
    const lookup = newLookup()
    const documentId = publish({ lookup, operation: create() })
    const hashes = { hash: newHash() }
    const full = (seqNum: bigint) =>
      answering(lookup, { latestEntry: () => ({ seqNum, ...hashes }), entryAt: () => hashes })
    const args = { logId: 0n, seqNum: MAX_SEQ_NUM, backlink: hashes.hash }
    const operation = update(documentId)
    expect(codeOf(() => validate({ lookup: full(MAX_SEQ_NUM - 1n), operation, args }))).toBe('MAX_SEQ_NUM')
    expect(codeOf(() => validate({ lookup: full(MAX_SEQ_NUM), operation, args }))).toBe('MAX_SEQ_NUM')
    expect(codeOf(() => nextArgs(ALICE, documentId as DocumentViewId, full(MAX_SEQ_NUM)))).toBe('MAX_SEQ_NUM')
    expect(nextArgs(ALICE, documentId as DocumentViewId, full(MAX_SEQ_NUM - 1n)).seqNum).toBe(MAX_SEQ_NUM)
  })
})
