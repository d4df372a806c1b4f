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

/**
 * Asks a peer that has the capability `heads` for the heads of one key. Each question is about the log id from which they
 * are asked for.
 */
export class HeadsAsker extends Questions<bigint, HeadsAreFrame> {
  constructor(send: Send, patience: Patience) {
    super(send, patience, 'HeadsAre')
  }

  /** At most MAX_KEY_HEADS. Rejects once the session has ended. */
  async ask(publicKey: PublicKey): Promise<KeyHeads> {
    const heads: Head[] = []
    let isAll = false
    while (!isAll && heads.length < MAX_KEY_HEADS) {
      const fromLogId = (heads.at(-1)?.logId ?? -1n) + 1n
      const answer = await this.question(fromLogId, (request) => ({
        type: 'heads',
        request,
        publicKey,
        fromLogId,
      }))
      heads.push(...answer.heads)
      isAll = answer.isLast
    }
    return { heads, isAll }
  }

  /** Throws on an answer that nobody asked for. */
  answered(frame: HeadsAreFrame): void {
    const { request, isLast, heads } = frame
    const least = this.about(request)
    const [first] = heads
    if (first === undefined ? !isLast : first.logId < least) throw outOfPlace('HeadsAre has none of what was asked for')
    this.answer(request, frame)
  }
}
