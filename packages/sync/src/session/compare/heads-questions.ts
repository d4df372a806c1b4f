import { type PublicKey, RakkoError } from '@rakko/core'
import type { ReplicaLogs } from '../../replica.js'
import type { Head, HeadsAreFrame, HeadsFrame } from '../../wire/frame.js'
import { HEADS, MAX_KEY_HEADS } from '../limits.js'
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

export interface HeadsQuestionsOptions {
  readonly logs: ReplicaLogs
  readonly send: Send
  readonly patience: Patience
  /** Answers the peer beside its other questions. */
  readonly answer: (kind: 'Heads', number: number, task: () => Promise<void>) => void
}

/** Asks the peer for the heads of one key, and answers it. */
export class HeadsQuestions {
  readonly #options: HeadsQuestionsOptions
  /** Each is about the log id from which heads are asked for. */
  readonly #questions: Questions<bigint, HeadsAreFrame>

  constructor(options: HeadsQuestionsOptions) {
    this.#options = options
    this.#questions = new Questions(options.send, options.patience, 'HeadsAre')
  }

  /** At most MAX_KEY_HEADS. Rejects with CHANNEL_CLOSED once the session has ended. */
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

  /** Throws on an answer that nobody asked for. */
  take(frame: HeadsFrame | HeadsAreFrame): void {
    if (frame.type === 'heads-are') this.#answered(frame)
    else this.#options.answer('Heads', frame.request, () => this.#give(frame))
  }

  end(error: Error): void {
    this.#questions.end(error)
  }

  async #ask(publicKey: PublicKey, fromLogId: bigint): Promise<HeadsAreFrame> {
    try {
      return await this.#questions.ask(fromLogId, (request) => ({ type: 'heads', request, publicKey, fromLogId }))
    } catch (cause) {
      throw new RakkoError('CHANNEL_CLOSED', 'The peer cannot be asked', {}, { cause })
    }
  }

  #answered(frame: HeadsAreFrame): void {
    const fromLogId = this.#questions.about(frame.request)
    if (fromLogId === undefined) throw outOfPlace(`No heads were asked for by the number ${frame.request}`)
    const [first] = frame.heads
    if (first !== undefined && first.logId < fromLogId) throw outOfPlace('Heads came that nobody asked for')
    if (first === undefined && !frame.isLast) throw outOfPlace('More heads are to follow none')
    this.#questions.answer(frame.request, frame)
  }

  async #give({ request, publicKey, fromLogId }: HeadsFrame): Promise<void> {
    const { logs, send } = this.#options
    const after = fromLogId === 0n ? undefined : { publicKey, logId: fromLogId - 1n }
    const heads = await logs.heads({ authors: [publicKey] }, after, HEADS)
    await send({ type: 'heads-are', request, isLast: heads.length < HEADS, heads }).taken
  }
}
