import type { Timers } from '../timers.js'

/** Lets one task wait until something is so, and others tell it to look again. */
export class Signal {
  #wake: (() => void) | undefined
  isOver = false

  /** Resolves once it is so, or the signal has ended. Only one task waits at a time. */
  async until(isReached: () => boolean): Promise<void> {
    while (!this.isOver && !isReached()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** The same, or so many milliseconds later. Returns whether these have passed. */
  async within(timers: Timers, ms: number, isReached: () => boolean): Promise<boolean> {
    let isLate = false
    const cancel = timers.after(ms, () => {
      isLate = true
      this.tell()
    })
    await this.until(() => isLate || isReached())
    cancel()
    return isLate
  }

  tell(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  end(): void {
    this.isOver = true
    this.tell()
  }
}
