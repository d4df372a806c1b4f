import type { Replica } from '../replica.js'
import type { Backlog } from '../session/serve/backlog.js'
import type { SyncSession } from '../session/session.js'

/** A peer that has taken nothing. */
const NOTHING_TAKEN: Backlog = { toSend: 0, upTo: 0 }

/** Counts what waits to go out to a peer, also while there is no session with it. */
export class Outbox {
  readonly #replica: Replica
  readonly #onChange: () => void
  readonly #stopListening: () => void
  /** As it was known last. */
  #backlog = NOTHING_TAKEN
  /** The latest arrival here. */
  #latest = 0
  #session: SyncSession | undefined
  #isAsking = false
  #hasNews = false

  constructor(replica: Replica, onChange: () => void) {
    this.#replica = replica
    this.#onChange = onChange
    this.#stopListening = replica.onArrival(() => this.#look())
    this.#look()
  }

  get backlog(): Backlog {
    // While a session runs, much of what arrives may come from the peer itself: the session knows.
    const ofSession = this.#session?.backlog
    if (ofSession !== undefined) return ofSession
    const { toSend, upTo } = this.#backlog
    return { toSend: toSend + Math.max(0, this.#latest - upTo), upTo: Math.max(this.#latest, upTo) }
  }

  /** What was known of the peer, or that it is another one, which has taken nothing. */
  begin(backlog: Backlog = NOTHING_TAKEN): void {
    this.#backlog = backlog
    this.#onChange()
  }

  follow(session: SyncSession): void {
    this.#session = session
  }

  /** The session that was followed has ended. */
  async leave(): Promise<void> {
    const session = this.#session
    // Where the storage fails, what was known last has to do.
    const atEnd = await session?.backlogAtEnd().catch(() => session.backlog)
    this.#session = undefined
    if (atEnd !== undefined) this.#backlog = atEnd
    await this.#look()
  }

  close(): void {
    this.#stopListening()
  }

  /** One question at a time, however much arrives; none while a session counts. */
  async #look(): Promise<void> {
    this.#hasNews = true
    if (this.#isAsking || this.#session?.backlog !== undefined) return
    this.#isAsking = true
    while (this.#hasNews) {
      this.#hasNews = false
      const latest = await this.#replica.latest().catch(() => undefined)
      if (latest !== undefined) this.#latest = latest.number
    }
    this.#isAsking = false
    this.#onChange()
  }
}
