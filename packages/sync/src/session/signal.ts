/** Lets one task wait until something is so, and others tell it to look again. */
export class Signal {
  #wake: (() => void) | undefined
  #isOver = false

  get isOver(): boolean {
    return this.#isOver
  }

  /** Resolves once it is so, or the signal has ended. Only one task waits at a time. */
  async until(isReached: () => boolean): Promise<void> {
    while (!this.#isOver && !isReached()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  tell(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  end(): void {
    this.#isOver = true
    this.tell()
  }
}
