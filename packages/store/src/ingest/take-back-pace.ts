import type { DocumentId } from '@rakko/core'

/** Entries of a document that each payload pays for: to receive it costs about as much as to decide these again. */
export const ENTRIES_A_PAYLOAD = 16
/** So many more each second. */
const ENTRIES_A_SECOND = 10
/** Documents that are remembered. */
const MAX_DOCUMENTS = 4_096

export interface ToTakeBack {
  readonly id: DocumentId
  /** How many entries it has. */
  readonly entries: number
  /** How many payloads have come that tell. */
  readonly payloads: number
}

/**
 * When the decisions about a document may be taken back once more. A stranger may hold payloads back and give them one by
 * one: so they are collected until they pay for the work, and for a while at most.
 */
export class TakeBackPace {
  readonly #now: () => number
  /** When each document may be taken back again, whatever has come. The last one comes last. */
  readonly #due = new Map<DocumentId, number>()

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now
  }

  isDue({ id, entries, payloads }: ToTakeBack): boolean {
    const wait = (this.#due.get(id) ?? 0) - this.#now()
    // Clocks may be set: nothing waits for longer than it would have to from now on.
    return wait <= 0 || wait > waitOf(entries) || payloads * ENTRIES_A_PAYLOAD >= entries
  }

  /** Its decisions were taken back. */
  took({ id, entries }: ToTakeBack): void {
    const now = this.#now()
    for (const [other, due] of this.#due) if (due <= now) this.#due.delete(other)
    this.#due.delete(id)
    this.#due.set(id, now + waitOf(entries))
    const [first] = this.#due.keys()
    if (this.#due.size > MAX_DOCUMENTS && first !== undefined) this.#due.delete(first)
  }
}

/** Milliseconds. */
function waitOf(entries: number): number {
  return (entries * 1_000) / ENTRIES_A_SECOND
}
