import { type Hash, RakkoError, type Verifier } from '@rakko/core'
import { receiveFromPeer } from '../decide/receive-from-peer.js'
import { receiveItem } from '../decide/received-item.js'
import { Listeners } from '../listeners.js'
import { storageFailed } from '../storage-failed.js'
import type { ForkedLog, IngestItem, IngestOutcome, Published, PublishItem, PublishOutcome } from '../store.js'
import { Ahead, beginFirst } from './ahead.js'
import { Call, type CallOptions, type Received, type Taken } from './call.js'
import { CallQueue } from './call-queue.js'
import { type Ingested, lookAgain } from './ingest.js'
import { Part, type PartContext } from './part.js'
import { Pace } from './share.js'

export interface PublisherContext extends PartContext {
  readonly verifier: Verifier
}

/**
 * Publishes, and takes entries from elsewhere, with group commit. One writer at a time takes all calls that came while
 * the last transaction ran, as far as its share goes. Signatures are verified when their turn comes.
 */
export class Publisher {
  readonly #context: PublisherContext
  readonly #waiting = new CallQueue<Part>()
  readonly #pace = new Pace()
  /** Whether signatures are checked in other threads. */
  #isAhead = false
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

  /** One step of taking back what was decided, see TakingBack. Returns whether there was anything to do. */
  async takeBack(): Promise<boolean> {
    return this.#takeBack({ goesOn: false })
  }

  /** Goes on with what is being taken back until it was decided again. Nothing is begun. */
  async endTakingBack(): Promise<void> {
    while (await this.#takeBack({ goesOn: true })) await this.#pause()
  }

  async #takeBack(options: { readonly goesOn: boolean }): Promise<boolean> {
    const step = await this.#context.takingBack.step(options)
    if (!step) return false
    this.#decided(step.outcomeOf)
    if (step.forks.length > 0) this.#forkListeners.tell(step.forks)
    return true
  }

  /** Looks at some of what waits though what it waits for is decided. Returns where to go on, undefined at the end. */
  lookAtMissed(after: Hash | undefined): Promise<Hash | undefined> {
    return this.#lookAgainAfter(after, { missedOnly: true })
  }

  async #lookAgainAfter(after: Hash | undefined, options: { missedOnly?: boolean }): Promise<Hash | undefined> {
    const { last, forks, outcomeOf } = await lookAgain(this.#context, after, options)
    this.#decided(outcomeOf)
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
    const received: CallOptions['receive'] = (index) => {
      const incoming = receive(items[index] as Item)
      this.#isAhead ||= incoming instanceof Promise
      return incoming
    }
    const call = new Call({ sizes, receive: received, ...options })
    if (this.#isAhead && !call.isOwn) beginFirst(call, this.#waiting.length)
    this.#waiting.add(call)
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#pause()
      const turn = this.#waiting.next()
      await this.#goOn('begun' in turn ? turn.begun : await this.#take(turn.calls))
    }
    this.#context.histories.clear()
    this.#writing = undefined
  }

  /** If the pause fails, fewer calls join, nothing more. */
  async #pause(): Promise<void> {
    await this.#context.pause().catch(() => {})
  }

  /** What the next transaction takes of calls, in their order. Each is whole in it, unless it is too large alone. */
  async #take(calls: readonly Call[]): Promise<Part> {
    const { database, now } = this.#context
    const share = this.#pace.share(database.registry, now)
    const ahead = new Ahead(calls)
    const from = new Set<Call>()
    const items: Taken[] = []
    for (const call of calls) {
      const { isOwn, isBatch } = call
      if (from.size > 0 && (isBatch || !share.hasRoom(call.length, call.bytes, isOwn))) break
      from.add(call)
      while (!call.isTaken && (isBatch || share.hasRoom(1, call.nextSize, isOwn))) {
        const size = call.nextSize
        const taking = ahead.take(call)
        // Promises for thousands of items would be made for nothing: mostly none is one.
        const taken = taking instanceof Promise ? await taking : taking
        const received = this.#allowed(taken.received)
        items.push({ ...taken, received })
        share.add(received, size, isOwn)
      }
      if (isBatch || !call.isTaken) break
    }
    return new Part(this.#context, items, { calls: from, share }, (outcomeOf) => this.#decided(outcomeOf))
  }

  /** The next transaction of a part. Where it needs another one, others have their turn before. Never rejects. */
  async #goOn(part: Part): Promise<void> {
    const { calls, share } = part
    const wasDecided = part.isDecided
    try {
      const hasMore = await part.step()
      if (part.isDecided && !wasDecided) this.#pace.took(part.ms, share.part)
      if (hasMore) return this.#waiting.goesOn(part)
      for (const call of calls) {
        call.committing()
        call.takeUpUnparked()
      }
      this.#waiting.leave(calls)
      // Only callers wait until this one is durable. The next transaction does not.
      const settling = this.#settle(part).finally(() => this.#settling.delete(settling))
      this.#settling.add(settling)
    } catch (cause) {
      this.#pace.failedAfter(part.ms, share.part)
      for (const call of calls) call.fail(storageFailed(cause))
      this.#waiting.leave(calls)
    }
  }

  /** Entries of any call may have waited for what was decided. */
  #decided(outcomeOf: Ingested['outcomeOf']): void {
    if (outcomeOf.size > 0) for (const call of this.#waiting) call.decided(outcomeOf)
  }

  async #settle({ calls, places, did: { forks, hasWritten } }: Part): Promise<void> {
    try {
      if (hasWritten) await this.#context.database.flush()
    } catch (cause) {
      const { code, message, details } = storageFailed(cause)
      const words = `${message}; what was to be stored is there until the storage is opened again, and perhaps afterwards`
      const failure = new RakkoError(code, words, { ...details, outcome: 'unknown' }, { cause })
      for (const call of calls) {
        call.lose(
          places.filter((one) => one.call === call),
          failure,
        )
      }
      return
    }
    for (const call of calls) call.flushed()
    if (forks.length > 0) this.#forkListeners.tell(forks)
  }
}

function areOwn(items: readonly PublishItem[]): boolean {
  return items.every(({ trusted }) => trusted !== undefined)
}

function published(result: PublishOutcome | RakkoError): PublishOutcome {
  return result instanceof RakkoError ? { status: 'refused', error: result } : result
}

function ingested(result: IngestOutcome | RakkoError): IngestOutcome {
  return result instanceof RakkoError ? { status: 'refused', error: result, final: false } : result
}
