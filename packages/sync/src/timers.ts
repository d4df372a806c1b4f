/** Passed in, so that a simulator has its own time. */
export interface Timers {
  /** Calls `work` once, so many milliseconds later. Returns what takes that back. */
  after(ms: number, work: () => void): () => void
}
