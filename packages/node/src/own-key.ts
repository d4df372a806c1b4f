import { decodeEntry, type ErrorCode, hash, type OperationId, type PublicKey, RakkoError } from '@rakko/core'
import type { IngestOutcome, PublishOutcome } from '@rakko/store'
import type { NodeEvent } from './node-event.js'
import type { WriterSigner } from './sign/signing-round.js'

export interface OwnKeyOptions {
  readonly signer: WriterSigner
  /** Puts the key aside and makes another for this database. Without it there is one key and no other. */
  readonly renew?: (() => Promise<WriterSigner>) | undefined
  /** Whether the store has decided about an entry. */
  readonly isDecided: (id: OperationId) => Promise<boolean>
  /** Called at once, before the key is put aside: nothing more may be signed with it. */
  readonly replace: (next: Promise<WriterSigner>) => void
}

/** Of an entry that is not stored and whose signature is good: the reasons come after both were looked at. */
const UNKNOWN_HERE: ReadonlySet<ErrorCode> = new Set(['UNEXPECTED_SEQ_NUM', 'LOG_FORKED'])

/**
 * Watches what arrives for entries that are signed with this node's key. What the node has written is stored before it
 * leaves, so it comes back as decided. Any other entry was signed elsewhere: with a copy of the key, or by this node
 * before its storage was restored. Each further signature could fork a log, so the node takes a new key.
 */
export class OwnKey {
  readonly #options: OwnKeyOptions
  #signer: WriterSigner
  /** While a new one is made, and where that failed. */
  #hasNoKey = false

  constructor(options: OwnKeyOptions) {
    this.#options = options
    this.#signer = options.signer
  }

  get publicKey(): PublicKey {
    return this.#signer.publicKey
  }

  /** The key that signs. */
  get signer(): WriterSigner {
    return this.#signer
  }

  /** Takes a new key where one of these entries is foreign. Returns what there is to tell. */
  async check(
    items: readonly { readonly entry: Uint8Array }[],
    outcomes: readonly (IngestOutcome | PublishOutcome)[],
  ): Promise<NodeEvent | undefined> {
    if (this.#hasNoKey) return undefined
    for (const [index, { entry }] of items.entries()) {
      const outcome = outcomes[index]
      if (!(isUnknown(outcome) || isNotAllowed(outcome)) || !this.#isOwn(entry)) continue
      const id = hash(entry) as OperationId
      // The list is asked first: what was written here may be off it by now.
      if (isNotAllowed(outcome) && (await this.#options.isDecided(id))) continue
      // Another call may have taken one meanwhile.
      return this.#hasNoKey || !this.#isOwn(entry) ? undefined : this.#renew(id)
    }
    return undefined
  }

  async #renew(operationId: OperationId): Promise<NodeEvent> {
    const { publicKey } = this
    const { renew = noOtherKey, replace } = this.#options
    const next = renew()
    const cloned = { type: 'key-cloned', publicKey, operationId } as const
    replace(next.catch((cause) => Promise.reject(keyCloned(publicKey, operationId, cause))))
    this.#hasNoKey = true
    try {
      this.#signer = await next
      this.#hasNoKey = false
      return { ...cloned, newPublicKey: this.publicKey }
    } catch (cause) {
      const error = new RakkoError('KEY_STORE_FAILED', 'No new key could be made, see the cause', {}, { cause })
      return { ...cloned, error: cause instanceof RakkoError ? cause : error }
    }
  }

  #isOwn(entry: Uint8Array): boolean {
    return decodeEntry(entry).publicKey === this.publicKey
  }
}

/** Only of these is the signature known to be good, and that they are new. */
function isUnknown(outcome: IngestOutcome | PublishOutcome | undefined): boolean {
  if (outcome?.status !== 'refused') {
    return outcome?.status === 'decided' ? outcome.isNew === true : outcome !== undefined
  }
  const { code, details } = outcome.error
  return (
    ('final' in outcome && outcome.final) || UNKNOWN_HERE.has(code) || (code === 'FORGOTTEN' && details.isNew === true)
  )
}

function isNotAllowed(outcome: IngestOutcome | PublishOutcome | undefined): boolean {
  return outcome?.status === 'refused' && outcome.error.code === 'SCHEMA_NOT_ALLOWED'
}

function keyCloned(publicKey: PublicKey, operationId: OperationId, cause: unknown): RakkoError {
  const message = `${operationId} is signed with this node's key and was not written here, and no new key could be made`
  return new RakkoError('KEY_CLONED', message, { publicKey, operationId }, { cause })
}

async function noOtherKey(): Promise<never> {
  throw new RakkoError('KEY_STORE_FAILED', 'The node was given one key and no way to another')
}
