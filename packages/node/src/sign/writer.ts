import { RakkoError } from '@rakko/core'
import type { Batch, BatchOutcome, BatchResult } from './batch.js'
import { batchRound } from './batch-round.js'
import type { AbortSignalLike, Intent, IntentOutcome } from './intent.js'
import { withKeyLock } from './key-lock.js'
import { signingRound, type WriterSigner, type WriterStore } from './signing-round.js'
import { type Round, type Waiting, WriteQueue } from './write-queue.js'

/** Of a call: who no longer waits for it, and the served port that it came from. */
export interface WriteOptions {
  readonly signal?: AbortSignalLike | undefined
  readonly port?: number | undefined
}

export interface WriterOptions {
  readonly store: WriterStore
  readonly signer: WriterSigner
  /**
   * Called before each round; resolves once what already waits in the event loop was handled, so that calls which have
   * arrived join it. Without it only calls of one tick and those made meanwhile do.
   */
  readonly pause?: (() => Promise<void>) | undefined
}

/**
 * Signs and publishes with one key. Calls in flight together share a signing round: one question for the next arguments
 * of all, one transaction. At most one round of a key runs at a time, whoever signs with it.
 */
export class Writer {
  readonly #store: WriterStore
  #signer: WriterSigner | Promise<WriterSigner>
  readonly #pause: () => Promise<void>
  readonly #waiting = new WriteQueue()
  #rounds: Promise<void> | undefined
  #isClosed = false

  constructor({ store, signer, pause = async () => undefined }: WriterOptions) {
    this.#store = store
    this.#signer = signer
    this.#pause = pause
  }

  /**
   * Outcomes in order of the intents; one's fault does not touch the others, though an earlier change of a document
   * comes before a later one. Once `signal` fires, what is not signed is refused as ABORTED. Rejects with NODE_CLOSED.
   */
  write(intents: readonly Intent[], { signal, port }: WriteOptions = {}): Promise<IntentOutcome[]> {
    if (this.#isClosed) return Promise.reject(new RakkoError('NODE_CLOSED', 'The node was closed'))
    if (intents.length === 0) return Promise.resolve([])
    return new Promise((resolve) => {
      const outcomes = new Array<IntentOutcome>(intents.length)
      let left = intents.length
      for (const [index, intent] of intents.entries()) {
        const settle = (outcome: IntentOutcome): void => {
          if (outcomes[index] !== undefined) return
          outcomes[index] = outcome
          left -= 1
          if (left === 0) resolve(outcomes)
        }
        this.#waiting.add({ intent, settle, signal, port })
      }
      this.#rounds ??= this.#run()
    })
  }

  /**
   * Stores all writes of a batch or none, after those of its caller that wait already. Rejects with the error of the first that is
   * refused, whose `details.index` is its place, and with NODE_CLOSED.
   */
  writeBatch(batch: Batch, { signal, port }: WriteOptions = {}): Promise<readonly BatchResult[]> {
    if (this.#isClosed) return Promise.reject(new RakkoError('NODE_CLOSED', 'The node was closed'))
    return new Promise((resolve, reject) => {
      const settle = (outcome: BatchOutcome): void =>
        outcome.status === 'published' ? resolve(outcome.results) : reject(outcome.error)
      this.#waiting.add({ batch, settle, signal, port })
      this.#rounds ??= this.#run()
    })
  }

  /**
   * Signs with another key: the round that is on its way is the last one with the old. What waits or comes is signed as
   * soon as the other key is there, and refused with what it rejects with, should there be none.
   */
  replaceSigner(next: Promise<WriterSigner>): void {
    next.catch(() => undefined)
    this.#signer = next
  }

  /** Takes no more intents and resolves when those taken have their outcome. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#rounds
  }

  /** Never rejects: a round that fails refuses all that it took or that waits, and the next write begins again. */
  async #run(): Promise<void> {
    let taken: readonly Waiting[] = []
    try {
      while (!this.#waiting.isEmpty) {
        await this.#pause()
        const current = this.#signer
        const signer = await current
        await withKeyLock(signer.publicKey, async () => {
          // Replaced while another writer held the lock.
          if (this.#signer !== current) return
          const round = this.#waiting.next()
          taken = 'batch' in round ? [round.batch] : round.items
          this.#waiting.putBack(await this.#sign(round, signer))
        })
      }
    } catch (cause) {
      const failed = new RakkoError('INTERNAL', 'Signing failed, see the cause', {}, { cause })
      const error = cause instanceof RakkoError ? cause : failed
      for (const { settle } of [...taken, ...this.#waiting.takeAll()]) settle({ status: 'refused', error })
    } finally {
      this.#rounds = undefined
    }
  }

  /** Returns those that need the outcome of one before them. */
  async #sign(round: Round, signer: WriterSigner): Promise<readonly Waiting[]> {
    if ('items' in round) return signingRound(round.items, this.#store, signer)
    round.batch.settle(await batchOutcome(batchRound(round.batch, this.#store, signer)))
    return []
  }
}

async function batchOutcome(round: Promise<readonly BatchResult[]>): Promise<BatchOutcome> {
  try {
    return { status: 'published', results: await round }
  } catch (cause) {
    const failed = new RakkoError('INTERNAL', 'Signing or publishing failed, see the cause', {}, { cause })
    return { status: 'refused', error: cause instanceof RakkoError ? cause : failed }
  }
}
