import { RakkoError } from '@rakko/core'
import type { Timers } from '../maintenance-scheduler.js'
import { errorToData } from '../rpc/error-data.js'
import type { Reply, Request, ToNode } from '../rpc/messages.js'
import type { Session } from '../rpc/serve.js'
import type { FromLeader, ToLeader } from './messages.js'

/** How long a follower that says nothing, frozen perhaps, is waited for. */
const FAREWELL_MS = 1_000

/** A follower's session at the leader, but for what carries its messages. */
export class ServedSession {
  readonly #session: Session
  readonly #say: (message: FromLeader) => void
  readonly #timers: Timers
  readonly #running = new Set<Promise<unknown>>()
  readonly #left: Promise<void>
  #hasLeft: () => void = () => undefined
  #isLeaving = false

  constructor(session: Session, say: (message: FromLeader) => void, timers: Timers) {
    this.#session = session
    this.#timers = timers
    this.#say = say
    this.#left = new Promise((resolve) => {
      this.#hasLeft = resolve
    })
  }

  receive(said: ToLeader): void {
    if ('ping' in said) this.#tell({ isHere: true })
    else if ('hasLeft' in said) this.#hasLeft()
    else this.#take(said.message)
  }

  /** The follower says nothing any more. */
  gone(): void {
    this.#hasLeft()
  }

  /** Takes no more requests, and resolves when those that were begun have their replies. */
  async leave(): Promise<void> {
    this.#isLeaving = true
    this.#tell({ leaves: true })
    // What a follower sends before it knows is on its way still.
    const timer = this.#timers.setTimeout(this.#hasLeft, FAREWELL_MS)
    await this.#left
    this.#timers.clearTimeout(timer)
    await Promise.allSettled(this.#running)
  }

  /** Resolves when nothing that the session opened is left. */
  end(): Promise<void> {
    return this.#session.end()
  }

  #take(message: ToNode): void {
    const id = requestId(message)
    if (this.#isLeaving) {
      if (id !== undefined) this.#tell({ notBegun: id })
      return
    }
    const replied = this.#session.facade.handle(message).then((reply) => this.#reply(reply))
    // A subscription's next update may be far off.
    if (id === undefined || (message as Request).method === 'next') return
    this.#running.add(replied)
    void replied.finally(() => this.#running.delete(replied))
  }

  #reply(reply: Reply): void {
    // Nobody waits for one that has no request.
    if (reply.id === null) return
    try {
      this.#say({ reply })
    } catch (error) {
      this.#tell({ reply: { id: reply.id, ok: false, error: errorToData(unsayable(error)) } })
    }
  }

  /** Where the follower is gone nobody hears it. */
  #tell(message: FromLeader): void {
    try {
      this.#say(message)
    } catch {
      this.#hasLeft()
    }
  }
}

/** Too much for one message, say. */
function unsayable(cause: unknown): RakkoError {
  const got = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  const words = `the reply could not be sent (${got}); the outcome of a write is unknown`
  return new RakkoError('ENVIRONMENT_FAILED', words, { got }, { cause })
}

function requestId(message: ToNode): number | undefined {
  const { id } = (message ?? {}) as Partial<Request>
  return typeof id === 'number' ? id : undefined
}
