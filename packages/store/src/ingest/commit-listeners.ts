import type { CommitListener, StoreCommit } from '../store.js'

/** Those who want to know of commits. */
export class CommitListeners {
  readonly #listeners = new Set<CommitListener>()

  get areThere(): boolean {
    return this.#listeners.size > 0
  }

  /** Returns what ends it. */
  add(listener: CommitListener): () => void {
    const own: CommitListener = (commit) => listener(commit)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  tell(commit: StoreCommit): void {
    for (const listener of this.#listeners) {
      try {
        listener(commit)
      } catch (error) {
        // The commit stands whatever a listener does: its fault is its own, and comes up as nobody's.
        void Promise.reject(error)
      }
    }
  }
}
