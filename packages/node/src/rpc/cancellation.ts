/**
 * Says that a caller no longer waits. The little of an AbortSignal that the serving half needs, without the platform.
 */
export class Cancellation {
  #isAborted = false
  readonly #listeners: (() => void)[] = []

  get aborted(): boolean {
    return this.#isAborted
  }

  /** Calls `listener` once: now, where it was cancelled already. */
  onAbort(listener: () => void): void {
    if (this.#isAborted) listener()
    else this.#listeners.push(listener)
  }

  abort(): void {
    if (this.#isAborted) return
    this.#isAborted = true
    for (const listener of this.#listeners.splice(0)) listener()
  }
}
