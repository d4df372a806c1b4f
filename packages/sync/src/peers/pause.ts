import type { Timers } from '../timers.js'

/** A wait that others may cut short. */
export class Pause {
  readonly #timers: Timers
  #cancel: (() => void) | undefined
  #resolve: (() => void) | undefined

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Resolves after so many milliseconds, or what `shorten` has made of them. One waits at a time. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve
      this.shorten(ms)
    })
  }

  /** So many milliseconds are left from now on. Nothing where nobody waits. */
  shorten(ms = 0): void {
    this.#cancel?.()
    const resolve = this.#resolve
    if (resolve === undefined) return
    const end = (): void => {
      this.#cancel = undefined
      this.#resolve = undefined
      resolve()
    }
    if (ms > 0) this.#cancel = this.#timers.after(ms, end)
    else end()
  }
}
