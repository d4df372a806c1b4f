import { RakkoError } from '@rakko/core'
import type { AbortSignalLike, Intent, IntentOutcome } from './intent.js'
import { withKeyLock } from './key-lock.js'
import { type RoundItem, signingRound, type WriterSigner, type WriterStore } from './signing-round.js'

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
  #waiting: RoundItem[] = []
  #rounds: Promise<void> | undefined
  #isClosed = false

  constructor({ store, signer, pause = async () => undefined }: WriterOptions) {
    this.#store = store
    this.#signer = signer
    this.#pause = pause
  }

  /**
   * Outcomes in order of the intents; one's fault does not touch the others, though an earlier change of a document comes
   * before a later one. Once `signal` fires, what is not signed is refused as ABORTED. Rejects with NODE_CLOSED.
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

  /** Never rejects: a round that fails refuses all that it took or that waits, and the next write begins anew. */
  async #run(): Promise<void> {
    let taken: readonly RoundItem[] = []
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
          const items = taken.slice(0, MAX_ROUND_ITEMS)
          const later = taken.slice(MAX_ROUND_ITEMS)
          const deferred = await signingRound(items, this.#store, signer)
          // What came meanwhile stands behind what came before it.
          this.#waiting = [...deferred, ...later, ...this.#waiting]
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
}
