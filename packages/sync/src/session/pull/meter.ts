import type { EntryItem } from '../../wire/frame.js'
import { SessionEnd } from '../session-end.js'

/** What one peer may give in an hour. */
export interface PeerQuota {
  /** Of entries with their operations. */
  readonly bytes: number
  readonly entries: number
}

const HOUR_MS = 3_600_000

/**
 * How much one peer has given lately, over all its sessions. It may give a whole hour's share at once. What it has used
 * comes back evenly, within an hour.
 */
export class Meter {
  readonly #quota: PeerQuota
  readonly #now: () => number
  #usedBytes = 0
  #usedEntries = 0
  #at: number

  /** `now`: milliseconds since 1970. */
  constructor(quota: PeerQuota, now: () => number) {
    this.#quota = quota
    this.#now = now
    this.#at = now()
  }

  /** Counts entries that the peer gives. Throws what ends its session where that is too much. */
  take(items: readonly EntryItem[]): void {
    const bytes = items.reduce((sum, { entry, operation }) => sum + entry.length + (operation?.length ?? 0), 0)
    if (!this.spend(bytes, items.length)) {
      throw new SessionEnd('too-much', 'The peer has given as much as this node takes of one peer in an hour')
    }
  }

  /** Returns whether the peer may give that much more. */
  spend(bytes: number, entries: number): boolean {
    const now = this.#now()
    const share = Math.max(0, now - this.#at) / HOUR_MS
    this.#at = now
    this.#usedBytes = left(this.#usedBytes, this.#quota.bytes, share) + bytes
    this.#usedEntries = left(this.#usedEntries, this.#quota.entries, share) + entries
    const isWithin = this.#usedBytes <= this.#quota.bytes && this.#usedEntries <= this.#quota.entries
    // What was not taken does not count: else a peer that tries again would never get in.
    if (!isWithin) {
      this.#usedBytes -= bytes
      this.#usedEntries -= entries
    }
    return isWithin
  }
}

/** What is still used of a quota once a share of an hour has passed. */
function left(used: number, quota: number, share: number): number {
  // Without a limit, and within one millisecond, the product would be no number.
  return share === 0 ? used : Math.max(0, used - share * quota)
}
