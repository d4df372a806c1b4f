import { RakkoError, type Verifier } from '@rakko/core'
import type { Outcome } from '../decide/arrivals.js'
import { batchRefusal } from '../decide/batch-refusal.js'
import { type ReceivedFromPeer, receiveFromPeer } from '../decide/receive-from-peer.js'
import { receiveItem } from '../decide/received-item.js'
import { Listeners } from '../listeners.js'
import { storageFailed } from '../storage-failed.js'
import type { ForkedLog, IngestItem, IngestOutcome, Published, PublishItem, PublishOutcome } from '../store.js'
import { type IngestContext, type Ingested, ingest } from './ingest.js'

/** Calls join a transaction until it holds as much; one call is never split. */
const MAX_TRANSACTION_ITEMS = 4096
const MAX_TRANSACTION_BYTES = 32 * 1024 * 1024

export interface PublisherContext extends IngestContext {
  readonly verifier: Verifier
  /** Lets what already waits to be handled be handled: calls in the queue of a worker join the transaction. */
  readonly pause: () => Promise<void>
}

type Received = ReceivedFromPeer

/** What became of an item: a RakkoError where its bytes did not get as far as the database, nothing where this failed. */
type Result = Outcome | RakkoError | undefined

interface Call {
  readonly received: readonly (Received | Promise<Received>)[]
  /** Entries and operations together. */
  readonly bytes: number
  /** Its items are stored together or not at all, so it shares its transaction with no other call. */
  readonly isBatch?: true
  /** With `failure` nothing was stored, but where its `details.outcome` is `unknown`. */
  readonly answer: (results: readonly Result[], failure?: RakkoError) => void
}

/**
 * Publishes, and takes entries from elsewhere, with group commit: one writer at a time, which takes all calls that have
 * come while the last transaction ran. Signatures are verified side by side before that.
 */
export class Publisher {
  readonly #context: PublisherContext
  readonly #waiting: Call[] = []
  #writing: Promise<void> | undefined
  readonly #answering = new Set<Promise<void>>()
  readonly #forkListeners = new Listeners<readonly ForkedLog[]>()

  constructor(context: PublisherContext) {
    this.#context = context
  }

  /** Answers once everything is durable; never rejects. */
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
      const answer: Call['answer'] = (results, failure) => {
        // Where an item is refused that is the failure.
        if (failure) reject(failure)
        else resolve(results as Published[])
      }
      this.#enqueue(received, items, answer, true)
    })
  }

  /** Answers once everything is durable; rejects where the database fails. */
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

  /** Resolves when every call so far is answered. */
  async drain(): Promise<void> {
    await this.#writing
    await Promise.all(this.#answering)
  }

  /** What the allow list leaves of an item. */
  #allowed(received: Received | Promise<Received>): Received | Promise<Received> {
    if (received instanceof Promise) return received.then((one) => this.#allowed(one))
    if (!('plainOperation' in received)) return received
    return this.#context.database.registry.allowed.refusal(received.plainOperation.schemaId) ?? received
  }

  #enqueue(
    received: Call['received'],
    items: readonly (PublishItem | IngestItem)[],
    answer: Call['answer'],
    isBatch = false,
  ): void {
    const bytes = items.reduce((sum, { entry, operation }) => sum + (entry?.length ?? 0) + (operation?.length ?? 0), 0)
    this.#waiting.push({ received, bytes, answer, ...(isBatch && { isBatch }) })
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      // A pause that fails lets fewer calls join, nothing more.
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
      // The next transaction need not wait until this one is durable, only its callers.
      const answering = this.#answer(calls, received, ingested).finally(() => this.#answering.delete(answering))
      this.#answering.add(answering)
    } catch (cause) {
      answerAll(calls, resultsOf(received, []), storageFailed(cause))
    }
  }

  async #answer(calls: readonly Call[], received: readonly Received[], ingested: Ingested): Promise<void> {
    const { outcomes, forks, hasWritten } = ingested
    const results = resultsOf(received, outcomes)
    try {
      if (hasWritten) await this.#context.database.flush()
    } catch (cause) {
      const { code, message, details } = storageFailed(cause)
      const words = `${message}; what was to be stored is there until the storage is opened anew, and perhaps afterwards`
      answerAll(calls, results, new RakkoError(code, words, { ...details, outcome: 'unknown' }, { cause }))
      return
    }
    answerAll(calls, results)
    if (forks.length > 0) this.#forkListeners.tell(forks)
  }
}

/** Most are there already: a promise for each of ten thousand would be made for nothing. */
async function allOf(received: Call['received']): Promise<readonly Received[]> {
  return received.some((one) => one instanceof Promise) ? Promise.all(received) : (received as readonly Received[])
}

const NOTHING: Ingested = { outcomes: [], forks: [], hasWritten: false, decided: [] }

/** One for each that was received; outcomes are of those that reached the database. */
function resultsOf(received: readonly Received[], outcomes: readonly Outcome[]): Result[] {
  let next = 0
  return received.map((one) => (one instanceof RakkoError ? one : outcomes[next++]))
}

function answerAll(calls: readonly Call[], results: readonly Result[], failure?: RakkoError): void {
  let start = 0
  for (const { received, answer } of calls) {
    answer(results.slice(start, start + received.length), failure)
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
