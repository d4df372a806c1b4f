import { type DocumentId, type Hash, mayLackPayloads, type SchemaId } from '@rakko/core'
import type { IngestOutcome, PublishOutcome } from '../store.js'
import { type Admitted, admitFromPeer, asStored, type Decider, judge, type Pick, type PreparedLookup } from './admit.js'
import { AssumedLookup } from './assumed-lookup.js'
import { type Admission, DependencyQueue } from './dependency-queue.js'
import { MAX_PARKED_ENTRIES } from './park-bounds.js'
import type { Parked } from './parked.js'
import { type InvalidEntry, isReadable } from './receive-from-peer.js'
import { isPayloadLess, type PayloadLessItem, type ReceivedItem } from './received-item.js'
import { UndecidedAncestors } from './undecided-ancestors.js'

/** What an item led to, by the rules that it was judged by. */
export type Outcome = PublishOutcome | IngestOutcome

export type Arrival = ReceivedItem | PayloadLessItem | InvalidEntry

export interface ArrivalContext {
  readonly decider: Decider
  readonly lookup: PreparedLookup
  readonly pick: Pick
  admitPublished(item: ReceivedItem): Admitted<PublishOutcome> | Promise<Admitted<PublishOutcome>>
  /** Where entries wait that were not handed to `wait`. */
  readonly parking: {
    /**
     * What waits for these hashes, and the entries with these hashes, ready to be judged. What was read before is left
     * out.
     */
    wokenBy(hashes: readonly Hash[]): Promise<readonly Parked[]>
    /** What the last look at what is woken has left out, now that these hashes are decided. Nothing where it saw all. */
    moreWokenBy(hashes: readonly Hash[]): Promise<readonly Parked[]>
    /** The entries with these hashes that wait, and what those wait for in turn. What was read before is left out. */
    ancestorsOf(hashes: readonly Hash[]): Promise<readonly Parked[]>
    /** Reads what the rules ask of entries that are judged together, in causal order. */
    prepare(items: readonly (ReceivedItem | PayloadLessItem)[]): Promise<void>
  }
}

/** An item that arrived, or a parked one, which gets no outcome. */
interface Task {
  readonly entryHash: Hash
  readonly item: Arrival
  readonly index?: number
  /** See `validatePayloadLessEntry`. */
  readonly deletion?: SchemaId
}

interface ReadableTask extends Task {
  readonly item: ReceivedItem | PayloadLessItem
}

interface DeletionTask extends ReadableTask {
  readonly item: ReceivedItem
}

interface WaitingDeletion {
  readonly item: DeletionTask
  readonly waitsFor: Hash
}

/**
 * How many entries the DELETEs that cannot be held may follow, each counted every time. Beyond it a transaction tries
 * no more of them.
 * What purging leaves never fails. Other DELETEs would make a node judge the same entries again and again. The limit is
 * as many as can be parked, so keeping a DELETE of a small document from being tried takes thousands of others.
 */
export const MAX_FAILED_ENTRIES = MAX_PARKED_ENTRIES

/**
 * Judges items in their order, and what waits for them, until nothing more can be decided.
 *
 * An entry without its payload is held with a DELETE that follows it, or once its document is deleted. So what waits is
 * looked at again:
 *
 * - where a DELETE was held: all that waits for a DELETE of its document,
 * - where a DELETE waits and all that it follows is there, some of it without payloads: they are held together, or none
 *   of them is. Otherwise the DELETE waits for the first entry that is not there.
 */
export class Arrivals {
  /** In order of the items that arrived. */
  readonly outcomes: Outcome[] = []
  /** What became of the entries that do not wait, those included that waited before. */
  readonly outcomeOf = new Map<Hash, Outcome>()
  readonly #context: ArrivalContext
  readonly #queue = new DependencyQueue<Task>((task) => this.#admit(task))
  /** Documents that were deleted since what waits for that was woken. */
  readonly #deleted: DocumentId[] = []
  /** Hashes of entries that do not wait. */
  readonly #looked = new Set<Hash>()
  /** Hashes of entries whose payloads are here. */
  readonly #withPayload = new Set<Hash>()
  #failedEntries = 0

  constructor(context: ArrivalContext) {
    this.#context = context
  }

  wait(parked: readonly Parked[]): void {
    for (const { item, waitsFor } of parked) {
      this.#know(item)
      this.#queue.wait({ item: { entryHash: item.entryHash, item }, waitsFor })
    }
  }

  /** `again`: entries that wait and are looked at though nothing woke them. */
  async run(items: readonly Arrival[], again: readonly Parked[] = []): Promise<void> {
    for (const item of items) this.#know(item)
    await this.#queue.run([
      ...items.map((item, index) => ({ entryHash: item.entryHash, item, index })),
      ...again.map(({ item }) => ({ entryHash: item.entryHash, item })),
    ])
    while ((await this.#wakeMore()) || (await this.#wakeDeleted()) || (await this.#holdDeletions()));
  }

  /** What still waits, each entry once: what waited before, then what arrived, in its order. */
  left(): Parked[] {
    const left = new Map<Hash, Parked>()
    const waiting = this.#queue.left().sort(({ item: one }, { item: other }) => (one.index ?? -1) - (other.index ?? -1))
    for (const { item: task, waitsFor } of waiting) {
      if (!isReadableTask(task) || this.#context.lookup.entry(task.entryHash) !== undefined) continue
      const { entryHash, item } = task
      if (!isPayloadLess(item) || !left.has(entryHash)) left.set(entryHash, { item, waitsFor })
    }
    return [...left.values()]
  }

  #know(item: Arrival): void {
    if (!isReadable(item) || (!isPayloadLess(item) && item.isFromPeer)) this.#withPayload.add(item.entryHash)
  }

  #admit(task: Task): Admission | Promise<Admission> {
    const { item, deletion } = task
    const { decider, lookup, pick, admitPublished } = this.#context
    if (this.#hasPayload(item)) return this.#record(task, waitingForItself(item))
    const admitted = isPublished(item) ? admitPublished(item) : admitFromPeer(decider, lookup, item, pick, deletion)
    if (admitted instanceof Promise) return admitted.then((one: Admitted<Outcome>) => this.#record(task, one))
    return this.#record(task, admitted)
  }

  /** Whether an entry came without its payload, and waits here with it too. Then it is not held for what it tells. */
  #hasPayload(item: Arrival): boolean {
    const { entryHash } = item
    if (!isReadable(item) || !isPayloadLess(item) || !this.#withPayload.has(entryHash)) return false
    return this.#context.lookup.entry(entryHash) === undefined
  }

  #record({ item, index }: Task, { outcome, admission }: Admitted<Outcome>): Admission {
    // What was held together with others may still be found where it waited.
    if (index !== undefined && isOpen(this.outcomes[index])) this.outcomes[index] = outcome
    if (!isOpen(outcome) && !this.outcomeOf.has(item.entryHash)) this.outcomeOf.set(item.entryHash, outcome)
    if ('documentId' in outcome && isDeletion(item)) this.#deleted.push(outcome.documentId)
    return admission
  }

  async #wakeMore(): Promise<boolean> {
    const { lookup, parking } = this.#context
    const woken = await parking.moreWokenBy([...this.outcomeOf.keys()])
    this.wait(woken)
    for (const { waitsFor } of woken) if (lookup.entry(waitsFor) !== undefined) await this.#queue.wake(waitsFor)
    return woken.length > 0
  }

  async #wakeDeleted(): Promise<boolean> {
    const documents = this.#deleted.splice(0)
    if (documents.length === 0) return false
    this.wait(await this.#context.parking.wokenBy(documents))
    for (const id of documents) await this.#queue.wake(id)
    return true
  }

  /** Returns whether anything was decided. */
  async #holdDeletions(): Promise<boolean> {
    const { lookup, parking } = this.#context
    const waiting = this.#queue.left().filter(({ item }) => this.#isWaitingDeletion(item)) as WaitingDeletion[]
    const roots = waiting.sort((one, other) => urgencyOf(one.item) - urgencyOf(other.item))
    if (roots.length === 0) return false
    const ancestors = await this.#readAncestors(roots)
    const payloadLess = ancestors.of(
      roots.flatMap(({ item }) => (ancestors.kindOf(item) === 'payload-less' ? [item] : [])),
    )
    if (payloadLess.length > 0) {
      await parking.prepare(payloadLess.map(({ item }) => item))
      this.wait(await parking.wokenBy(payloadLess.map(({ entryHash }) => entryHash)))
    }
    let hasDecided = false
    for (const { item: root, waitsFor } of roots) {
      if (lookup.entry(root.entryHash) !== undefined) continue
      const found = await this.#ancestorsOf(root, ancestors)
      if ('tasks' in found) {
        const deletion = root.item.unchecked.schemaId
        await this.#queue.run(found.tasks.map((task) => ({ ...task, deletion })))
        hasDecided ||= lookup.entry(root.entryHash) !== undefined
      } else if (found.waitsFor !== undefined) {
        this.#queue.move(root, waitsFor, found.waitsFor)
      }
    }
    return hasDecided
  }

  #isWaitingDeletion(task: Task): boolean {
    return isReadableTask(task) && isDeletion(task.item) && this.#context.lookup.entry(task.entryHash) === undefined
  }

  /** Reads the parked ancestors of these entries, for all of them together, log by log. */
  async #readAncestors(roots: readonly WaitingDeletion[]): Promise<UndecidedAncestors<ReadableTask>> {
    const { lookup, parking } = this.#context
    for (;;) {
      const ancestors = new UndecidedAncestors(lookup, this.#waiting())
      const absent = roots.flatMap(({ item }) => {
        const kind = ancestors.kindOf(item)
        return typeof kind === 'object' && !this.#looked.has(kind.absent) ? [kind.absent] : []
      })
      if (absent.length === 0) return ancestors
      for (const hash of absent) this.#looked.add(hash)
      this.wait(await parking.ancestorsOf(absent))
    }
  }

  /** By hash, with its payload where there is one. */
  #waiting(): Map<Hash, ReadableTask> {
    const waiting = new Map<Hash, ReadableTask>()
    for (const { item: task } of this.#queue.left()) {
      if (isReadableTask(task) && (!isPayloadLess(task.item) || !waiting.has(task.entryHash)))
        waiting.set(task.entryHash, task)
    }
    return waiting
  }

  /** A DELETE with its undecided ancestors, where they can be held together; else what the DELETE waits for. */
  async #ancestorsOf(
    root: DeletionTask,
    ancestors: UndecidedAncestors<ReadableTask>,
  ): Promise<{ readonly tasks: readonly ReadableTask[] } | { readonly waitsFor: Hash | undefined }> {
    const { decider, lookup } = this.#context
    const kind = ancestors.kindOf(root)
    if (typeof kind === 'object') return { waitsFor: kind.absent }
    const { schemaId } = root.item.unchecked
    await lookup.prepareSchema(schemaId)
    const claimed = lookup.claimedSchema(schemaId)
    if (claimed.status === 'incomplete') return { waitsFor: claimed.missing[0] }
    const isTried = kind === 'payload-less' && mayLackPayloads(schemaId) && this.#failedEntries < MAX_FAILED_ENTRIES
    if (!isTried) return { waitsFor: undefined }
    const tasks = ancestors.of([root])
    const items = tasks.map(({ item }) => item)
    const assumed = new AssumedLookup(lookup)
    for (const item of items) {
      await assumed.prepare(item)
      const decision = judge(assumed, item, schemaId)
      if (decision.decision !== 'held' || decider.limit?.(asStored(item, decision))) {
        this.#failedEntries += tasks.length
        return { waitsFor: undefined }
      }
      assumed.assume(item, decision)
    }
    return { tasks }
  }
}

/**
 * The least is tried first. That is what arrived, since a peer sends with a DELETE what it follows. Then come the
 * parked entries that continue a log: no stranger can write those in another's log.
 */
function urgencyOf({ index, item }: DeletionTask): number {
  if (index !== undefined) return 0
  return item.entry.backlink === undefined ? 2 : 1
}

export function isPublished(item: Arrival): item is ReceivedItem {
  return isReadable(item) && !isPayloadLess(item) && !item.isFromPeer
}

function waitingForItself({ entryHash: id }: Arrival): Admitted<Outcome> {
  const outcome = { status: 'waiting', for: [{ kind: 'payload', id }], parked: false } as const
  return { outcome, admission: { status: 'waiting', waitsFor: id } }
}

function isOpen(outcome: Outcome | undefined): boolean {
  return outcome === undefined || outcome.status === 'waiting'
}

function isReadableTask(task: Task): task is ReadableTask {
  return isReadable(task.item)
}

function isDeletion(item: Arrival): item is ReceivedItem {
  return isReadable(item) && !isPayloadLess(item) && item.unchecked.action === 'delete'
}
