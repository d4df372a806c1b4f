import type { PublicKey } from '@rakko/core'
import { hasFindings, type Store, type VerifyReport } from '@rakko/store'
import { EventLog } from './event-log.js'
import type { NodeEvent } from './node-event.js'
import { OwnKey, type OwnKeyOptions } from './own-key.js'
import { isAlarming } from './schema-lock.js'
import type { WriterSigner } from './sign/signing-round.js'

export interface WatchOptions extends Omit<OwnKeyOptions, 'isDecided'> {
  readonly store: Store
  /** What there is to tell from the beginning. */
  readonly found: readonly NodeEvent[]
}

/** Watches over a node's key, the logs that arrive and what verifications find, and tells of it. */
export class Watch {
  readonly events = new EventLog()
  readonly #ownKey: OwnKey

  constructor({ store, found, ...options }: WatchOptions) {
    for (const event of found) this.events.tell(event)
    this.#ownKey = new OwnKey({ ...options, isDecided: (id) => store.isDecided(id) })
    store.onFork((forks) => {
      for (const { publicKey, logId, documentId } of forks.filter(isAlarming)) {
        this.events.tell({ type: 'log-forked', publicKey, logId, documentId })
      }
    })
  }

  get publicKey(): PublicKey {
    return this.#ownKey.publicKey
  }

  /** The key that signs. It is another one once that key was cloned. */
  get signer(): WriterSigner {
    return this.#ownKey.signer
  }

  /** Looks for entries that are signed with the node's key, and that it has not written. */
  async arrived(...arrived: Parameters<OwnKey['check']>): Promise<void> {
    const event = await this.#ownKey.check(...arrived)
    if (event) this.events.tell(event)
  }

  verified(report: VerifyReport): void {
    if (report.isDone && hasFindings(report)) this.events.tell({ type: 'damage-found', report })
  }
}
