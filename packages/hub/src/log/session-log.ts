import type { GuestListeners, Peer, SessionResult } from '@rakko/sync'
import type { Log } from './log.js'

export interface SessionLogOptions {
  readonly log: Log
  /** A number of its own. */
  readonly session: number
  /** Address of the peer. */
  readonly remote: string
  readonly now: () => number
}

/** What is logged of one peer that has dialled the hub: that it came, how much of it was refused, and how it ended. */
export class SessionLog implements GuestListeners {
  readonly #options: SessionLogOptions
  readonly #begunAt: number
  #peer: Peer | undefined
  #refused = 0

  constructor(options: SessionLogOptions) {
    this.#options = options
    this.#begunAt = options.now()
  }

  /** What one address gives is counted together. */
  get caller(): string {
    return this.#options.remote
  }

  readonly onGreeted = (peer: Peer): void => {
    this.#peer = peer
    this.#options.log.info('peer-connected', {
      ...this.#who(),
      publicKey: peer.publicKey,
      isProven: peer.isProven,
    })
  }

  /** Why, an event of the node tells. */
  readonly onRefused: NonNullable<GuestListeners['onRefused']> = () => {
    this.#refused += 1
  }

  end({ code, by, text, cause }: SessionResult): void {
    const { log, now } = this.#options
    const fields = { ...this.#who(), code, by, text, refused: this.#refused, ms: now() - this.#begunAt }
    if (code === 'bye' || code === 'lost') log.info('peer-ended', fields)
    else if (code === 'failed' && by === 'us') log.error('peer-ended', { ...fields, cause })
    else log.warn('peer-ended', fields)
  }

  #who(): { readonly session: number; readonly remote: string; readonly databaseId: string | undefined } {
    const { session, remote } = this.#options
    return { session, remote, databaseId: this.#peer?.databaseId }
  }
}
