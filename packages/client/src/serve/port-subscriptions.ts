import {
  checkLiveQueries,
  invalidMessage,
  type NextParams,
  notOpen,
  type SubscriptionParams,
  type SubscriptionUpdate,
} from '@rakko/node/rpc'
import type { Connection } from '../calls/connection.js'

/** Live queries and listeners to events that the other end of one served port may have open at once. */
export const MAX_PORT_LIVE_QUERIES = 2_000
/** Which it may always have open, whatever other ports do. */
export const OWN_PORT_LIVE_QUERIES = 20
/** What all ports at which a node is served may have beyond those. Its app's own have room beside them. */
export const MAX_PORTS_LIVE_QUERIES = 5_000

/** How many are open for ports beyond what each may always have, of each node. */
const openForPorts = new WeakMap<Connection, number>()

/** Of the latest update of a subscription. */
interface Receipts {
  /** Which the other end has to name, to show that it has read the update. */
  readonly given?: number
  /** Which the node has asked for, where it is at a served port itself. */
  readonly own?: number | undefined
}

/** The live queries and listeners to events that are open for one served port. */
export class PortSubscriptions {
  readonly #connection: Connection
  readonly #open = new Map<number, Receipts>()
  /** Those too that are being opened. */
  #count = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Throws TOO_MANY_LIVE_QUERIES. */
  async add(open: () => Promise<SubscriptionParams>): Promise<SubscriptionParams> {
    checkLiveQueries(this.#count, MAX_PORT_LIVE_QUERIES, 'a served port')
    if (this.#count >= OWN_PORT_LIVE_QUERIES) {
      checkLiveQueries(openForPorts.get(this.#connection) ?? 0, MAX_PORTS_LIVE_QUERIES, 'all served ports together')
    }
    this.#countBy(1)
    try {
      const opened = await open()
      this.#open.set(opened.subscription, {})
      return opened
    } catch (error) {
      this.#countBy(-1)
      throw error
    }
  }

  /**
   * Asks for the next update, once the one before was read. Who never reads the port would make its queue grow with each
   * update otherwise. Throws INVALID_MESSAGE.
   */
  async next(
    { subscription, receipt }: NextParams,
    ask: (params: NextParams) => Promise<SubscriptionUpdate | undefined>,
  ): Promise<SubscriptionUpdate | undefined> {
    const latest = this.#open.get(subscription)
    if (!latest) throw notOpen(subscription)
    if (latest.given !== undefined && receipt !== latest.given) {
      throw invalidMessage('params.receipt', 'the receipt of the update before', receipt)
    }
    const update = await ask({ subscription, ...(latest.own !== undefined && { receipt: latest.own }) })
    if (update === undefined) return undefined
    const given = Math.random()
    if (this.#open.has(subscription)) this.#open.set(subscription, { given, own: update.receipt })
    return { ...update, receipt: given }
  }

  /** Throws INVALID_MESSAGE where it is not open for this port. */
  end(subscription: number): void {
    if (!this.#open.has(subscription)) throw notOpen(subscription)
    this.#delete(subscription)
  }

  #delete(subscription: number): void {
    if (this.#open.delete(subscription)) this.#countBy(-1)
  }

  /** All that are open, which count no more. */
  takeAll(): number[] {
    const all = [...this.#open.keys()]
    for (const subscription of all) this.#delete(subscription)
    return all
  }

  #countBy(more: number): void {
    const before = beyondOwn(this.#count)
    this.#count += more
    const ofPorts = (openForPorts.get(this.#connection) ?? 0) + beyondOwn(this.#count) - before
    openForPorts.set(this.#connection, ofPorts)
  }
}

function beyondOwn(count: number): number {
  return Math.max(0, count - OWN_PORT_LIVE_QUERIES)
}
