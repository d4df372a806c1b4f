import type { Timers } from '../maintenance-scheduler.js'
import type { Cancellation } from '../rpc/cancellation.js'
import { errorFromData } from '../rpc/error-data.js'
import type { Reply, Request } from '../rpc/messages.js'
import { leaderLost, leaderSilent } from './leader-errors.js'
import type { FromLeader, ToLeader } from './messages.js'
import type { Way } from './way.js'

/** After so long without a sign of life the leader is asked for one; after as long again it does not respond. */
export const SILENT_MS = 5_000

interface Asked {
  readonly request: Request
  readonly settle: (outcome: Reply | Error) => void
}

/** The way to a leader in another tab or process. */
export class RemoteWay implements Way {
  readonly #post: (message: ToLeader) => void
  readonly #timers: Timers
  readonly #onSilent: () => void
  readonly #asked = new Map<number, Asked>()
  #lastId = 0
  /** Has heard from the leader, or has asked it for a sign of life, since it was looked at last. */
  #since: 'heard' | 'nothing' | 'asked' = 'heard'
  #watch: unknown
  /** The leader closes. */
  isLeft = false

  /** `post` throws what cannot be sent. `onSilent` is called while the leader does not respond. */
  constructor(post: (message: ToLeader) => void, timers: Timers, onSilent: () => void) {
    this.#post = post
    this.#timers = timers
    this.#onSilent = onSilent
  }

  receive(message: FromLeader): void {
    this.#since = 'heard'
    if ('reply' in message) this.#settle(message.reply.id as number, message.reply)
    else if ('notBegun' in message) this.#settle(message.notBegun, leaderLost(false))
  }

  /** The leader closes: what it has begun it still replies to, but no update comes any more. */
  leave(): void {
    this.isLeft = true
    for (const [id, { request }] of this.#asked) if (request.method === 'next') this.#settle(id, leaderLost(true))
    this.#post({ hasLeft: true })
  }

  /** The leader is gone. */
  end(): void {
    this.#timers.clearTimeout(this.#watch)
    for (const id of this.#asked.keys()) this.#settle(id, leaderLost(true))
  }

  handle({ method, params }: Request, cancellation: Cancellation): Promise<unknown> {
    this.#lastId += 1
    const request: Request = { id: this.#lastId, method, params }
    const { id } = request
    return new Promise((resolve, reject) => {
      // Where it cannot be cloned this throws.
      this.#post({ message: request })
      this.#asked.set(id, {
        request,
        settle(outcome) {
          if (outcome instanceof Error) reject(outcome)
          else if (outcome.ok) resolve(outcome.result)
          else reject(errorFromData(outcome.error))
        },
      })
      cancellation.onAbort(() => {
        if (this.#asked.has(id)) this.#post({ message: { cancel: id } })
      })
      this.#watch ??= this.#timers.setTimeout(() => this.#look(), SILENT_MS)
    })
  }

  /** An update that does not come is no silence; nothing else takes a leader that lives so long. */
  #look(): void {
    this.#watch = undefined
    const waiting = [...this.#asked].filter(([, { request }]) => request.method !== 'next')
    if (waiting.length === 0) return
    if (this.#since === 'asked') {
      // The session itself stays begun: it goes on with the leader.
      for (const [id, { request }] of waiting) if (request.method !== 'open') this.#settle(id, leaderSilent())
      this.#onSilent()
    } else if (this.#since === 'nothing') {
      this.#since = 'asked'
      this.#post({ ping: true })
    } else this.#since = 'nothing'
    this.#watch = this.#timers.setTimeout(() => this.#look(), SILENT_MS)
  }

  #settle(id: number, outcome: Reply | Error): void {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    asked?.settle(outcome)
  }
}
