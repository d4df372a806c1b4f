import {
  type CheckedPublish,
  checkPublish,
  type Dependency,
  type DocumentId,
  type DocumentViewId,
  type Hash,
  type IngestDecision,
  type IngestLookup,
  type NextArgs,
  type Operation,
  type PublicKey,
  type PublishLookup,
  RakkoError,
  type SchemaId,
  validateIngest,
  validatePayloadLessEntry,
  validatePublish,
} from '@rakko/core'
import type { IngestOutcome, Published, PublishOutcome } from '../store.js'
import type { Admission } from './dependency-queue.js'
import type { InvalidEntry } from './receive-from-peer.js'
import { isPayloadLess, type PayloadLessItem, type ReceivedItem } from './received-item.js'

/** A view that a document had. Its id may be put together when somebody asks: mostly nobody does. */
export interface PassedView {
  readonly viewId: DocumentViewId
  /** Whether it is put together only then. */
  readonly isLate: boolean
}

/** Takes what was decided. */
export interface Decider {
  /** Returns the view that the document has now: its id is put together when somebody asks. */
  accept(item: ReceivedItem, valid: CheckedPublish): PassedView
  /** Whether an entry was held here, was lost and takes its place again. */
  isComingBack?(hash: Hash): boolean
  /** Records what became of an entry that is not kept. */
  decide(hash: Hash, decision: 'refused' | 'forgotten'): void
  /** Why this store does not take an item that no rule forbids; absent where it takes them all. */
  limit?(item: ReceivedItem): RakkoError | undefined
}

export interface PublishDecider extends Decider, PublishLookup {
  /** What idempotency ids led to. */
  readonly idempotent: { get(id: string): DocumentId | undefined }
}

export interface PreparedLookup extends IngestLookup {
  /** Reads what the rules will ask about an item. */
  prepare(item: ReceivedItem | PayloadLessItem): Promise<void>
  prepareSchema(id: SchemaId): Promise<void>
  /** Whether an entry is held, though its document is lost: nothing can build on it yet. */
  isOrphan?(hash: Hash): boolean
  /** Whether nobody can tell if it is a CREATE that was lost, or another one. */
  isUnclear?(hash: Hash): boolean
  prepareAncestor(tip: Hash, seqNum: bigint): Promise<void>
  /** Reads the log in which an author writes a document, where that was not read before. */
  prepareLog(publicKey: PublicKey, documentId: DocumentId): Promise<void> | undefined
}

export interface Admitted<Outcome> {
  readonly outcome: Outcome
  readonly admission: Admission
}

type Judged = CheckedPublish & { readonly next?: NextArgs }

/** Judges one item by the rules of publishing. */
export function admitPublished(decider: PublishDecider, item: ReceivedItem): Admitted<PublishOutcome> {
  const { entry, entryHash, unchecked, operationBytes, hasItsPayload, idempotencyId } = item
  try {
    refuseRepeated(decider, idempotencyId)
    const payload = hasItsPayload || operationBytes === undefined ? {} : { payload: operationBytes }
    const request = { entry, entryHash, unchecked, lookup: decider, ...payload }
    const valid: Judged = item.isOwn ? checkPublish(request) : validatePublish(request)
    const limit = decider.limit?.(item)
    if (limit) throw limit
    return { outcome: published(valid, decider.accept(item, valid)), admission: { status: 'decided' } }
  } catch (error) {
    if (error instanceof RakkoError)
      return { outcome: { status: 'refused', error }, admission: { status: 'undecided' } }
    throw error
  }
}

/** A getter of its own costs an object a kilobyte: only where a view id may be long. */
function published({ operationId, documentId, next }: Judged, view: PassedView): Published {
  const status = 'published'
  if (!view.isLate) return { status, operationId, documentId, viewId: view.viewId, next }
  return {
    status,
    operationId,
    documentId,
    get viewId() {
      return view.viewId
    },
    next,
  }
}

function refuseRepeated({ idempotent }: PublishDecider, idempotencyId: string | undefined): void {
  const documentId = idempotencyId === undefined ? undefined : idempotent.get(idempotencyId)
  if (documentId === undefined) return
  throw new RakkoError('ALREADY_PUBLISHED', `The idempotency id ${idempotencyId} was used for ${documentId}`, {
    field: 'idempotencyId',
    documentId,
    got: idempotencyId,
  })
}

/** The rules of replication for what came with or without its payload. */
export function judge(lookup: IngestLookup, item: ReceivedItem | PayloadLessItem, deletion?: SchemaId): IngestDecision {
  return isPayloadLess(item)
    ? validatePayloadLessEntry({ ...item, lookup, deletion })
    : validateIngest({ ...item, lookup })
}

/** A held item, its operation restored where the payload is gone. */
export function asStored(
  item: ReceivedItem | PayloadLessItem,
  { operation }: { readonly operation: Operation },
): ReceivedItem {
  if (!isPayloadLess(item)) return item
  const { action, schemaId, previous } = operation
  return {
    ...item,
    unchecked: { action, schemaId, ...(previous !== undefined && { previous }) },
    operationBytes: undefined,
    hasItsPayload: false,
    isOwn: false,
    idempotencyId: undefined,
  }
}

/**
 * Which of the hashes that it lacks an entry waits for. A stranger decides in what order they come. By chance, an entry
 * that lacks ten thousand is looked at ten times until it lacks none; the first of them, ten thousand times.
 */
export type Pick = (hashes: readonly Hash[]) => Hash | undefined

/** Judges one item by the rules of replication. `deletion` is as in `validatePayloadLessEntry`. */
export async function admitFromPeer(
  decider: Decider,
  lookup: PreparedLookup,
  item: ReceivedItem | PayloadLessItem | InvalidEntry,
  pick: Pick,
  deletion?: SchemaId,
): Promise<Admitted<IngestOutcome>> {
  const { entryHash } = item
  const known = lookup.entry(entryHash)
  if (known) return { outcome: { status: 'decided', decision: known.decision }, admission: { status: 'undecided' } }
  if (lookup.isOrphan?.(entryHash)) {
    return { outcome: { status: 'decided', decision: 'held' }, admission: { status: 'undecided' } }
  }
  if ('error' in item) return refuse(decider, item)
  if (lookup.isUnclear?.(entryHash)) {
    const outcome = { status: 'waiting', for: [], parked: false } as const
    return { outcome, admission: { status: 'waiting', waitsFor: undefined } }
  }
  await lookup.prepare(item)
  const decision = judge(lookup, item, deletion)
  switch (decision.decision) {
    case 'held': {
      // The refusal is not final: a limit is this node's own, and replicas do not agree on it.
      const stored = asStored(item, decision)
      const error = decider.limit?.(stored)
      if (error) return { outcome: { status: 'refused', error, final: false }, admission: { status: 'undecided' } }
      await lookup.prepareLog(item.entry.publicKey, decision.documentId)
      decider.accept(stored, decision)
      if (decider.isComingBack?.(entryHash)) {
        const decided = stored.operationBytes === undefined ? 'purged' : 'held'
        return { outcome: { status: 'decided', decision: decided, isBack: true }, admission: { status: 'decided' } }
      }
      const { operationId, documentId } = decision
      return { outcome: { status: 'held', operationId, documentId }, admission: { status: 'decided' } }
    }
    case 'refused':
      return refuse(decider, { entryHash, error: decision.error })
    case 'forgotten':
      decider.decide(entryHash, 'forgotten')
      return { outcome: { status: 'decided', decision: 'forgotten', isNew: true }, admission: { status: 'decided' } }
    case 'waiting':
      return {
        outcome: { status: 'waiting', for: decision.for, parked: false },
        admission: { status: 'waiting', waitsFor: pick(missingHashes(decision.for)) },
      }
  }
}

function refuse(decider: Decider, { entryHash, error }: InvalidEntry): Admitted<IngestOutcome> {
  decider.decide(entryHash, 'refused')
  return { outcome: { status: 'refused', error, final: true }, admission: { status: 'decided' } }
}

/** Hashes that an entry may wait for: those of entries, or of a document that waits to be deleted. */
function missingHashes(dependencies: readonly Dependency[]): readonly Hash[] {
  return dependencies
    .flatMap((one): readonly (Hash | undefined)[] => {
      if (one.kind === 'schema') return one.missing
      return one.kind === 'payload' ? [one.documentId as string | undefined as Hash | undefined] : [one.id]
    })
    .filter((hash) => hash !== undefined)
}
