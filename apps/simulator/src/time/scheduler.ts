interface Planned {
  readonly at: number
  /** Of two at one time, the one that was planned first comes first. */
  readonly order: number
  work: (() => void | Promise<void>) | undefined
}

/**
 * Time that passes only when nothing is left to do. All that happens later in a world is planned here. Between two
 * events every promise runs as far as it can.
 */
export class Scheduler {
  readonly #settle: () => Promise<void>
  /** A binary heap: the earliest first. */
  readonly #heap: Planned[] = []
  #now = 0
  #planned = 0
  #events = 0

  /** `settle` resolves once no promise of the world can get on by itself. */
  constructor(settle: () => Promise<void>) {
    this.#settle = settle
  }

  /** Milliseconds since the world began. */
  get now(): number {
    return this.#now
  }

  /** How many there were so far. */
  get events(): number {
    return this.#events
  }

  /** Calls `work` once, so many milliseconds later. Returns what takes that back. */
  after(ms: number, work: () => void | Promise<void>): () => void {
    this.#planned += 1
    const planned: Planned = { at: this.#now + Math.max(0, ms), order: this.#planned, work }
    this.#push(planned)
    return () => {
      planned.work = undefined
    }
  }

  /** Lets so much time pass. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms
    await this.#settle()
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop()
      if (next.work === undefined) continue
      this.#now = next.at
      this.#events += 1
      await next.work()
      await this.#settle()
    }
    this.#now = end
  }

  #push(planned: Planned): void {
    const heap = this.#heap
    let place = heap.push(planned) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!isBefore(planned, heap[above] as Planned)) break
      heap[place] = heap[above] as Planned
      place = above
    }
    heap[place] = planned
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Planned, heap[below] as Planned)) below += 1
      if (!isBefore(heap[below] as Planned, last)) break
      heap[place] = heap[below] as Planned
      place = below
    }
    heap[place] = last
  }
}

function isBefore(one: Planned, other: Planned): boolean {
  return one.at === other.at ? one.order < other.order : one.at < other.at
}
