import { checkLiveQueries, type SubscriptionParams } from '@rakko/node/rpc'
import type { Connection } from '../calls/connection.js'

/** Live queries and listeners to events that the other end of one served port may have open at once. */
export const MAX_PORT_LIVE_QUERIES = 2_000
/** The same for all ports at which a node is served: its app's own have room beside them. */
export const MAX_PORTS_LIVE_QUERIES = 5_000

/** How many are open for ports, of each node. */
const openForPorts = new WeakMap<Connection, number>()

/** The live queries and listeners to events that are open for one served port. */
export class PortSubscriptions {
  readonly #connection: Connection
  readonly #open = new Set<number>()
  /** Those too that are being opened. */
  #count = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Throws TOO_MANY_LIVE_QUERIES. */
  async add(open: () => Promise<SubscriptionParams>): Promise<SubscriptionParams> {
    checkLiveQueries(this.#count, MAX_PORT_LIVE_QUERIES, 'a served port')
    checkLiveQueries(openForPorts.get(this.#connection) ?? 0, MAX_PORTS_LIVE_QUERIES, 'all served ports together')
    this.#countBy(1)
    try {
      const opened = await open()
      this.#open.add(opened.subscription)
      return opened
    } catch (error) {
      this.#countBy(-1)
      throw error
    }
  }

  has(subscription: number): boolean {
    return this.#open.has(subscription)
  }

  delete(subscription: number): void {
    if (this.#open.delete(subscription)) this.#countBy(-1)
  }

  /** All that are open, which count no more. */
  takeAll(): number[] {
    const all = [...this.#open]
    for (const subscription of all) this.delete(subscription)
    return all
  }

  #countBy(more: number): void {
    this.#count += more
    openForPorts.set(this.#connection, (openForPorts.get(this.#connection) ?? 0) + more)
  }
}
