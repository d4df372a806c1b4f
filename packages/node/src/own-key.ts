import { decodeEntry, hash, type OperationId, type PublicKey, RakkoError } from '@rakko/core'
import type { IngestItem, IngestOutcome } from '@rakko/store'

export interface OwnKeyOptions {
  readonly publicKey: PublicKey
  /** Makes the key store forget the key for this database. */
  readonly retire: () => Promise<void>
  /** Called at once, before the key is retired: nothing may be signed any more. */
  readonly stop: (error: RakkoError) => void
}

export interface ClonedKey {
  readonly operationId: OperationId
  readonly error?: RakkoError
}

/**
 * Watches what arrives for entries that are signed with this node's key. What the node has written is stored before it
 * leaves, and comes back as decided; another one was signed elsewhere, with a copy of the key or by this node before its
 * storage was restored. Each further signature could fork a log.
 */
export class OwnKey {
  readonly #options: OwnKeyOptions
  #isCloned = false

  constructor(options: OwnKeyOptions) {
    this.#options = options
  }

  /** The first foreign one, once. */
  async check(items: readonly IngestItem[], outcomes: readonly IngestOutcome[]): Promise<ClonedKey | undefined> {
    if (this.#isCloned) return undefined
    const foreign = items.find((item, index) => this.#isForeign(item, outcomes[index]))
    if (!foreign) return undefined
    this.#isCloned = true
    const operationId = hash(foreign.entry) as OperationId
    const { publicKey, retire, stop } = this.#options
    const message = `${operationId} is signed with this node's key and was not written here: the node signs no more`
    stop(new RakkoError('KEY_CLONED', message, { publicKey, operationId }))
    try {
      await retire()
      return { operationId }
    } catch (cause) {
      const error = new RakkoError('KEY_STORE_FAILED', 'The key could not be put aside, see the cause', {}, { cause })
      return { operationId, error: cause instanceof RakkoError ? cause : error }
    }
  }

  #isForeign({ entry }: IngestItem, outcome: IngestOutcome | undefined): boolean {
    // Only of these is the signature known to be good, and that they are new.
    const isNew = outcome?.status === 'held' || outcome?.status === 'waiting'
    const isInvalid = outcome?.status === 'refused' && outcome.final
    return (isNew || isInvalid) && decodeEntry(entry).publicKey === this.#options.publicKey
  }
}
