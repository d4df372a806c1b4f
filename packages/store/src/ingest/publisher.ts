import { type Hash, RakkoError, type Verifier } from '@rakko/core'
import { batchRefusal } from '../decide/batch-refusal.js'
import { receiveFromPeer } from '../decide/receive-from-peer.js'
import { receiveItem } from '../decide/received-item.js'
import { Listeners } from '../listeners.js'
import { storageFailed } from '../storage-failed.js'
import type { ForkedLog, IngestItem, IngestOutcome, Published, PublishItem, PublishOutcome } from '../store.js'
import { Call, type CallOptions, type Place, type Received, type Taken } from './call.js'
import { CallQueue } from './call-queue.js'
import { type IngestContext, type Ingested, lookAgain, NOTHING_INGESTED, wakeRest } from './ingest.js'
import { type IngestedApart, ingestApart } from './ingest-apart.js'
import { Pace, type Share, TRANSACTION_MS } from './share.js'

export interface PublisherContext extends IngestContext {
  readonly verifier: Verifier
  /** Called where the database failed before all that waited for a decided entry was looked at, see `lookAgain`. */
  readonly onMissed: () => void
}

/**
 * Publishes, and takes entries from elsewhere, with group commit. One writer at a time takes all calls that came while
 * the last transaction ran, as far as its share goes. Signatures are verified when their turn comes.
 */
export class Publisher {
  readonly #context: PublisherContext
  readonly #waiting = new CallQueue()
  readonly #pace = new Pace()
  /** Whether signatures are checked in other threads. */
  #isAhead = false
  /** When others last had a turn. */
  #paused = 0
  #writing: Promise<void> | undefined
  readonly #settling = new Set<Promise<void>>()
  readonly #forkListeners = new Listeners<readonly ForkedLog[]>()

  constructor(context: PublisherContext) {
    this.#context = context
  }

  /** Resolves once everything is durable; never rejects. */
  publish(items: readonly PublishItem[]): Promise<PublishOutcome[]> {
    const { verifier } = this.#context
    return new Promise((resolve) => {
      // This call's items were judged by the rules of publishing.
      const settle: CallOptions['settle'] = (results) =>
        resolve((results as (PublishOutcome | RakkoError)[]).map(published))
      this.#enqueue(items, (item) => receiveItem(item, verifier), { settle, isOwn: areOwn(items) })
    })
  }

  /** Resolves once all of it is durable. Rejects where an item is refused or the database fails. */
  publishBatch(items: readonly PublishItem[]): Promise<Published[]> {
    const { verifier } = this.#context
    return new Promise((resolve, reject) => {
      const settle: CallOptions['settle'] = (results, failure) => {
        // A refused item is the failure of the whole call.
        if (failure) reject(failure)
        else resolve(results as Published[])
      }
      this.#enqueue(items, (item) => receiveItem(item, verifier), { settle, isOwn: areOwn(items), isBatch: true })
    })
  }

  /** Resolves once everything is durable; rejects where the database fails. */
  ingest(items: readonly IngestItem[]): Promise<IngestOutcome[]> {
    const { verifier } = this.#context
    return new Promise((resolve, reject) => {
      const settle: CallOptions['settle'] = (results, failure) => {
        if (failure) reject(failure)
        else resolve((results as (IngestOutcome | RakkoError)[]).map(ingested))
      }
      this.#enqueue(items, (item) => receiveFromPeer(item, verifier), { settle, isOwn: false, givesWay: true })
    })
  }

  onFork(listener: (forks: readonly ForkedLog[]) => void): () => void {
    return this.#forkListeners.add(listener)
  }

  /**
   * Looks again at all that waits, after something was decided that did not arrive: what builds on what was forgotten
   * goes.
   */
  async lookAgain(): Promise<void> {
    let last: Hash | undefined
    do {
      await this.#pause()
      last = await this.#lookAgainAfter(last, {})
    } while (last !== undefined)
  }

  /** Looks at some of what waits though what it waits for is decided. Returns where to go on, undefined at the end. */
  lookAtMissed(after: Hash | undefined): Promise<Hash | undefined> {
    return this.#lookAgainAfter(after, { missedOnly: true })
  }

  async #lookAgainAfter(after: Hash | undefined, options: { missedOnly?: boolean }): Promise<Hash | undefined> {
    const { last, forks } = await lookAgain(this.#context, after, options)
    if (forks.length > 0) this.#forkListeners.tell(forks)
    return last
  }

  /** Resolves when every call so far is settled. */
  async drain(): Promise<void> {
    await this.#writing
    await Promise.all(this.#settling)
  }

  /** The item, or why the allow list refuses it. */
  #allowed(received: Received): Received {
    if (!('unchecked' in received)) return received
    return this.#context.database.registry.allowed.refusal(received.unchecked.schemaId) ?? received
  }

  #enqueue<Item extends PublishItem | IngestItem>(
    items: readonly Item[],
    receive: (item: Item) => ReturnType<CallOptions['receive']>,
    options: Pick<CallOptions, 'settle' | 'isOwn' | 'isBatch' | 'givesWay'>,
  ): void {
    const sizes = items.map(({ entry, operation }) => (entry?.length ?? 0) + (operation?.length ?? 0))
    const rest = () => (this.#context.now() - this.#paused > TRANSACTION_MS ? this.#pause() : undefined)
    const received: CallOptions['receive'] = (index) => {
      const incoming = receive(items[index] as Item)
      this.#isAhead ||= incoming instanceof Promise
      return incoming
    }
    const call = new Call({ sizes, receive: received, rest, isAhead: this.#isAhead && !options.isOwn, ...options })
    this.#waiting.add(call)
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#pause()
      await this.#commit(await this.#take(this.#waiting.inTurn()))
    }
    this.#context.histories.clear()
    this.#writing = undefined
  }

  /** What this process has signed itself does not wait until all is looked at that waited for what was taken. */
  async #writeOwn(taken: ReadonlySet<Call>): Promise<void> {
    const ownOnes = () => [...this.#waiting].filter((call) => call.isOwn && !taken.has(call))
    for (let own = ownOnes(); own.length > 0; own = ownOnes()) await this.#commit(await this.#take(own))
  }

  /** If the pause fails, fewer calls join, nothing more. */
  async #pause(): Promise<void> {
    await this.#context.pause().catch(() => {})
    this.#paused = this.#context.now()
  }

  /** What the next transaction takes of calls, in their order. Each is whole in it, unless it is too large alone. */
  async #take(calls: readonly Call[]): Promise<Part> {
    const { database, now } = this.#context
    const share = this.#pace.share(database.registry, now)
    const part: Part = { calls: new Set(), taken: [], share }
    for (const call of calls) {
      const { isOwn, isBatch } = call
      if (part.calls.size > 0 && (isBatch || !share.hasRoom(call.length, call.bytes, isOwn))) break
      part.calls.add(call)
      while (!call.isTaken && (isBatch || share.hasRoom(1, call.nextSize, isOwn))) {
        const size = call.nextSize
        const taking = call.take()
        // Promises for thousands of items would be made for nothing: mostly none is one.
        const taken = taking instanceof Promise ? await taking : taking
        const received = this.#allowed(taken.received)
        part.taken.push({ ...taken, received })
        share.add(received, size, isOwn)
      }
      if (isBatch || !call.isTaken) break
    }
    return part
  }

  async #commit({ calls, taken, share }: Part): Promise<void> {
    const began = this.#context.now()
    const items = taken.flatMap(({ received }) => (received instanceof RakkoError ? [] : [received]))
    const allOrNone = taken[0]?.call.isBatch === true
    try {
      const refusal = allOrNone ? batchRefusal(taken.map(({ received }) => received)) : undefined
      if (refusal) throw refusal
      const rest = () => this.#pause().then(() => this.#writeOwn(calls))
      const ingested: IngestedApart =
        items.length === 0 ? NOTHING_INGESTED : await ingestApart(this.#context, items, { allOrNone, rest })
      this.#pace.took(this.#context.now() - began, share.part)
      let next = 0
      for (const one of taken) {
        const { call, received } = one
        call.record(one, received instanceof RakkoError ? received : (ingested.outcomes[next++] ?? lost()))
      }
      const woken = await this.#wakeRest(ingested, calls)
      for (const call of this.#waiting) call.decided(woken.outcomeOf)
      for (const call of calls) {
        call.committing()
        await call.takeUpUnparked()
      }
      this.#waiting.leave(calls)
      // Only callers wait until this one is durable. The next transaction does not. What was decoded goes now.
      const places = taken.map(({ call, index }) => ({ call, index }))
      const settling = this.#settle(calls, places, woken).finally(() => this.#settling.delete(settling))
      this.#settling.add(settling)
    } catch (cause) {
      this.#pace.failedAfter(this.#context.now() - began, share.part)
      for (const one of taken) if (one.received instanceof RakkoError) one.call.record(one, one.received)
      for (const call of calls) call.fail(storageFailed(cause))
      this.#waiting.leave(calls)
    }
  }

  /**
   * Looks at what waited for what was decided, as long as there is more of it. Returns what all of these transactions did
   * together. If the database fails meanwhile, entries wait on that could be decided: maintenance looks at them. Each
   * look passes all that is decided: how much waits is bounded, so there are a few looks at most.
   */
  async #wakeRest(
    first: IngestedApart,
    calls: ReadonlySet<Call>,
  ): Promise<Pick<IngestedApart, 'outcomeOf' | 'forks' | 'hasWritten'>> {
    const outcomeOf = new Map(first.outcomeOf)
    const forks = [...first.forks]
    for (let { hasMore } = first; hasMore; ) {
      await this.#pause()
      await this.#writeOwn(calls)
      const next = await wakeRest(this.#context, [...outcomeOf.keys()]).catch(() => this.#missed())
      for (const [hash, outcome] of next.outcomeOf) if (!outcomeOf.has(hash)) outcomeOf.set(hash, outcome)
      forks.push(...next.forks)
      ;({ hasMore } = next)
    }
    return { outcomeOf, forks, hasWritten: first.hasWritten }
  }

  #missed(): Ingested {
    this.#context.onMissed()
    return NOTHING_INGESTED
  }

  async #settle(
    calls: Part['calls'],
    taken: readonly Place[],
    { forks, hasWritten }: Pick<Ingested, 'forks' | 'hasWritten'>,
  ): Promise<void> {
    try {
      if (hasWritten) await this.#context.database.flush()
    } catch (cause) {
      const { code, message, details } = storageFailed(cause)
      const words = `${message}; what was to be stored is there until the storage is opened again, and perhaps afterwards`
      const failure = new RakkoError(code, words, { ...details, outcome: 'unknown' }, { cause })
      for (const call of calls) {
        call.lose(
          taken.filter((one) => one.call === call),
          failure,
        )
      }
      return
    }
    for (const call of calls) call.flushed()
    if (forks.length > 0) this.#forkListeners.tell(forks)
  }
}

/** What one transaction takes. */
interface Part {
  readonly calls: Set<Call>
  readonly taken: Taken[]
  readonly share: Share
}

function areOwn(items: readonly PublishItem[]): boolean {
  return items.every(({ trusted }) => trusted !== undefined)
}

function lost(): RakkoError {
  return new RakkoError('INTERNAL', 'an item got no outcome')
}

function published(result: PublishOutcome | RakkoError): PublishOutcome {
  return result instanceof RakkoError ? { status: 'refused', error: result } : result
}

function ingested(result: IngestOutcome | RakkoError): IngestOutcome {
  return result instanceof RakkoError ? { status: 'refused', error: result, final: false } : result
}
