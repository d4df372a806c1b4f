import { type Hash, hash } from '@rakko/core'
import type { FetchedFrame } from '../../wire/frame.js'
import type { Patience } from '../patience.js'
import { Questions } from '../questions.js'
import type { Send } from '../send.js'
import { outOfPlace } from '../session-end.js'

/** Asks the peer for entries by their ids: one question, one answer. */
export class Fetcher extends Questions<Set<Hash>, FetchedFrame> {
  constructor(send: Send, patience: Patience) {
    super(send, patience, 'Fetched')
  }

  /** At most MAX_FETCH_IDS ids. Rejects once the session has ended. */
  ask(ids: readonly Hash[]): Promise<FetchedFrame> {
    return this.question(new Set(ids), (fetch) => ({ type: 'fetch', fetch, ids }))
  }

  /** Throws where nobody asked for it, or for one of its items, or where it brings none and says that there are more. */
  fetched(frame: FetchedFrame): void {
    const asked = this.about(frame.fetch)
    if (!frame.isLast && frame.items.length === 0) throw outOfPlace('Fetched brings nothing of what it says is here')
    for (const { entry } of frame.items) {
      if (!asked.delete(hash(entry))) throw outOfPlace('Fetched has an entry that nobody asked for')
    }
    this.answer(frame.fetch, frame)
  }
}
