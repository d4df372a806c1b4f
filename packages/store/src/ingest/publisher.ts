import { RakkoError, type Verifier } from '@rakko/core'
import { storageFailed } from '../storage-failed.js'
import type { PublishItem, PublishOutcome } from '../store.js'
import { type IngestContext, ingest } from './ingest.js'
import { type Received, type ReceivedItem, receiveItem } from './received-item.js'

/** Calls join a transaction until it holds as much; one call is never split. */
const MAX_TRANSACTION_ITEMS = 4096
const MAX_TRANSACTION_BYTES = 32 * 1024 * 1024

export interface PublisherContext extends IngestContext {
  readonly verifier: Verifier
  /** Lets what already waits to be handled be handled: calls in the queue of a worker join the transaction. */
  readonly pause: () => Promise<void>
}

interface Call {
  readonly received: readonly (Received | Promise<Received>)[]
  /** Entries and operations together. */
  readonly bytes: number
  readonly answer: (outcomes: PublishOutcome[]) => void
}

/**
 * Publishes with group commit: one writer at a time, which takes all calls that have come while the last transaction
 * ran. Signatures are verified side by side before that.
 */
export class Publisher {
  readonly #context: PublisherContext
  readonly #waiting: Call[] = []
  #writing: Promise<void> | undefined
  readonly #answering = new Set<Promise<void>>()

  constructor(context: PublisherContext) {
    this.#context = context
  }

  /** Answers once everything is durable; never rejects. */
  publish(items: readonly PublishItem[]): Promise<PublishOutcome[]> {
    const { verifier } = this.#context
    const received = items.map((item) => receiveItem(item, verifier))
    const bytes = items.reduce((sum, { entry, operation }) => sum + (entry?.length ?? 0) + (operation?.length ?? 0), 0)
    return new Promise((answer) => {
      this.#waiting.push({ received, bytes, answer })
      this.#writing ??= this.#write()
    })
  }

  /** Resolves when every call so far is answered. */
  async drain(): Promise<void> {
    await this.#writing
    await Promise.all(this.#answering)
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      // A pause that fails lets fewer calls join, nothing more.
      await this.#context.pause().catch(() => {})
      const calls = this.#take()
      const outcomes = await this.#ingest(await Promise.all(calls.flatMap(({ received }) => received)))
      // The next transaction need not wait until this one is durable, only its callers.
      const answering = this.#answer(calls, outcomes).finally(() => this.#answering.delete(answering))
      this.#answering.add(answering)
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
      if (count > 0 && (items > MAX_TRANSACTION_ITEMS || bytes > MAX_TRANSACTION_BYTES)) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  /** One outcome each. */
  async #ingest(received: readonly Received[]): Promise<PublishOutcome[]> {
    const items = received.filter((one): one is ReceivedItem => !(one instanceof RakkoError))
    try {
      const outcomes = items.length === 0 ? [] : await ingest(this.#context, items)
      let next = 0
      return received.map((one) => {
        const outcome = one instanceof RakkoError ? refused(one) : outcomes[next++]
        if (!outcome) throw new Error('an item got no outcome')
        return outcome
      })
    } catch (cause) {
      const error = storageFailed(cause)
      return received.map((one) => refused(one instanceof RakkoError ? one : error))
    }
  }

  async #answer(calls: readonly Call[], outcomes: readonly PublishOutcome[]): Promise<void> {
    let answers = outcomes
    try {
      if (outcomes.some(({ status }) => status === 'published')) await this.#context.driver.flush()
    } catch (cause) {
      const { code, message, details } = storageFailed(cause)
      const words = `${message}; what was to be stored is there until the storage is opened anew, and perhaps afterwards`
      const error = new RakkoError(code, words, { ...details, outcome: 'unknown' }, { cause })
      answers = outcomes.map((outcome) => (outcome.status === 'published' ? refused(error) : outcome))
    }
    let start = 0
    for (const { received, answer } of calls) {
      answer(answers.slice(start, start + received.length))
      start += received.length
    }
  }
}

function refused(error: RakkoError): PublishOutcome {
  return { status: 'refused', error }
}
