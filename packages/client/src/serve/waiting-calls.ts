import type { Cancellation } from '@rakko/node/rpc'

interface WaitingCall {
  /** What it takes of whatever it waits for. */
  readonly cost: number
  readonly begin: () => void
  hasBegun: boolean
}

/** Those that were taken stand before the first until there are so many. */
const MAX_TAKEN = 1_000

/** Calls that wait, in the order in which they came. However many there are, none is looked for. */
export class WaitingCalls {
  #calls: WaitingCall[] = []
  #first = 0

  /** What the first one takes. Undefined where none waits. */
  get next(): number | undefined {
    while (this.#calls[this.#first]?.hasBegun) this.#first += 1
    if (this.#first > MAX_TAKEN && this.#first * 2 > this.#calls.length) {
      this.#calls = this.#calls.slice(this.#first)
      this.#first = 0
    }
    return this.#calls[this.#first]?.cost
  }

  /** Resolves when its turn has come. A cancelled call waits no longer: `cancelled` is told, and it begins. */
  add(cost: number, cancellation: Cancellation, cancelled: () => void): Promise<void> {
    return new Promise((begin) => {
      const call = { cost, begin, hasBegun: false }
      this.#calls.push(call)
      cancellation.onAbort(() => {
        if (call.hasBegun) return
        cancelled()
        beginCall(call)
      })
    })
  }

  /** Begins the first one. */
  begin(): void {
    const call = this.next === undefined ? undefined : this.#calls[this.#first]
    if (call) beginCall(call)
  }
}

function beginCall(call: WaitingCall): void {
  call.hasBegun = true
  call.begin()
}
