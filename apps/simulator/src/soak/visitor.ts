import { StoreReplica } from '@rakko/node'
import { nativeVerifier } from '@rakko/node/nodejs'
import { MemoryData, MemoryStore } from '@rakko/store/memory'
import { Peers } from '@rakko/sync'
import type { Network } from '../net/network.js'
import { signerOf } from '../people/keys.js'
import { addressOf, drawDatabaseId, numberOf } from '../people/sim-node.js'
import type { Random } from '../time/random.js'
import type { Scheduler } from '../time/scheduler.js'

export interface VisitorOptions {
  readonly number: number
  readonly network: Network
  readonly scheduler: Scheduler
  readonly random: Random
  /** The node that it dials. */
  readonly to: number
}

/** A node that nobody has met, and that is gone soon: it takes everything from the node that it dials. Returns its end. */
export function visit({ number, network, scheduler, random, to }: VisitorOptions): () => Promise<void> {
  const now = (): number => scheduler.now
  const store = new MemoryStore({ data: new MemoryData(drawDatabaseId(random)), verifier: nativeVerifier(), now })
  const { publicKey, sign } = signerOf(9, number)
  const peers = new Peers({
    replica: new StoreReplica({ store, ingest: (items) => store.ingest(items) }),
    identity: { publicKey, sign: async (message) => sign(message) },
    dial: (address) => network.dial(number, numberOf(address)),
    random: (length) => random.bytes(length),
    draw: () => random.number(),
    now,
    timers: { after: (ms, work) => scheduler.after(ms, work) },
    memory: { find: async () => undefined, keep: async () => undefined },
  })
  peers.add(addressOf(to))
  return () => peers.close()
}
