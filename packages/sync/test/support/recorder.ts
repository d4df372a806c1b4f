import type { RakkoError } from '@rakko/core'
import type { Channel, ChannelListener } from '../../src/index.js'

/** A listener that keeps what it gets. */
export class Recorder implements ChannelListener {
  readonly frames: Uint8Array[] = []
  readonly closings: (RakkoError | undefined)[] = []
  readonly #waiters: { readonly count: number; readonly resolve: () => void }[] = []
  readonly whenClosed: Promise<RakkoError | undefined>
  #resolveClosed!: (error: RakkoError | undefined) => void
  readonly #taking: ((frame: Uint8Array) => Promise<void> | void) | undefined

  constructor(taking?: (frame: Uint8Array) => Promise<void> | void) {
    this.#taking = taking
    this.whenClosed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
  }

  static on(channel: Channel, taking?: (frame: Uint8Array) => Promise<void> | void): Recorder {
    const recorder = new Recorder(taking)
    channel.listen(recorder)
    return recorder
  }

  frame(frame: Uint8Array): Promise<void> | void {
    this.frames.push(frame)
    for (const { count, resolve } of this.#waiters) if (this.frames.length >= count) resolve()
    return this.#taking?.(frame)
  }

  closed(error?: RakkoError): void {
    this.closings.push(error)
    this.#resolveClosed(error)
  }

  /** Resolves once so many frames have come. */
  received(count: number): Promise<void> {
    if (this.frames.length >= count) return Promise.resolve()
    return new Promise((resolve) => this.#waiters.push({ count, resolve }))
  }
}

/** `sent`, or the code of the error. */
export function outcomeOf(sending: Promise<void>): Promise<string> {
  return sending.then(
    () => 'sent',
    (error: RakkoError) => error.code,
  )
}
