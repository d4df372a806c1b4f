import type { RakkoError } from '@rakko/core'

/**
 * A way to a peer that carries whole frames: ordered, reliable, binary. Two sessions, one at each end, speak over it.
 * What a transport lacks of this an adapter adds: `byteStreamChannel` for byte streams, `chunked` for small messages.
 * `test/channel-acceptance.ts` says how each has to behave.
 */
export interface Channel {
  /** The largest frame that it carries, in bytes. */
  readonly maxFrameBytes: number
  /**
   * Bytes that have come, also those of a frame that is not whole yet. Undefined where the transport does not tell, as in
   * browsers.
   */
  readonly receivedBytes?: number | undefined
  /**
   * Sends a frame. Resolves once the channel takes the next one without piling it up: whoever awaits it is held back
   * by a slow peer. Rejects with CHANNEL_CLOSED, and with FRAME_TOO_LARGE, after which the channel goes on.
   * The bytes are not to be changed afterwards.
   */
  send(frame: Uint8Array): Promise<void>
  /**
   * Says who takes what arrives; called once, else it throws INVALID_ARGUMENT. Frames that came before are kept and
   * given first, in order. The next frame is given when the listener's promise has resolved; a listener that throws
   * closes the channel.
   */
  listen(listener: ChannelListener): void
  /** Gives up the channel. Frames whose `send` resolved before still arrive at the peer, where the transport can. */
  close(): void
}

export interface ChannelListener {
  frame(frame: Uint8Array): Promise<void> | void
  /**
   * The channel is gone: called once, after the last frame, also after `close`. Without an error the peer has closed
   * it in order.
   */
  closed(error?: RakkoError): void
}

/** A channel that is being opened. */
export interface Dialling {
  /** Rejects with a RakkoError that says why there is none. */
  readonly channel: Promise<Channel>
  /** Gives up: the channel is not wanted any more. One that is open already is closed. */
  abort(): void
}
