import {
  type DocumentId,
  type DocumentViewId,
  draftEntry,
  type EntryDraft,
  encodeOperation,
  hash,
  type Operation,
  type PublicKey,
  RakkoError,
  type SignedEntry,
  type Signer,
  type WriteArgs,
} from '@rakko/core'
import type { Store } from '@rakko/store'
import { type Draft, draftAll, type ReadyDraft, withArgs } from './drafts.js'
import { type Intent, type IntentOutcome, idempotencyIdOf } from './intent.js'
import { asRakkoError, keepGood, type RoundItem, refuse } from './round-item.js'

/**
 * Entries signed before they are handed to the store. It works on them while the next ones are signed. There are few at
 * first, so that it soon has something to do, then twice as many each time. More than a thousand in one transaction
 * save little time. They cost memory that PostgreSQL in WebAssembly never gives back.
 */
const FIRST_CHUNK_ITEMS = 250
const MAX_CHUNK_ITEMS = 1_000

/** From so many entries on, signing on another thread is worth the way there. */
const MIN_BESIDE_ITEMS = 128

/**
 * A signer that may have a way to sign many on another thread: slower for a few, but it leaves this one to the store.
 */
export interface WriterSigner extends Signer {
  readonly beside?: ManySigner
}

export interface ManySigner {
  /** Gets ready for messages that are to come, while other work is done. */
  prepare(): void
  /** A signature for each message, in their order. */
  signAll(messages: readonly Uint8Array[]): Promise<readonly Uint8Array[]>
}

/** What a writer needs of a node, near or far. */
export type WriterStore = Pick<Store, 'schema' | 'documents' | 'writeArgs' | 'publish' | 'publishBatch' | 'idempotent'>

/**
 * One pass over many items: check, ask for the next arguments of all, encode, sign, publish. The caller holds the key's
 * lock. It gives each item its outcome and never rejects. It returns, in order, the items that need the outcome of one
 * before them: a document changed twice, or an idempotency id used twice.
 */
export async function signingRound(
  items: readonly RoundItem[],
  store: WriterStore,
  signer: WriterSigner,
): Promise<RoundItem[]> {
  const { now, later } = separate(items)
  try {
    if (now.length >= MIN_BESIDE_ITEMS) signer.beside?.prepare()
    const drafts = await draftAll(now, store)
    const fresh = await withoutRepeated(drafts, store)
    const ready = await withArgs(fresh, store, signer.publicKey)
    await signAndPublish(ready, store, signer)
  } catch (error) {
    for (const item of now) item.settle({ status: 'refused', error: asRakkoError(error) })
  }
  return later
}

/** Sorts out what nobody waits for any more, and what has to wait for an item before it. */
function separate(items: readonly RoundItem[]): { now: RoundItem[]; later: RoundItem[] } {
  const now: RoundItem[] = []
  const later: RoundItem[] = []
  const taken = new Set<string>()
  for (const item of items) {
    try {
      if (item.signal?.aborted) throw new RakkoError('ABORTED', 'Aborted before it was signed: nothing was stored')
      const key = contentionKey(item.intent)
      if (key !== undefined && taken.has(key)) later.push(item)
      else {
        if (key !== undefined) taken.add(key)
        now.push(item)
      }
    } catch (error) {
      refuse(item, asRakkoError(error))
    }
  }
  return { now, later }
}

/** Throws on what is no intent at all. */
function contentionKey(intent: Intent): string | undefined {
  if (!['create', 'update', 'delete'].includes(intent.action)) throw new TypeError('Not an intent')
  if (intent.action !== 'create') return `document ${String(intent.documentId).toLowerCase()}`
  const id = idempotencyIdOf(intent)
  return id === undefined ? undefined : `id ${id}`
}

/** A create whose id led to a document before is that document. */
async function withoutRepeated(drafts: readonly Draft[], store: WriterStore): Promise<readonly Draft[]> {
  const named = drafts.filter(({ item }) => idempotencyIdOf(item.intent) !== undefined)
  if (named.length === 0) return drafts
  const found = await store.idempotent(named.map(({ item }) => idempotencyIdOf(item.intent) as string))
  const repeated = new Set<Draft>()
  for (const [index, documentId] of found.entries()) {
    const draft = named[index]
    if (documentId === undefined || draft === undefined) continue
    repeated.add(draft)
    draft.item.settle(publishedAs(documentId, documentId as string as DocumentViewId))
  }
  return drafts.filter((draft) => !repeated.has(draft))
}

/**
 * While the store works on one chunk the next is signed. Two are with the store at most: it would put more of them into
 * one transaction. Each is handed over before the one before it is durable, for which the store's next transaction need
 * not wait.
 */
async function signAndPublish(drafts: readonly ReadyDraft[], store: WriterStore, signer: WriterSigner): Promise<void> {
  let [beforeLast, last]: Promise<void>[] = []
  for (const chunk of growingChunks(drafts)) {
    try {
      const signed = await sign(chunk, signer)
      await beforeLast
      beforeLast = last
      last = publish(signed, store)
    } catch (error) {
      for (const { draft } of chunk) refuse(draft.item, asRakkoError(error))
    }
  }
  await Promise.all([beforeLast, last])
}

function* growingChunks<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  let start = 0
  for (let size = FIRST_CHUNK_ITEMS; start < items.length; size = Math.min(2 * size, MAX_CHUNK_ITEMS)) {
    yield items.slice(start, start + size)
    start += size
  }
}

interface Encoded {
  readonly draft: Draft
  readonly operation: Operation
  readonly operationBytes: Uint8Array
  readonly entry: EntryDraft
}

interface Signed extends Omit<Encoded, 'entry'>, SignedEntry {}

async function sign(drafts: readonly ReadyDraft[], signer: WriterSigner): Promise<Signed[]> {
  const encoded = keepGood(
    drafts,
    ({ draft }) => draft.item,
    (ready) => encode(ready, signer.publicKey),
  )
  const signatures = await signAll(
    encoded.map(({ entry }) => entry.unsigned),
    signer,
  )
  return encoded.map(({ draft, operation, operationBytes, entry: unsigned }, index) => {
    const { entry, bytes } = unsigned.sealed(signatures[index] as Uint8Array)
    return { draft, operation, operationBytes, entry, bytes }
  })
}

function encode({ draft, write }: ReadyDraft, publicKey: PublicKey): Encoded {
  const operation = operationOf(draft, write)
  const operationBytes = encodeOperation(operation)
  return { draft, operation, operationBytes, entry: draftEntry(write.args, publicKey, operationBytes) }
}

/** Each kind written out: with `...` objects of thousands of writes take several times as long. */
function operationOf({ item, values: fields }: Draft, { previous }: WriteArgs): Operation {
  const { action, schemaId } = item.intent
  if (previous === undefined) return fields === undefined ? { action, schemaId } : { action, schemaId, fields }
  return fields === undefined ? { action, schemaId, previous } : { action, schemaId, previous, fields }
}

async function signAll(messages: readonly Uint8Array[], signer: WriterSigner): Promise<readonly Uint8Array[]> {
  if (signer.beside && messages.length >= MIN_BESIDE_ITEMS) return signer.beside.signAll(messages)
  return Promise.all(messages.map((message) => signer.sign(message)))
}

/** Never rejects: what the store throws is the outcome of all. */
async function publish(signed: readonly Signed[], store: WriterStore): Promise<void> {
  try {
    const outcomes = await store.publish(
      signed.map(({ draft, entry, bytes, operation, operationBytes }) => {
        const idempotencyId = idempotencyIdOf(draft.item.intent)
        const trusted = { entry, operation }
        return {
          entry: bytes,
          operation: operationBytes,
          trusted,
          ...(idempotencyId !== undefined && { idempotencyId }),
        }
      }),
    )
    for (const [index, one] of signed.entries()) {
      const { item } = one.draft
      const outcome = outcomes[index]
      if (outcome === undefined) refuse(item, new RakkoError('INTERNAL', 'The store gave no outcome'))
      else if (outcome.status === 'published') item.settle(publishedAs(outcome.documentId, outcome.viewId))
      else if (outcome.error.code === 'ALREADY_PUBLISHED') item.settle(await publishedBefore(one, outcome.error, store))
      else refuse(item, outcome.error)
    }
  } catch (error) {
    for (const { draft } of signed) refuse(draft.item, asRakkoError(error))
  }
}

/**
 * The very same bytes were stored before and the reply was lost. Or the idempotency id led to a document that another
 * key made meanwhile, which the error names. Here it is again.
 */
async function publishedBefore(
  { draft, bytes }: Signed,
  error: RakkoError,
  store: WriterStore,
): Promise<IntentOutcome> {
  const { documentId: first } = error.details
  const made = typeof first === 'string' ? first : hash(bytes)
  const documentId = draft.target?.documentId ?? (made as string as DocumentId)
  const [document] = await store.documents([documentId])
  return publishedAs(documentId, document?.viewId ?? (documentId as string as DocumentViewId))
}

function publishedAs(documentId: DocumentId, viewId: DocumentViewId): IntentOutcome {
  return { status: 'published', documentId, viewId }
}
