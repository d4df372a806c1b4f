import { RakkoError } from '@rakko/core'
import type { Batch, BatchItem, BatchOutcome, BatchResult } from './batch.js'
import { batchRound } from './batch-round.js'
import type { AbortSignalLike, Intent, IntentOutcome } from './intent.js'
import { withKeyLock } from './key-lock.js'
import type { RoundItem } from './round-item.js'
import { signingRound, type WriterSigner, type WriterStore } from './signing-round.js'

/** Items of one signing round at most; more wait for the next one. */
const MAX_ROUND_ITEMS = 20_000

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
  #waiting: (RoundItem | BatchItem)[] = []
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
  write(intents: readonly Intent[], signal?: AbortSignalLike): Promise<IntentOutcome[]> {
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
        this.#waiting.push(signal === undefined ? { intent, settle } : { intent, settle, signal })
      }
      this.#rounds ??= this.#run()
    })
  }

  /**
   * Stores all writes of a batch or none, after those that wait already. Rejects with the error of the first that is
   * refused, whose `details.index` is its place, and with NODE_CLOSED.
   */
  writeBatch(batch: Batch, signal?: AbortSignalLike): Promise<readonly BatchResult[]> {
    if (this.#isClosed) return Promise.reject(new RakkoError('NODE_CLOSED', 'The node was closed'))
    return new Promise((resolve, reject) => {
      const settle = (outcome: BatchOutcome): void =>
        outcome.status === 'published' ? resolve(outcome.results) : reject(outcome.error)
      this.#waiting.push(signal === undefined ? { batch, settle } : { batch, settle, signal })
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
    let taken: readonly (RoundItem | BatchItem)[] = []
    try {
      while (this.#waiting.length > 0) {
        await this.#pause()
        const current = this.#signer
        const signer = await current
        await withKeyLock(signer.publicKey, async () => {
          // Replaced while another writer held the lock.
          if (this.#signer !== current) return
          taken = this.#waiting
          this.#waiting = []
          const left = await this.#round(taken, signer)
          // What came meanwhile stands behind what came before it.
          this.#waiting = [...left, ...this.#waiting]
        })
      }
    } catch (cause) {
      const failed = new RakkoError('INTERNAL', 'Signing failed, see the cause', {}, { cause })
      const error = cause instanceof RakkoError ? cause : failed
      const left = [...taken, ...this.#waiting]
      this.#waiting = []
      for (const { settle } of left) settle({ status: 'refused', error })
    } finally {
      this.#rounds = undefined
    }
  }

  /** A round of the first that wait: of a batch, or of writes up to the next batch. Returns what is left of them. */
  async #round(waiting: readonly (RoundItem | BatchItem)[], signer: WriterSigner): Promise<(RoundItem | BatchItem)[]> {
    const [first, ...rest] = waiting
    if (first !== undefined && isBatch(first)) {
      first.settle(await batchOutcome(batchRound(first, this.#store, signer)))
      return rest
    }
    const items: RoundItem[] = []
    for (const one of waiting) {
      if (isBatch(one) || items.length === MAX_ROUND_ITEMS) break
      items.push(one)
    }
    return [...(await signingRound(items, this.#store, signer)), ...waiting.slice(items.length)]
  }
}

function isBatch(item: RoundItem | BatchItem): item is BatchItem {
  return 'batch' in item
}

async function batchOutcome(round: Promise<readonly BatchResult[]>): Promise<BatchOutcome> {
  try {
    return { status: 'published', results: await round }
  } catch (cause) {
    const failed = new RakkoError('INTERNAL', 'Signing or publishing failed, see the cause', {}, { cause })
    return { status: 'refused', error: cause instanceof RakkoError ? cause : failed }
  }
}
