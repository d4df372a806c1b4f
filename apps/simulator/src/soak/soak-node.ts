import type { RakkoNode } from '@rakko/client'
import { connectInProcess } from '@rakko/client/in-process'
import { assembleNode, type Node } from '@rakko/node'
import { nativeVerifier, openStorage } from '@rakko/node/nodejs'
import type { Network } from '../net/network.js'
import { signerOf } from '../people/keys.js'
import { numberOf } from '../people/sim-node.js'
import type { Calls } from '../store/slow-store.js'
import type { Random } from '../time/random.js'
import type { Scheduler } from '../time/scheduler.js'
import { countedDriver } from './counted-driver.js'
import type { SoakSchemas } from './soak-schemas.js'

/** Milliseconds since 1970 when the week begins. */
const EPOCH = 1_700_000_000_000

export interface SoakNodeOptions {
  readonly number: number
  readonly schemas: SoakSchemas
  readonly network: Network
  readonly scheduler: Scheduler
  readonly calls: Calls
  readonly random: Random
}

/** A whole node on PGlite, as an app has it, in the time and on the network of a world. */
export class SoakNode {
  readonly number: number
  readonly client: RakkoNode
  readonly #node: Node
  readonly #wake: () => void

  private constructor(number: number, node: Node, client: RakkoNode, wake: () => void) {
    this.number = number
    this.client = client
    this.#node = node
    this.#wake = wake
  }

  static async open({ number, schemas, network, scheduler, calls, random }: SoakNodeOptions): Promise<SoakNode> {
    const { driver, kind } = await openStorage({ kind: 'memory' })
    const wakes = new Set<() => void>()
    const node = await assembleNode({
      driver: countedDriver(driver, calls),
      keys: {
        open: async () => ({ signer: signerOf(8, number), protection: 'memory', retire: async () => undefined }),
      },
      verifier: nativeVerifier(),
      now: () => EPOCH + scheduler.now,
      random: (length) => random.bytes(length),
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      timers: {
        setTimeout: (work, ms) => scheduler.after(ms, work),
        clearTimeout: (cancel) => (cancel as (() => void) | undefined)?.(),
      },
      storage: async () => ({ kind }),
      platformSync: {
        dial: (address) => network.dial(number, numberOf(address)),
        onWake(listener) {
          wakes.add(listener)
          return () => wakes.delete(listener)
        },
      },
    })
    network.listen(number, (channel) => void node.sync.accept(channel))
    const client = await connectInProcess(node, { schemas })
    return new SoakNode(number, node, client, () => {
      for (const wake of wakes) wake()
    })
  }

  /** The device has slept. */
  wake(): void {
    this.#wake()
  }

  /** How many arrivals it has. */
  async arrivals(): Promise<number> {
    return (await this.#node.sync.latest()).number
  }

  close(): Promise<void> {
    return this.#node.close()
  }
}
