import type { Hash } from '@rakko/core'
import type { FetchedFrame } from '../wire/frame.js'
import type { Send } from './send.js'
import { outOfPlace } from './session-end.js'

/** Asks the peer for entries by their ids: one question, one answer. */
export class Fetcher {
  readonly #send: Send
  readonly #pending = new Map<number, { resolve: (frame: FetchedFrame) => void; reject: (error: unknown) => void }>()
  #latest = 0
  #end: Error | undefined

  constructor(send: Send) {
    this.#send = send
  }

  /** At most MAX_FETCH_IDS ids. Rejects once the session has ended. */
  ask(ids: readonly Hash[]): Promise<FetchedFrame> {
    this.#latest += 1
    const fetch = this.#latest
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end)
      this.#pending.set(fetch, { resolve, reject })
      this.#send({ type: 'fetch', fetch, ids }).taken.catch(reject)
    })
  }

  fetched(frame: FetchedFrame): void {
    const asked = this.#pending.get(frame.fetch)
    if (asked === undefined) throw outOfPlace(`Nothing was asked for by the number ${frame.fetch}`)
    this.#pending.delete(frame.fetch)
    asked.resolve(frame)
  }

  end(error: Error): void {
    this.#end = error
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}
