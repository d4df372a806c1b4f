import type { Cancellation, Method, Methods } from '@rakko/node/rpc'
import type { Connection } from '../calls/connection.js'
import { afterOtherMessages } from '../calls/platform.js'
import { WaitingCalls } from './waiting-calls.js'

/** What takes a node about as long as one transaction. */
const TRANSACTION = 4096
/** Calls of all served ports together that are at the node at once: one transaction, and the next that waits for it. */
const MAX_RUNNING = 2 * TRANSACTION

const WRITTEN = TRANSACTION / 512
const READ = TRANSACTION / 4
const READ_TOGETHER = TRANSACTION / 64
const BYTES = 1024

/** What a call takes. One that takes nothing waits for no other: it ends, or follows what is open. */
const COSTS: { readonly [M in Method]: (params: Methods[M]['params']) => number } = {
  open: () => READ,
  create: ({ items }) => items.length * WRITTEN,
  update: ({ changes }) => changes.length * WRITTEN,
  delete: ({ changes }) => changes.length * WRITTEN,
  batch: ({ writes }) => writes.length * WRITTEN,
  get: () => READ_TOGETHER,
  view: () => READ,
  history: () => READ,
  page: () => READ,
  count: () => READ,
  live: () => READ,
  events: () => 0,
  peers: () => 0,
  connect: () => 1,
  disconnect: () => 1,
  wake: () => 1,
  keyHeads: () => 0,
  next: () => 0,
  end: () => 0,
  publish: ({ entry, operation }) => WRITTEN + (entry.length + operation.length) / BYTES,
  ingest: ({ items }) => items.length * WRITTEN,
  nextArgs: () => READ_TOGETHER,
  sql: () => READ,
  forget: () => TRANSACTION,
  stateHash: () => READ,
  storage: () => READ_TOGETHER,
  verify: () => TRANSACTION,
  close: () => 0,
}

/** Of one node. */
interface Ports {
  /** What all of them have at the node, or had since messages were last taken in. */
  running: number
  /** Those with calls that wait. The one whose turn it is stands first. */
  readonly waiting: Set<PortTurns>
  /** What gives back its room once the messages that have arrived were taken in. */
  ended: (() => void)[]
}

const portsOf = new WeakMap<Connection, Ports>()

/**
 * The calls of one served port. Only so many of all ports are at the node at once, and ports begin them in turns. So
 * whoever sends twenty thousand waits for itself, and others go between. Each port may always have one there.
 */
export class PortTurns {
  readonly #ports: Ports
  readonly #waiting = new WaitingCalls()
  /** How many are at the node. */
  #count = 0

  constructor(connection: Connection) {
    this.#ports = portsOf.get(connection) ?? { running: 0, waiting: new Set(), ended: [] }
    portsOf.set(connection, this.#ports)
  }

  /** Runs a call when its turn has come. A cancelled one waits no longer: it is the node's to say what it came to. */
  async run<M extends Method, Result>(
    method: M,
    params: Methods[M]['params'],
    cancellation: Cancellation,
    work: () => Promise<Result>,
  ): Promise<Result> {
    // However large a call is, the node takes it in parts.
    const cost = Math.min(Math.ceil(COSTS[method](params)), TRANSACTION)
    if (cost === 0) return work()
    if (this.#mayBegin(cost)) this.#begin(cost)
    else await this.#wait(cost, cancellation)
    try {
      return await work()
    } finally {
      this.#end(cost)
    }
  }

  /** Whether none of it is at the node. */
  get isIdle(): boolean {
    return this.#count === 0
  }

  #mayBegin(cost: number): boolean {
    if (this.isIdle && this.#waiting.next === undefined) return true
    return this.#ports.waiting.size === 0 && this.#ports.running + cost <= MAX_RUNNING
  }

  #begin(cost: number): void {
    this.#count += 1
    this.#ports.running += cost
  }

  #wait(cost: number, cancellation: Cancellation): Promise<void> {
    this.#ports.waiting.add(this)
    return this.#waiting.add(cost, cancellation, () => this.#begin(cost))
  }

  /**
   * A node in this thread may answer each message before the next is taken in, a thousand of one port before the first of
   * another. So room comes back only then.
   */
  #end(cost: number): void {
    const ports = this.#ports
    ports.ended.push(() => {
      this.#count -= 1
      ports.running -= cost
    })
    if (ports.ended.length === 1) afterOtherMessages(() => giveBack(ports))
  }

  /** Begins the first that waits, where there is room for it or the port has none at the node. */
  beginNext(): 'begun' | 'no room' | 'none' {
    const { next } = this.#waiting
    if (next === undefined) return 'none'
    if (!this.isIdle && this.#ports.running + next > MAX_RUNNING) return 'no room'
    this.#begin(next)
    this.#waiting.begin()
    return 'begun'
  }
}

function giveBack(ports: Ports): void {
  for (const end of ports.ended.splice(0)) end()
  beginWaiting(ports)
}

/** One of each port in turns, as far as there is room. The first that has no room is the next to begin. */
function beginWaiting({ waiting }: Ports): void {
  let isFull = false
  for (const port of [...waiting]) if (port.isIdle && port.beginNext() === 'none') waiting.delete(port)
  for (let [port] = waiting; port && !isFull; [port] = waiting) {
    const result = port.beginNext()
    isFull = result === 'no room'
    if (isFull) continue
    waiting.delete(port)
    if (result === 'begun') waiting.add(port)
  }
}
