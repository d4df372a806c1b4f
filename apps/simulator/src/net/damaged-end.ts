import type { Channel, ChannelListener } from '@rakko/sync'

export interface EndHooks {
  /** A frame that is to be sent, as what goes out instead: itself, a part of it, or the same twice. */
  onSend(frame: Uint8Array): readonly Uint8Array[]
  onClosed(): void
}

/** One end of a channel of the world: what is sent passes the world's faults. */
export class DamagedEnd implements Channel {
  readonly maxFrameBytes: number
  readonly #channel: Channel
  readonly #hooks: EndHooks
  #isHeard = false

  constructor(channel: Channel, hooks: EndHooks) {
    this.#channel = channel
    this.#hooks = hooks
    this.maxFrameBytes = channel.maxFrameBytes
  }

  async send(frame: Uint8Array): Promise<void> {
    await Promise.all(this.#hooks.onSend(frame).map((one) => this.#channel.send(one)))
  }

  listen(listener: ChannelListener): void {
    this.#isHeard = true
    this.#channel.listen({
      frame: (frame) => listener.frame(frame),
      closed: (error) => {
        this.#hooks.onClosed()
        listener.closed(error)
      },
    })
  }

  close(): void {
    this.#channel.close()
    // A session may end before it has begun to listen: nobody is told of the end then.
    if (!this.#isHeard) this.#hooks.onClosed()
    this.#isHeard = true
  }
}
