import type { BatchItem } from './batch.js'
import type { Intent } from './intent.js'
import type { RoundItem } from './round-item.js'

/** Writes of the app itself in one signing round at most. */
const MAX_OWN = 20_000
/** What a round takes of served ports: about 100 ms each, so that the app's next write waits no longer. */
export const MAX_OF_PORTS = 1024
const MAX_BYTES_OF_PORTS = 4 * 1024 * 1024

export type Waiting = RoundItem | BatchItem

/** What is signed in one round: a batch, or writes in their order. */
export type Round = { readonly batch: BatchItem } | { readonly items: readonly RoundItem[] }

/**
 * What waits to be signed: of the app itself, and of each served port. Who calls keeps the order of its calls. The app's
 * go first in every other round where both wait. Ports take turns, write by write.
 */
export class WriteQueue {
  #own: Waiting[] = []
  /** The one whose turn it is stands first. None is empty. */
  readonly #ports = new Map<number, Waiting[]>()
  #arePortsNext = false

  get isEmpty(): boolean {
    return this.#own.length === 0 && this.#ports.size === 0
  }

  add(one: Waiting): void {
    if (one.port === undefined) this.#own.push(one)
    else this.#queueOf(one.port).push(one)
  }

  /** Puts back, before what waits, what a round could not take yet. */
  putBack(items: readonly Waiting[]): void {
    this.#own = [...items.filter(({ port }) => port === undefined), ...this.#own]
    for (const one of [...items].reverse()) if (one.port !== undefined) this.#queueOf(one.port).unshift(one)
  }

  /** Takes what comes next. Not to be called where it is empty. */
  next(): Round {
    const isForPorts = this.#ports.size > 0 && (this.#arePortsNext || this.#own.length === 0)
    this.#arePortsNext = !isForPorts
    return isForPorts ? this.#nextOfPorts() : this.#nextOwn()
  }

  takeAll(): Waiting[] {
    const all = [...this.#own, ...[...this.#ports.values()].flat()]
    this.#own = []
    this.#ports.clear()
    return all
  }

  #queueOf(port: number): Waiting[] {
    const queue = this.#ports.get(port) ?? []
    this.#ports.set(port, queue)
    return queue
  }

  #nextOwn(): Round {
    const [first] = this.#own
    if (first !== undefined && isBatch(first)) return { batch: this.#own.shift() as BatchItem }
    const end = this.#own.findIndex((one, index) => isBatch(one) || index === MAX_OWN)
    const items = this.#own.splice(0, end === -1 ? this.#own.length : end)
    return { items: items as RoundItem[] }
  }

  /** It ends before a batch, which has the next round of ports. */
  #nextOfPorts(): Round {
    const items: RoundItem[] = []
    let share = 0
    for (const [port, queue] of this.#ports) {
      const [first] = queue
      if (first === undefined || share >= 1 || (isBatch(first) && items.length > 0)) break
      queue.shift()
      this.#ports.delete(port)
      // A map that is walked through comes to what was added meanwhile.
      if (queue.length > 0) this.#ports.set(port, queue)
      if (isBatch(first)) return { batch: first }
      items.push(first)
      share += 1 / MAX_OF_PORTS + sizeOf(first.intent) / MAX_BYTES_OF_PORTS
    }
    return { items }
  }
}

function isBatch(one: Waiting): one is BatchItem {
  return 'batch' in one
}

/** Characters and bytes of an intent, about. Nothing in it was checked. */
function sizeOf(intent: Intent): number {
  if (intent.action === 'delete') return 0
  const { fields } = intent
  return typeof fields === 'object' && fields !== null ? lengthOf(Object.values(fields), LEVELS) : 0
}

/** A list of values, each of them a list of ids at most: what is deeper, or holds itself, is refused later. */
const LEVELS = 3

function lengthOf(value: unknown, levels: number): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length
  if (levels === 0 || !Array.isArray(value)) return 1
  return value.reduce<number>((sum, one) => sum + lengthOf(one, levels - 1), 0)
}
