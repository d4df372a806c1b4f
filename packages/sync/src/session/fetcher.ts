import { type Hash, hash } from '@rakko/core'
import type { FetchedFrame } from '../wire/frame.js'
import type { Patience } from './patience.js'
import type { Send } from './send.js'
import { outOfPlace } from './session-end.js'

interface Asked {
  readonly ids: ReadonlySet<Hash>
  readonly resolve: (frame: FetchedFrame) => void
  readonly reject: (error: unknown) => void
  readonly stopWaiting: () => void
}

/** Asks the peer for entries by their ids: one question, one answer. */
export class Fetcher {
  readonly #send: Send
  readonly #patience: Patience
  readonly #pending = new Map<number, Asked>()
  #latest = 0
  #end: Error | undefined

  constructor(send: Send, patience: Patience) {
    this.#send = send
    this.#patience = patience
  }

  /** At most MAX_FETCH_IDS ids. Rejects once the session has ended. */
  ask(ids: readonly Hash[]): Promise<FetchedFrame> {
    this.#latest += 1
    const fetch = this.#latest
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end)
      this.#pending.set(fetch, { ids: new Set(ids), resolve, reject, stopWaiting: this.#patience.expect('Fetched') })
      this.#send({ type: 'fetch', fetch, ids }).taken.catch(reject)
    })
  }

  /** Throws where nobody asked for it, or for one of its items, or where it brings none and says that there are more. */
  fetched(frame: FetchedFrame): void {
    const asked = this.#pending.get(frame.fetch)
    if (asked === undefined) throw outOfPlace(`Nothing was asked for by the number ${frame.fetch}`)
    if (!frame.isLast && frame.items.length === 0) throw outOfPlace('Fetched brings nothing of what it says is here')
    const left = new Set(asked.ids)
    for (const { entry } of frame.items) {
      if (!left.delete(hash(entry))) throw outOfPlace('Fetched has an entry that nobody asked for')
    }
    this.#pending.delete(frame.fetch)
    asked.stopWaiting()
    asked.resolve(frame)
  }

  end(error: Error): void {
    this.#end = error
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}
