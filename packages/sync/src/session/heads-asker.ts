import type { PublicKey } from '@rakko/core'
import type { Head, HeadsAreFrame } from '../wire/frame.js'
import { MAX_KEY_HEADS } from './limits.js'
import type { Patience } from './patience.js'
import type { Send } from './send.js'
import { outOfPlace } from './session-end.js'

/** The heads of all logs of one key, as a peer tells them. */
export interface KeyHeads {
  /** By log id, ascending. */
  readonly heads: readonly Head[]
  /** False where the peer has more than are kept. */
  readonly isAll: boolean
}

interface Asked {
  readonly fromLogId: bigint
  readonly resolve: (frame: HeadsAreFrame) => void
  readonly reject: (error: unknown) => void
  readonly stopWaiting: () => void
}

/** Asks the peer for the heads of one key. */
export class HeadsAsker {
  readonly #send: Send
  readonly #patience: Patience
  readonly #pending = new Map<number, Asked>()
  #latest = 0
  #end: Error | undefined

  constructor(send: Send, patience: Patience) {
    this.#send = send
    this.#patience = patience
  }

  /** At most MAX_KEY_HEADS. Rejects once the session has ended. */
  async ask(publicKey: PublicKey): Promise<KeyHeads> {
    const heads: Head[] = []
    for (let fromLogId = 0n; heads.length < MAX_KEY_HEADS; ) {
      const answer = await this.#ask(publicKey, fromLogId)
      heads.push(...answer.heads)
      const last = answer.heads.at(-1)
      if (answer.isLast || last === undefined) return { heads, isAll: true }
      fromLogId = last.logId + 1n
    }
    return { heads, isAll: false }
  }

  /** Throws where nobody asked for it. */
  answered(frame: HeadsAreFrame): void {
    const asked = this.#pending.get(frame.request)
    if (asked === undefined) throw outOfPlace(`No heads were asked for by the number ${frame.request}`)
    const [first] = frame.heads
    if (first !== undefined && first.logId < asked.fromLogId) throw outOfPlace('Heads came that nobody asked for')
    if (first === undefined && !frame.isLast) throw outOfPlace('More heads are to follow none')
    this.#pending.delete(frame.request)
    asked.stopWaiting()
    asked.resolve(frame)
  }

  end(error: Error): void {
    this.#end = error
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }

  #ask(publicKey: PublicKey, fromLogId: bigint): Promise<HeadsAreFrame> {
    this.#latest += 1
    const request = this.#latest
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end)
      const stopWaiting = this.#patience.expect('HeadsAre')
      this.#pending.set(request, { fromLogId, resolve, reject, stopWaiting })
      this.#send({ type: 'heads', request, publicKey, fromLogId }).taken.catch(reject)
    })
  }
}
