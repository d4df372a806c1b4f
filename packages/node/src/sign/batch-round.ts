import {
  type DocumentId,
  type DocumentViewId,
  draftEntry,
  type EntryDraft,
  encodeOperation,
  type Hash,
  hash,
  itemRefusal,
  type NextArgs,
  type Operation,
  parseDocumentViewId,
  parseHash,
  RakkoError,
  refusal,
  type Schema,
  type SchemaId,
  type WriteArgs,
  type WriteTarget,
} from '@rakko/core'
import { checkIdempotencyId, type PublishItem } from '@rakko/store'
import {
  type BatchItem,
  type BatchResult,
  type BatchWrite,
  type CreatedInBatch,
  MAX_BATCH_BYTES,
  MAX_BATCH_WRITES,
} from './batch.js'
import { BatchDocuments, notCreated, placesIn } from './batch-documents.js'
import { fieldValues } from './field-values.js'
import { MAX_IDEMPOTENCY_ID_CHARS } from './intent.js'
import type { WriterSigner, WriterStore } from './signing-round.js'

/** A write on its way to a signed entry. */
interface Draft {
  readonly place: number
  readonly write: BatchWrite
  readonly schema: Schema
  /** The document that it changes: one that is stored, or the place of the write that creates it. */
  readonly target: WriteTarget | CreatedInBatch | undefined
}

interface Unsigned {
  readonly draft: Draft
  readonly args: NextArgs
  readonly operation: Operation
  readonly operationBytes: Uint8Array
  readonly entry: EntryDraft
}

/**
 * Checks, signs and publishes a batch. The caller holds the key's lock. Rejects with the error of the first write
 * that is refused, whose `details.index` is its place; nothing is stored then. What was signed for it never leaves,
 * and takes no place in a log: the next write is signed with the same arguments.
 */
export async function batchRound(
  { batch, signal }: BatchItem,
  store: WriterStore,
  signer: WriterSigner,
): Promise<readonly BatchResult[]> {
  const { writes, idempotencyId } = batch
  if (signal?.aborted) throw new RakkoError('ABORTED', 'Aborted before it was signed: nothing was stored')
  if (writes.length > MAX_BATCH_WRITES) throw tooMuch(`at most ${MAX_BATCH_WRITES} writes`, writes.length)
  if (idempotencyId !== undefined) checkIdempotencyId(idempotencyId, MAX_IDEMPOTENCY_ID_CHARS)
  const repeated = await findRepeated(batch.writes.length, idempotencyId, store)
  if (repeated) return repeated
  const drafts = await draftAll(writes, store)
  const args = await storedArgs(drafts, store, signer)
  const items = await new BatchSigning(signer, idempotencyId).sign(drafts, args)
  try {
    return (await store.publishBatch(items)).map(({ documentId, viewId }) => ({ documentId, viewId }))
  } catch (error) {
    // Another key has published it under the same id meanwhile.
    const isRepeated = error instanceof RakkoError && error.code === 'ALREADY_PUBLISHED'
    const published = isRepeated ? await findRepeated(writes.length, idempotencyId, store) : undefined
    if (published) return published
    throw error
  }
}

/** The documents of a batch that was published under this id, in their current views. */
async function findRepeated(
  length: number,
  idempotencyId: string | undefined,
  store: WriterStore,
): Promise<readonly BatchResult[] | undefined> {
  if (idempotencyId === undefined || length === 0) return undefined
  // One more than there are writes: it tells a batch that was longer.
  const ids = Array.from({ length: length + 1 }, (_, place) => itemIdOf(place, idempotencyId))
  const found = await store.idempotent(ids)
  const documentIds = found.filter((id) => id !== undefined)
  if (documentIds.length === 0) return undefined
  if (documentIds.length !== length) {
    const size = documentIds.length < length ? documentIds.length : `more than ${length}`
    const expected = `the batch of ${size} writes that it stood for`
    throw refusal('INVALID_ARGUMENT', { field: 'idempotencyId', expected, got: `a batch of ${length} writes` })
  }
  const documents = await store.documents(documentIds)
  return documentIds.map((documentId, place) => {
    return { documentId, viewId: documents[place]?.viewId ?? (documentId as string as DocumentViewId) }
  })
}

/** No number begins with a letter: an id of a create is none of a batch. */
function itemIdOf(place: number, idempotencyId: string): string {
  return `b${place}:${idempotencyId}`
}

async function draftAll(writes: readonly BatchWrite[], store: WriterStore): Promise<Draft[]> {
  const schemas = new Map<SchemaId, Schema | undefined>()
  const changed = new Set<DocumentId>()
  const drafts: Draft[] = []
  for (const [place, write] of writes.entries()) {
    const { schemaId } = write
    if (!schemas.has(schemaId)) schemas.set(schemaId, await store.schema(schemaId))
    drafts.push(ofItem(place, () => draft(place, write, schemas.get(schemaId), writes, changed)))
  }
  return drafts
}

function draft(
  place: number,
  write: BatchWrite,
  schema: Schema | undefined,
  writes: readonly BatchWrite[],
  changed: Set<DocumentId>,
): Draft {
  const { schemaId } = write
  if (schema === undefined) {
    const about = `No schema ${schemaId} is known here`
    throw refusal('SCHEMA_NOT_FOUND', { field: 'schemaId', about, expected: 'a known schema', got: schemaId })
  }
  if (write.action === 'create') return { place, write, schema, target: undefined }
  const { document, previous } = write
  if (typeof document !== 'string') {
    const isEarlier = document.create < place && writes[document.create]?.action === 'create'
    if (!isEarlier) throw notCreated('document', document.create, 'INVALID_ARGUMENT')
    return { place, write, schema, target: document }
  }
  const documentId = parseHash(document, 'documentId') as string as DocumentId
  if (changed.has(documentId)) {
    const expected = 'one change of a stored document a batch'
    throw refusal('INVALID_ARGUMENT', { field: 'document', expected, got: `another one of ${documentId}` })
  }
  changed.add(documentId)
  const followed = previous === undefined ? {} : { previous: parseDocumentViewId(previous) }
  return { place, write, schema, target: { documentId, schemaId, ...followed } }
}

/**
 * What each is to be signed with, as far as the store can tell: one question for all. Undefined for documents of the
 * batch.
 */
async function storedArgs(
  drafts: readonly Draft[],
  store: WriterStore,
  signer: WriterSigner,
): Promise<ReadonlyMap<Draft, WriteArgs>> {
  const asked = drafts.filter(({ target }) => !isInBatch(target))
  const targets = asked.map(({ target }) => target as WriteTarget | undefined)
  const found = asked.length === 0 ? [] : await store.writeArgs(signer.publicKey, targets)
  const args = new Map<Draft, WriteArgs>()
  for (const [index, draft] of asked.entries()) {
    const next = found[index]
    if (next instanceof RakkoError) throw itemRefusal(draft.place, next)
    if (next !== undefined) args.set(draft, next)
  }
  return args
}

function isInBatch(target: Draft['target']): target is CreatedInBatch {
  return target !== undefined && 'create' in target
}

/** Signs writes in their order; those that do not build on each other side by side. */
class BatchSigning {
  readonly #signer: WriterSigner
  readonly #idempotencyId: string | undefined
  readonly #documents = new BatchDocuments()
  readonly #items: PublishItem[] = []
  #waiting: Unsigned[] = []
  /** Places of the documents that the entries which wait belong to. */
  readonly #waitingPlaces = new Set<number>()
  #bytes = 0

  constructor(signer: WriterSigner, idempotencyId: string | undefined) {
    this.#signer = signer
    this.#idempotencyId = idempotencyId
  }

  async sign(drafts: readonly Draft[], args: ReadonlyMap<Draft, WriteArgs>): Promise<readonly PublishItem[]> {
    for (const draft of drafts) {
      const { write, target, place } = draft
      const named = [
        ...('fields' in write ? placesIn(write.fields) : []),
        ...(isInBatch(target) ? [target.create] : []),
      ]
      if (named.some((one) => this.#waitingPlaces.has(one))) await this.#signWaiting()
      const known = isInBatch(target) ? this.#documents.writeArgs(target.create) : args.get(draft)
      if (known === undefined) throw new RakkoError('INTERNAL', 'The store gave no arguments')
      this.#waiting.push(ofItem(place, () => this.#encode(draft, known)))
      this.#waitingPlaces.add(isInBatch(target) ? target.create : place)
    }
    await this.#signWaiting()
    return this.#items
  }

  #encode(draft: Draft, write: WriteArgs): Unsigned {
    const { schema } = draft
    const { action, schemaId } = draft.write
    const previous = ownPrevious(draft) ?? write.previous
    const fields =
      draft.write.action === 'delete'
        ? undefined
        : fieldValues(schema, this.#documents.resolve(schema, draft.write.fields), draft.write.action)
    const operation = {
      action,
      schemaId,
      ...(previous !== undefined && { previous }),
      ...(fields !== undefined && { fields }),
    }
    const operationBytes = encodeOperation(operation)
    this.#bytes += operationBytes.length
    if (this.#bytes > MAX_BATCH_BYTES) throw tooMuch(`at most ${MAX_BATCH_BYTES} bytes`, this.#bytes)
    const entry = draftEntry(write.args, this.#signer.publicKey, operationBytes)
    return { draft, args: write.args, operation, operationBytes, entry }
  }

  async #signWaiting(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    this.#waitingPlaces.clear()
    const signatures = await Promise.all(waiting.map(({ entry }) => this.#signer.sign(entry.unsigned)))
    for (const [index, { draft, args, operation, operationBytes, entry: drafted }] of waiting.entries()) {
      const { entry, bytes } = drafted.sealed(signatures[index] as Uint8Array)
      this.#note(draft, args, hash(bytes))
      const id = this.#idempotencyId
      const idempotencyId = id === undefined ? {} : { idempotencyId: itemIdOf(draft.place, id) }
      this.#items.push({ entry: bytes, operation: operationBytes, trusted: { entry, operation }, ...idempotencyId })
    }
  }

  #note({ place, target }: Draft, args: NextArgs, entryHash: Hash): void {
    if (target === undefined) this.#documents.created(place, args, entryHash)
    else if (isInBatch(target)) this.#documents.changed(target.create, entryHash)
  }
}

function ownPrevious({ write }: Draft): DocumentViewId | undefined {
  return 'previous' in write && write.previous !== undefined ? parseDocumentViewId(write.previous) : undefined
}

function ofItem<Result>(place: number, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw error instanceof RakkoError ? itemRefusal(place, error) : error
  }
}

function tooMuch(expected: string, got: number | string): RakkoError {
  return refusal('INVALID_ARGUMENT', { field: 'writes', about: 'Too large a batch', expected, got })
}
