import { scopeHash } from '@rakko/store'
import type { Arrivals, Replica, Scope } from '@rakko/sync'

/** What is kept for peers that are a little behind the others, in bytes of memory: some thousand small entries. */
export const KEPT_BYTES = 1024 * 1024
/** What an entry takes beside its bytes: two arrays with buffers of their own, an id, an object. */
const ITEM_BYTES = 640
/** What a read takes beside its entries: the key and objects. */
const READ_BYTES = 512

const EVERYTHING: Scope = {}

type ReadArrivals = Replica['arrivalsAfter']

interface Kept {
  readonly arrivals: Arrivals
  readonly bytes: number
}

/**
 * Peers that live on ask for the same arrivals at the same time: they are read once. What was read lately is kept for
 * those that ask a little later.
 */
export class SharedReads {
  readonly #read: ReadArrivals
  readonly #running = new Map<string, Promise<Arrivals>>()
  readonly #kept = new Map<string, Kept>()
  /** A pull has one scope, which a peer may have made large: it is hashed once. */
  readonly #scopes = new WeakMap<Scope, string>()
  #bytes = 0
  #latest = 0

  constructor(read: ReadArrivals) {
    this.#read = read
  }

  arrivalsAfter(number: number, scope: Scope | undefined, maxBytes: number): Promise<Arrivals> {
    const key = `${number} ${maxBytes} ${this.#nameOf(scope)}`
    const kept = this.#kept.get(key)
    if (kept !== undefined) {
      const latest = Math.max(kept.arrivals.latest, this.#latest)
      return Promise.resolve({ ...kept.arrivals, latest })
    }
    const running = this.#running.get(key)
    if (running !== undefined) return running
    const reading = this.#read(number, scope, maxBytes)
    this.#running.set(key, reading)
    reading.then(
      (arrivals) => this.#ended(key, reading, arrivals),
      () => this.#ended(key, reading),
    )
    return reading
  }

  /** There is more: who asks from now on is not given what was read before. To be called before they are told. */
  arrived(latest: number): void {
    this.#latest = latest
    this.#running.clear()
  }

  /** Entries may be gone: what is kept is not given any more. */
  clear(): void {
    this.#kept.clear()
    this.#running.clear()
    this.#bytes = 0
  }

  #nameOf(scope = EVERYTHING): string {
    const known = this.#scopes.get(scope)
    if (known !== undefined) return known
    const name = scopeHash(scope)
    this.#scopes.set(scope, name)
    return name
  }

  #ended(key: string, reading: Promise<Arrivals>, arrivals?: Arrivals): void {
    if (this.#running.get(key) !== reading) return
    this.#running.delete(key)
    // What leads to the latest would lead further as soon as more arrives, and without entries it is cheap to read.
    if (arrivals !== undefined && arrivals.items.length > 0) this.#keep(key, arrivals)
  }

  #keep(key: string, arrivals: Arrivals): void {
    const bytes = arrivals.items.reduce(
      (sum, { entry, operation }) => sum + ITEM_BYTES + entry.length + (operation?.length ?? 0),
      READ_BYTES,
    )
    this.#kept.set(key, { arrivals, bytes })
    this.#bytes += bytes
    for (const [oldest, { bytes: gone }] of this.#kept) {
      if (this.#bytes <= KEPT_BYTES) break
      this.#kept.delete(oldest)
      this.#bytes -= gone
    }
  }
}
