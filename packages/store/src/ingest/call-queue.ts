import type { Call } from './call.js'

/** Calls that wait for a transaction, and whose turn it is. */
export class CallQueue {
  readonly #waiting: Call[] = []
  /** Own writes went first in the last transaction. */
  #areOthersNext = false
  /** Whether an ingest went first in the last transaction that was others'. */
  #wasIngest: boolean | undefined

  get length(): number {
    return this.#waiting.length
  }

  add(call: Call): void {
    this.#waiting.push(call)
  }

  [Symbol.iterator](): Iterator<Call> {
    return this.#waiting.values()
  }

  /**
   * For the next transaction: own writes, then those of others. After a transaction of own ones others come first,
   * however many own ones wait. Of others, calls that ingest and calls that publish take turns.
   */
  inTurn(): readonly Call[] {
    const own = this.#waiting.filter(({ isOwn }) => isOwn)
    const others = this.#others()
    const isForOthers = this.#areOthersNext && others.length > 0
    this.#areOthersNext = !isForOthers && own.length > 0
    const calls = isForOthers ? others : [...own, ...others]
    const [first] = calls
    if (first && !first.isOwn) this.#wasIngest = first.givesWay
    return calls
  }

  /** Calls that are taken leave. Of the others one of a peer's entries lets those go first that came later. */
  leave(calls: ReadonlySet<Call>): void {
    const rest = this.#waiting.filter((call) => !(calls.has(call) && call.isTaken))
    const later = rest.filter((call) => calls.has(call) && call.givesWay)
    this.#waiting.splice(0, this.#waiting.length, ...rest.filter((call) => !later.includes(call)), ...later)
  }

  #others(): readonly Call[] {
    const others = this.#waiting.filter(({ isOwn }) => !isOwn)
    const hadTurn = ({ givesWay }: Call) => givesWay === this.#wasIngest
    return [...others.filter((call) => !hadTurn(call)), ...others.filter(hadTurn)]
  }
}
