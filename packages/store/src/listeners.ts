/** Those who want to know of something that has happened. */
export class Listeners<Event> {
  readonly #listeners = new Set<(event: Event) => void>()

  get areThere(): boolean {
    return this.#listeners.size > 0
  }

  /** Returns what ends it. */
  add(listener: (event: Event) => void): () => void {
    const own = (event: Event) => listener(event)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  tell(event: Event): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // What has happened stands, whatever a listener does. Its error is thrown where nobody else has to handle it.
        void Promise.reject(error)
      }
    }
  }
}
