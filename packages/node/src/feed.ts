export interface FeedOptions<Update> {
  /** What is new since the last time, for one reader; undefined where nothing is. */
  readonly take: () => Update | undefined
  readonly drop: (feed: Feed<Update>) => void
}

/** Updates for one reader who asks for one after the other; a slow one costs no memory. */
export class Feed<Update> {
  readonly #options: FeedOptions<Update>
  #reader: ((update: Update | undefined) => void) | undefined
  #isOpen = true

  constructor(options: FeedOptions<Update>) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /**
   * The next update, as soon as there is one; undefined once it is closed. An earlier call that waits resolves to
   * undefined.
   */
  next(): Promise<Update | undefined> {
    this.stopWaiting()
    if (!this.#isOpen) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#reader = resolve
      this.wake()
    })
  }

  /** Gives up the call of `next` that waits, if any does: nothing is taken. */
  stopWaiting(): void {
    this.#reader?.(undefined)
    this.#reader = undefined
  }

  /** There may be something new: hands it to the reader that waits. */
  wake(): void {
    const reader = this.#reader
    const update = reader && this.#options.take()
    if (reader === undefined || update === undefined) return
    this.#reader = undefined
    reader(update)
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#options.drop(this)
    this.stopWaiting()
  }
}
