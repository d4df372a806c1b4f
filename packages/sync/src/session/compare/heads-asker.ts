import type { PublicKey } from '@rakko/core'
import type { Head, HeadsAreFrame } from '../../wire/frame.js'
import { MAX_KEY_HEADS } from '../limits.js'
import type { Patience } from '../patience.js'
import { Questions } from '../questions.js'
import type { Send } from '../send.js'
import { outOfPlace } from '../session-end.js'

/** The heads of all logs of one key, as a peer tells them. */
export interface KeyHeads {
  /** By log id, ascending. */
  readonly heads: readonly Head[]
  /** False where the peer has more than are kept. */
  readonly isAll: boolean
}

/** Asks the peer for the heads of one key. */
export class HeadsAsker {
  /** Each is about the log id from which heads are asked for. */
  readonly #questions: Questions<bigint, HeadsAreFrame>

  constructor(send: Send, patience: Patience) {
    this.#questions = new Questions(send, patience, 'HeadsAre')
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
    const fromLogId = this.#questions.about(frame.request)
    if (fromLogId === undefined) throw outOfPlace(`No heads were asked for by the number ${frame.request}`)
    const [first] = frame.heads
    if (first !== undefined && first.logId < fromLogId) throw outOfPlace('Heads came that nobody asked for')
    if (first === undefined && !frame.isLast) throw outOfPlace('More heads are to follow none')
    this.#questions.answer(frame.request, frame)
  }

  end(error: Error): void {
    this.#questions.end(error)
  }

  #ask(publicKey: PublicKey, fromLogId: bigint): Promise<HeadsAreFrame> {
    return this.#questions.ask(fromLogId, (request) => ({ type: 'heads', request, publicKey, fromLogId }))
  }
}
