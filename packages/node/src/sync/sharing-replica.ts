import type { Arrivals, Scope } from '@rakko/sync'
import { SharedReads } from './shared-reads.js'
import { StoreReplica, type StoreReplicaOptions } from './store-replica.js'

/** For a node that may have many peers: what they ask for at the same time is read once. */
export class SharingReplica extends StoreReplica {
  readonly #reads: SharedReads

  constructor(options: StoreReplicaOptions) {
    super(options)
    this.#reads = new SharedReads((number, scope, maxBytes) => super.arrivalsAfter(number, scope, maxBytes))
    const { store } = options
    store.sync.onGone(() => this.#reads.clear())
    // Before anybody else is told: see SharedReads.
    store.onCommit(({ number }) => this.#reads.arrived(number))
  }

  override arrivalsAfter(number: number, scope: Scope | undefined, maxBytes: number): Promise<Arrivals> {
    return this.#reads.arrivalsAfter(number, scope, maxBytes)
  }
}
