/** On every call. It ends when the result comes, the signal fires or the deadline passes, whichever is first. */
export interface CallOptions {
  /** Rejects with ABORTED; what was not begun is dropped, the outcome of what was begun is unknown. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until DEADLINE_EXCEEDED; without it the node's, see OpenNodeOptions. `Infinity` waits on. */
  readonly deadlineMs?: number | undefined
}
