import { orRakkoError, RakkoError } from '@rakko/core'
import { frameTooLarge } from '../frame-too-large.js'
import { invalidFrame } from '../invalid-frame.js'
import { CborSequence } from './cbor-sequence.js'
import type { Channel, ChannelListener } from './channel.js'
import { channelClosed } from './channel-error.js'
import { Inbox } from './inbox.js'
import { costOf, DEFAULT_MAX_FRAME_BYTES, DEFAULT_WINDOW_BYTES } from './limits.js'
import { Window } from './window.js'

/** The part of a duplex stream of Node that is used, as node:net has it. */
export interface ByteStreamLike {
  on(event: 'data', listener: (bytes: Uint8Array) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end' | 'close', listener: () => void): unknown
  /** `written` is called once the bytes have left, or cannot. */
  write(bytes: Uint8Array, written: (error?: Error | null) => void): boolean
  pause(): unknown
  resume(): unknown
  /** Sends what is left, then ends this direction. */
  end(): unknown
  destroy(): unknown
}

export interface ByteStreamOptions {
  readonly maxFrameBytes?: number | undefined
  readonly windowBytes?: number | undefined
}

/**
 * A channel over a stream of bytes: frames stand back to back, each one CBOR item, which says by itself where it ends.
 * So it carries no other frames, and no empty ones. The stream is read only as fast as the listener takes.
 */
export function byteStreamChannel(stream: ByteStreamLike, options: ByteStreamOptions = {}): Channel {
  return new ByteStreamChannel(stream, options)
}

class ByteStreamChannel implements Channel {
  readonly maxFrameBytes: number
  readonly #windowBytes: number
  readonly #stream: ByteStreamLike
  readonly #sequence: CborSequence
  readonly #window: Window
  readonly #inbox: Inbox
  #isOpen = true
  #isPaused = false
  receivedBytes = 0

  constructor(stream: ByteStreamLike, options: ByteStreamOptions) {
    this.maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES
    this.#windowBytes = options.windowBytes ?? DEFAULT_WINDOW_BYTES
    this.#stream = stream
    this.#sequence = new CborSequence({ maxItemBytes: this.maxFrameBytes })
    this.#window = new Window(this.#windowBytes)
    this.#inbox = new Inbox({ onTaken: () => this.#readOn(), onFailed: (error) => this.#leave(error) })
    stream.on('data', (bytes) => this.#read(bytes))
    stream.on('end', () => this.#readEnd())
    stream.on('close', () => this.#lose(channelClosed('the stream was cut')))
    stream.on('error', (error) => this.#lose(channelClosed('the stream failed', { reason: error.message }, error)))
  }

  async send(frame: Uint8Array): Promise<void> {
    if (!this.#isOpen) throw channelClosed('nothing can be sent')
    if (frame.length > this.maxFrameBytes) throw frameTooLarge(this.maxFrameBytes, frame.length)
    if (frame.length === 0) throw invalidFrame('message', 'one CBOR item', 'no bytes')
    const cost = costOf(frame)
    const added = this.#window.add(cost)
    this.#stream.write(frame, (error) => {
      if (error) this.#window.end(channelClosed('the stream takes no more', {}, error))
      else this.#window.remove(cost)
    })
    await added
  }

  listen(listener: ChannelListener): void {
    this.#inbox.listen(listener)
  }

  close(): void {
    this.#leave(channelClosed('by this side'))
    this.#inbox.drop()
  }

  #read(bytes: Uint8Array): void {
    this.receivedBytes += bytes.length
    if (!this.#isOpen) return
    const items = orRakkoError(() => this.#sequence.push(bytes))
    if (items instanceof RakkoError) {
      this.#fail(items)
      return
    }
    for (const item of items) this.#inbox.put(item)
    if (this.#isPaused || this.#inbox.keptBytes <= this.#windowBytes) return
    this.#isPaused = true
    this.#stream.pause()
  }

  #readOn(): void {
    if (!this.#isPaused || this.#inbox.keptBytes > this.#windowBytes) return
    this.#isPaused = false
    this.#stream.resume()
  }

  #readEnd(): void {
    if (!this.#isOpen) return
    const cut = orRakkoError(() => this.#sequence.end())
    if (cut instanceof RakkoError) {
      this.#fail(cut)
      return
    }
    this.#leave(channelClosed('by the peer'))
    this.#inbox.end()
  }

  #fail(error: RakkoError): void {
    this.#leave(error)
    this.#inbox.end(error)
  }

  #lose(error: RakkoError): void {
    if (this.#isOpen) this.#fail(error)
    this.#window.end(error)
  }

  /** What was written still leaves. What comes is passed over, so that the other side gets rid of it. */
  #leave(error: RakkoError): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#window.end(error)
    this.#stream.end()
    this.#stream.resume()
  }
}
