import type { Channel, ChannelListener } from '../../src/index.js'

/** A channel to a peer that reads nothing: what is sent is never taken. */
export class UnreadChannel implements Channel {
  readonly maxFrameBytes = 2 * 1024 * 1024
  readonly sent: Uint8Array[] = []
  listener: ChannelListener | undefined

  send(frame: Uint8Array): Promise<void> {
    this.sent.push(frame)
    return new Promise(() => undefined)
  }

  listen(listener: ChannelListener): void {
    this.listener = listener
  }

  close(): void {
    this.listener?.closed()
  }
}
