import type { Call } from './call.js'

/** What a transaction took of calls, where it takes several: others go between. */
export interface Begun {
  readonly calls: ReadonlySet<Call>
  /** Whether each item that was taken has its outcome. */
  readonly isDecided: boolean
}

/** What has its turn: calls, in their order, or something that goes on. */
export type Turn<Going extends Begun> = { readonly calls: readonly Call[] } | { readonly begun: Going }

/** Of what was begun, and has items without an outcome: beyond it only own writes are begun. */
const MAX_UNDECIDED = 2

/** Those that take turns beside own writes. */
type Kind = 'begun' | 'ingest' | 'publish'

/** Calls that wait for a transaction, and whose turn it is. */
export class CallQueue<Going extends Begun> {
  readonly #waiting: Call[] = []
  readonly #begun: Going[] = []
  /** Own writes went first in the last transaction. */
  #areOthersNext = false
  /** When each kind last had its turn. */
  readonly #last: Record<Kind, number> = { begun: 0, ingest: 0, publish: 0 }
  #turns = 0

  get length(): number {
    return this.#waiting.length
  }

  add(call: Call): void {
    this.#waiting.push(call)
  }

  [Symbol.iterator](): Iterator<Call> {
    return this.#waiting.values()
  }

  /** What was begun goes on, once others had their turn. Its calls are not taken meanwhile. */
  goesOn(begun: Going): void {
    this.#begun.push(begun)
  }

  /**
   * For the next transaction: own writes, then those of others. After a transaction of own ones others come first,
   * however many own ones wait. Of others, calls that ingest, calls that publish, and what was begun take turns.
   */
  next(): Turn<Going> {
    const busy = new Set(this.#begun.flatMap(({ calls }) => [...calls]))
    const free = this.#waiting.filter((call) => !busy.has(call))
    const own = free.filter(({ isOwn }) => isOwn)
    const others = this.#othersOf(free)
    const [first] = others
    const isForOthers = (this.#areOthersNext || own.length === 0) && others.length + this.#begun.length > 0
    this.#areOthersNext = !isForOthers
    if (!isForOthers) return { calls: [...own, ...others] }
    const isForBegun = !first || this.#last.begun <= this.#last[kindOf(first)]
    const begun = isForBegun ? this.#begun.shift() : undefined
    this.#turns += 1
    this.#last[begun || !first ? 'begun' : kindOf(first)] = this.#turns
    return begun ? { begun } : { calls: others }
  }

  /** Calls that are taken leave. Of the others one of a peer's entries lets those go first that came later. */
  leave(calls: ReadonlySet<Call>): void {
    const rest = this.#waiting.filter((call) => !(calls.has(call) && call.isTaken))
    const later = rest.filter((call) => calls.has(call) && call.givesWay)
    this.#waiting.splice(0, this.#waiting.length, ...rest.filter((call) => !later.includes(call)), ...later)
  }

  /**
   * One that publishes may build on one before it, so it waits until that is stored. What is not decided yet is there
   * decoded, so there is little of it.
   */
  #othersOf(free: readonly Call[]): readonly Call[] {
    const undecided = this.#begun.filter(({ isDecided }) => !isDecided)
    if (undecided.length >= MAX_UNDECIDED) return []
    const mayPublish = !undecided.some(({ calls }) => [...calls].some(publishesForOthers))
    return free
      .filter((call) => !call.isOwn && (mayPublish || call.givesWay))
      .sort((one, other) => this.#last[kindOf(one)] - this.#last[kindOf(other)])
  }
}

function kindOf({ givesWay }: Call): Kind {
  return givesWay ? 'ingest' : 'publish'
}

function publishesForOthers({ isOwn, givesWay }: Call): boolean {
  return !isOwn && !givesWay
}
