import { type RakkoError, refusal } from '@rakko/core'
import type { ChannelListener } from './channel.js'
import { channelClosed, failed } from './channel-error.js'
import { costOf, MAX_KEPT_BYTES } from './limits.js'

export interface InboxOptions {
  /** The listener has taken a frame. */
  onTaken?(frame: Uint8Array): void
  /** The listener threw, or what is kept is too much: the inbox is over, the transport is to be closed. */
  onFailed(error: RakkoError): void
}

/** Frames that have come and are not yet taken: given one by one, in order, then the end. */
export class Inbox {
  readonly #options: InboxOptions
  #frames: Uint8Array[] = []
  /** How many of these were given. Taking the first off an array of thousands would move all others. */
  #given = 0
  /** What is kept, as `costOf` counts. */
  keptBytes = 0
  #listener: ChannelListener | undefined
  #isGiving = false
  #end: { readonly error: RakkoError | undefined } | undefined

  constructor(options: InboxOptions) {
    this.#options = options
  }

  put(frame: Uint8Array): void {
    if (this.#end !== undefined) return
    if (this.keptBytes > MAX_KEPT_BYTES) {
      this.#fail(channelClosed('the peer sends more than is taken', { keptBytes: this.keptBytes }))
      return
    }
    this.#frames.push(frame)
    this.keptBytes += costOf(frame)
    this.#give()
  }

  listen(listener: ChannelListener): void {
    if (this.#listener !== undefined) {
      throw refusal('INVALID_ARGUMENT', { field: 'listener', expected: 'one of a channel', got: 'another' })
    }
    this.#listener = listener
    // Not before whoever listens has returned.
    Promise.resolve().then(() => this.#give())
  }

  /** No more will come. What is kept is given first. */
  end(error?: RakkoError): void {
    this.#end ??= { error }
    this.#give()
  }

  /** As `end`, without what is kept. */
  drop(error?: RakkoError): void {
    this.#frames = []
    this.#given = 0
    this.keptBytes = 0
    this.end(error)
  }

  #give(): void {
    if (this.#isGiving || this.#listener === undefined) return
    this.#isGiving = true
    this.#giveAll(this.#listener)
  }

  async #giveAll(listener: ChannelListener): Promise<void> {
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      try {
        const taken = listener.frame(frame)
        if (taken !== undefined) await taken
      } catch (error) {
        this.#fail(failed('A listener', error))
        break
      }
      // What was dropped meanwhile was counted off with all others.
      this.keptBytes = Math.max(0, this.keptBytes - costOf(frame))
      this.#options.onTaken?.(frame)
    }
    if (this.#end === undefined) this.#isGiving = false
    else listener.closed(this.#end.error)
  }

  #next(): Uint8Array | undefined {
    const frame = this.#frames[this.#given]
    this.#given += 1
    if (this.#given >= this.#frames.length || this.#given > 1_000) {
      this.#frames = this.#frames.slice(this.#given)
      this.#given = 0
    }
    return frame
  }

  #fail(error: RakkoError): void {
    this.#options.onFailed(error)
    this.drop(error)
  }
}
