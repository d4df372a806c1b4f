import { Peers, type PeersOptions } from '@rakko/sync'
import { NO_MEMORY } from '../../../sync/test/support/hello.js'
import { realTimers, type TestNode } from './sync-world.js'

/** Of a node that keeps nothing of whom it meets, and whose clock stands still, but for what a test says. */
export function peersOf(
  { replica, publicKey }: Pick<TestNode, 'replica' | 'publicKey'>,
  options: Pick<PeersOptions, 'dial'> & Partial<PeersOptions>,
): Peers {
  return new Peers({
    replica,
    identity: { publicKey },
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    draw: () => 0,
    now: () => 0,
    timers: realTimers,
    memory: NO_MEMORY,
    ...options,
  })
}
