import type { Call } from './call.js'

/** Items whose signatures are checked before their turn. */
const MAX_AHEAD = 256
/** So many are begun with each that is taken. To begin one takes this thread a while too: not all in one go. */
const AT_ONCE = 2
/** Of a call that has just come, while few wait. */
const AT_FIRST = 64
const FEW_CALLS = 4

/**
 * Where other threads check signatures, those of the next items are checked beside the work on the ones before, also
 * beside their transaction.
 */
export class Ahead {
  readonly #calls: Iterator<Call>
  #call: Call | undefined
  #begun: number

  /** Of calls in the order in which they are taken. */
  constructor(calls: readonly Call[]) {
    const checked = calls.filter(({ isOwn }) => !isOwn)
    this.#begun = checked.reduce((sum, { begun }) => sum + begun, 0)
    this.#calls = checked.values()
    this.#call = this.#calls.next().value
  }

  /** Takes the next item of a call. Where this thread checks signatures, none is begun before its turn. */
  take(call: Call): ReturnType<Call['take']> {
    const { begun } = call
    const taking = call.take()
    this.#begun -= begun - call.begun
    if (taking instanceof Promise) this.#begin()
    return taking
  }

  #begin(): void {
    for (let left = AT_ONCE; left > 0 && this.#begun < MAX_AHEAD; left -= 1) {
      while (this.#call?.areAllBegun) this.#call = this.#calls.next().value
      if (!this.#call) return
      this.#call.begin()
      this.#begun += 1
    }
  }
}

/** Begins the first items of a call that has just come. Where many wait, its items are begun when their turn comes near. */
export function beginFirst(call: Call, waiting: number): void {
  for (let left = AT_FIRST; left > 0 && waiting < FEW_CALLS && !call.areAllBegun; left -= 1) call.begin()
}
