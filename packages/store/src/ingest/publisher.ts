import { RakkoError, type Verifier } from '@rakko/core'
import type { Outcome } from '../decide/arrivals.js'
import { batchRefusal } from '../decide/batch-refusal.js'
import { type ReceivedFromPeer, receiveFromPeer } from '../decide/receive-from-peer.js'
import { receiveItem } from '../decide/received-item.js'
import { Listeners } from '../listeners.js'
import { storageFailed } from '../storage-failed.js'
import type { ForkedLog, IngestItem, IngestOutcome, Published, PublishItem, PublishOutcome } from '../store.js'
import { type IngestContext, type Ingested, ingest } from './ingest.js'

/** Calls join a transaction until it holds this much. One call is never split. */
const MAX_TRANSACTION_ITEMS = 4096
const MAX_TRANSACTION_BYTES = 32 * 1024 * 1024

export interface PublisherContext extends IngestContext {
  readonly verifier: Verifier
  /**
   * Lets what already waits in the event loop be handled, so that calls in the queue of a worker join the transaction.
   */
  readonly pause: () => Promise<void>
}

type Received = ReceivedFromPeer

/**
 * What became of an item. It is a RakkoError where its bytes did not get as far as the database, and undefined where
 * the database failed.
 */
type Result = Outcome | RakkoError | undefined

interface Call {
  readonly received: readonly (Received | Promise<Received>)[]
  /** Entries and operations together. */
  readonly bytes: number
  /** Its items are stored together or not at all, so it shares its transaction with no other call. */
  readonly isBatch?: true
  /** With `failure` nothing was stored, except where its `details.outcome` is `unknown`. */
  readonly settle: (results: readonly Result[], failure?: RakkoError) => void
}

/**
 * Publishes, and takes entries from elsewhere, with group commit. One writer at a time takes all calls that came while
 * the last transaction ran. Signatures are verified side by side before that.
 */
export class Publisher {
  readonly #context: PublisherContext
  readonly #waiting: Call[] = []
  #writing: Promise<void> | undefined
  readonly #settling = new Set<Promise<void>>()
  readonly #forkListeners = new Listeners<readonly ForkedLog[]>()

  constructor(context: PublisherContext) {
    this.#context = context
  }

  /** Resolves once everything is durable; never rejects. */
  publish(items: readonly PublishItem[]): Promise<PublishOutcome[]> {
    const { verifier } = this.#context
    const received = items.map((item) => this.#allowed(receiveItem(item, verifier)))
    return new Promise((resolve) => {
      this.#enqueue(received, items, (results, failure) => {
        // This call's items were judged by the rules of publishing.
        resolve((results as (PublishOutcome | RakkoError | undefined)[]).map((result) => published(result, failure)))
      })
    })
  }

  /** Resolves once all of it is durable. Rejects where an item is refused or the database fails. */
  publishBatch(items: readonly PublishItem[]): Promise<Published[]> {
    const { verifier } = this.#context
    const received = items.map((item) => this.#allowed(receiveItem(item, verifier)))
    return new Promise((resolve, reject) => {
      const settle: Call['settle'] = (results, failure) => {
        // A refused item is the failure of the whole call.
        if (failure) reject(failure)
        else resolve(results as Published[])
      }
      this.#enqueue(received, items, settle, true)
    })
  }

  /** Resolves once everything is durable; rejects where the database fails. */
  ingest(items: readonly IngestItem[]): Promise<IngestOutcome[]> {
    const { verifier } = this.#context
    const received = items.map((item) => this.#allowed(receiveFromPeer(item, verifier)))
    return new Promise((resolve, reject) => {
      this.#enqueue(received, items, (results, failure) => {
        if (failure) reject(failure)
        else resolve((results as (IngestOutcome | RakkoError)[]).map(ingested))
      })
    })
  }

  onFork(listener: (forks: readonly ForkedLog[]) => void): () => void {
    return this.#forkListeners.add(listener)
  }

  /** Resolves when every call so far is settled. */
  async drain(): Promise<void> {
    await this.#writing
    await Promise.all(this.#settling)
  }

  /** The item, or why the allow list refuses it. */
  #allowed(received: Received | Promise<Received>): Received | Promise<Received> {
    if (received instanceof Promise) return received.then((one) => this.#allowed(one))
    if (!('unchecked' in received)) return received
    return this.#context.database.registry.allowed.refusal(received.unchecked.schemaId) ?? received
  }

  #enqueue(
    received: Call['received'],
    items: readonly (PublishItem | IngestItem)[],
    settle: Call['settle'],
    isBatch = false,
  ): void {
    const bytes = items.reduce((sum, { entry, operation }) => sum + (entry?.length ?? 0) + (operation?.length ?? 0), 0)
    this.#waiting.push({ received, bytes, settle, ...(isBatch && { isBatch }) })
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      // If the pause fails, fewer calls join, nothing more.
      await this.#context.pause().catch(() => {})
      const calls = this.#take()
      await this.#commit(calls)
    }
    this.#writing = undefined
  }

  #take(): Call[] {
    let items = 0
    let bytes = 0
    let count = 0
    for (const call of this.#waiting) {
      items += call.received.length
      bytes += call.bytes
      const isFull = call.isBatch || items > MAX_TRANSACTION_ITEMS || bytes > MAX_TRANSACTION_BYTES
      if (count > 0 && isFull) break
      count += 1
      if (call.isBatch) break
    }
    return this.#waiting.splice(0, count)
  }

  async #commit(calls: readonly Call[]): Promise<void> {
    const received = await allOf(calls.flatMap((call) => call.received))
    const items = received.flatMap((one) => (one instanceof RakkoError ? [] : [one]))
    const allOrNone = calls[0]?.isBatch === true
    try {
      const refusal = allOrNone ? batchRefusal(received) : undefined
      if (refusal) throw refusal
      const ingested = items.length === 0 ? NOTHING : await ingest(this.#context, items, { allOrNone })
      // Only callers wait until this one is durable. The next transaction does not.
      const settling = this.#settle(calls, received, ingested).finally(() => this.#settling.delete(settling))
      this.#settling.add(settling)
    } catch (cause) {
      settleAll(calls, resultsOf(received, []), storageFailed(cause))
    }
  }

  async #settle(calls: readonly Call[], received: readonly Received[], ingested: Ingested): Promise<void> {
    const { outcomes, forks, hasWritten } = ingested
    const results = resultsOf(received, outcomes)
    try {
      if (hasWritten) await this.#context.database.flush()
    } catch (cause) {
      const { code, message, details } = storageFailed(cause)
      const words = `${message}; what was to be stored is there until the storage is opened again, and perhaps afterwards`
      settleAll(calls, results, new RakkoError(code, words, { ...details, outcome: 'unknown' }, { cause }))
      return
    }
    settleAll(calls, results)
    if (forks.length > 0) this.#forkListeners.tell(forks)
  }
}

/** Mostly no item is a promise. Promises for ten thousand would be made for nothing. */
async function allOf(received: Call['received']): Promise<readonly Received[]> {
  return received.some((one) => one instanceof Promise) ? Promise.all(received) : (received as readonly Received[])
}

const NOTHING: Ingested = { outcomes: [], forks: [], hasWritten: false, decided: [] }

/** One result for each item received. Outcomes are of those that reached the database. */
function resultsOf(received: readonly Received[], outcomes: readonly Outcome[]): Result[] {
  let next = 0
  return received.map((one) => (one instanceof RakkoError ? one : outcomes[next++]))
}

function settleAll(calls: readonly Call[], results: readonly Result[], failure?: RakkoError): void {
  let start = 0
  for (const { received, settle } of calls) {
    settle(results.slice(start, start + received.length), failure)
    start += received.length
  }
}

function published(result: PublishOutcome | RakkoError | undefined, failure: RakkoError | undefined): PublishOutcome {
  if (result instanceof RakkoError) return { status: 'refused', error: result }
  if (result && !(failure && result.status === 'published')) return result
  return { status: 'refused', error: failure ?? new RakkoError('INTERNAL', 'an item got no outcome') }
}

function ingested(result: IngestOutcome | RakkoError): IngestOutcome {
  return result instanceof RakkoError ? { status: 'refused', error: result, final: false } : result
}
