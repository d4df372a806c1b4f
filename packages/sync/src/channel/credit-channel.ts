import type { RakkoError } from '@rakko/core'
import { frameTooLarge } from '../frame-too-large.js'
import { invalidFrame } from '../invalid-frame.js'
import type { Channel, ChannelListener } from './channel.js'
import { channelClosed } from './channel-error.js'
import { Inbox } from './inbox.js'
import { costOf, DEFAULT_MAX_FRAME_BYTES, DEFAULT_WINDOW_BYTES } from './limits.js'
import { Window } from './window.js'

/**
 * What two ends post to each other where the transport carries values and holds nobody back:
 *
 * | value | says |
 * |---|---|
 * | a Uint8Array over an ArrayBuffer | a frame |
 * | a number | so much of what was sent is taken, each frame as its bytes and 128 |
 * | null | the channel is closed: nothing follows |
 */
export type Posted = Uint8Array | number | null

export interface CreditOptions {
  readonly maxFrameBytes?: number | undefined
  /** What may be under way until `send` makes its caller wait. */
  readonly windowBytes?: number | undefined
}

export interface CreditTransport {
  post(value: Posted): void
  /** Nothing is posted any more. */
  release(): void
}

/** A channel over a transport of values, in which each end says what it has taken. */
export class CreditChannel implements Channel {
  readonly maxFrameBytes: number
  readonly #transport: CreditTransport
  readonly #window: Window
  readonly #inbox: Inbox
  #isOpen = true

  constructor(transport: CreditTransport, options: CreditOptions = {}) {
    this.maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES
    this.#window = new Window(options.windowBytes ?? DEFAULT_WINDOW_BYTES)
    this.#transport = transport
    this.#inbox = new Inbox({
      onTaken: (frame) => {
        if (this.#isOpen) transport.post(costOf(frame))
      },
      onFailed: () => this.#leave(channelClosed('it failed here')),
    })
  }

  async send(frame: Uint8Array): Promise<void> {
    if (!this.#isOpen) throw channelClosed('nothing can be sent')
    if (frame.length > this.maxFrameBytes) throw frameTooLarge(this.maxFrameBytes, frame.length)
    this.#transport.post(frame)
    await this.#window.add(costOf(frame))
  }

  listen(listener: ChannelListener): void {
    this.#inbox.listen(listener)
  }

  close(): void {
    this.#leave(channelClosed('by this side'))
    this.#inbox.drop()
  }

  /** Takes what the other end has posted, whatever it is. */
  receive(value: unknown): void {
    if (!this.#isOpen) return
    if (value instanceof Uint8Array) {
      if (value.length > this.maxFrameBytes) this.fail(frameTooLarge(this.maxFrameBytes, value.length))
      else if (!(value.buffer instanceof ArrayBuffer))
        this.fail(invalidFrame('message', 'bytes of its own', 'shared memory'))
      else this.#inbox.put(withoutRest(value, value.buffer))
    } else if (typeof value === 'number' && value > 0 && value <= this.#window.bytes) {
      this.#window.remove(value)
    } else if (value === null) {
      this.#release(channelClosed('by the peer'))
      this.#inbox.end()
    } else {
      this.fail(invalidFrame('message', 'a frame, what was taken, or the end', typeof value))
    }
  }

  /** The transport is gone, or what came over it is no channel's. */
  fail(error: RakkoError): void {
    this.#leave(error)
    this.#inbox.end(error)
  }

  #leave(error: RakkoError): void {
    if (!this.#isOpen) return
    this.#transport.post(null)
    this.#release(error)
  }

  #release(error: RakkoError): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#window.end(error)
    this.#transport.release()
  }
}

/** A frame of a byte may keep megabytes that lie around it, which nobody would count. */
function withoutRest(frame: Uint8Array, buffer: ArrayBuffer & { readonly resizable?: boolean }): Uint8Array {
  return frame.length < buffer.byteLength || buffer.resizable === true ? frame.slice() : frame
}
