import type { RakkoError } from '@rakko/core'
import { frameTooLarge } from '../../frame-too-large.js'
import { invalidFrame } from '../../invalid-frame.js'
import type { Timers } from '../../timers.js'
import type { Channel, ChannelListener } from '../channel.js'
import { channelClosed } from '../channel-error.js'
import { Inbox } from '../inbox.js'
import { DEFAULT_MAX_FRAME_BYTES, DEFAULT_WINDOW_BYTES } from '../limits.js'

/** The part of a browser's WebSocket that is used. */
export interface WebSocketLike {
  binaryType: string
  readonly bufferedAmount: number
  readonly protocol: string
  send(bytes: Uint8Array<ArrayBuffer>): void
  close(code?: number): void
  addEventListener(type: string, listener: (event: SocketEvent) => void): void
}

export interface SocketEvent {
  readonly data?: unknown
  readonly code?: number
  readonly reason?: string
}

export interface WebSocketOptions {
  readonly timers: Timers
  readonly maxFrameBytes?: number | undefined
  readonly windowBytes?: number | undefined
}

const NORMAL = 1000
/** From 4000 on codes are an application's. */
const FAILED = 4000
/** No code was given, as by a server that closes in order. */
const NO_CODE = 1005
/** A socket does not tell when it has sent; it is looked at this often. */
const LOOK_MS = 10

/**
 * A channel over a socket of a browser. It holds its own side back by what the socket has not sent yet. The peer it
 * cannot hold back, since a browser reads whatever comes: a peer that sends more than MAX_KEPT_BYTES ahead of the
 * listener is given up. What a session credits is far less.
 */
export class WebSocketChannel implements Channel {
  readonly maxFrameBytes: number
  readonly #windowBytes: number
  readonly #socket: WebSocketLike
  readonly #timers: Timers
  readonly #inbox: Inbox
  #isOpen = true
  #whenSent: Promise<void> | undefined

  constructor(socket: WebSocketLike, options: WebSocketOptions) {
    this.maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES
    this.#windowBytes = options.windowBytes ?? DEFAULT_WINDOW_BYTES
    this.#timers = options.timers
    this.#socket = socket
    this.#inbox = new Inbox({ onFailed: () => this.#leave(FAILED) })
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => this.#receive(data))
    socket.addEventListener('close', (event) => this.#lose(event))
    // It says nothing, and a close follows; but sockets of some platforms throw what nobody listens to.
    socket.addEventListener('error', () => undefined)
  }

  async send(frame: Uint8Array): Promise<void> {
    if (!this.#isOpen) throw channelClosed('nothing can be sent')
    if (frame.length > this.maxFrameBytes) throw frameTooLarge(this.maxFrameBytes, frame.length)
    this.#socket.send(frame as Uint8Array<ArrayBuffer>)
    if (this.#socket.bufferedAmount <= this.#windowBytes) return
    this.#whenSent ??= this.#untilSent()
    await this.#whenSent
  }

  listen(listener: ChannelListener): void {
    this.#inbox.listen(listener)
  }

  close(): void {
    this.#leave(NORMAL)
    this.#inbox.drop()
  }

  #receive(data: unknown): void {
    if (!this.#isOpen) return
    if (!(data instanceof ArrayBuffer)) this.#fail(invalidFrame('message', 'a binary message', typeof data))
    else if (data.byteLength > this.maxFrameBytes) this.#fail(frameTooLarge(this.maxFrameBytes, data.byteLength))
    else this.#inbox.put(new Uint8Array(data))
  }

  #fail(error: RakkoError): void {
    this.#leave(FAILED)
    this.#inbox.end(error)
  }

  #lose({ code = NO_CODE, reason = '' }: SocketEvent): void {
    this.#isOpen = false
    const isInOrder = code === NORMAL || code === NO_CODE
    this.#inbox.end(
      isInOrder ? undefined : channelClosed('the connection is lost', { code, reason: reason.slice(0, 256) }),
    )
  }

  /** The socket sends what it has before it closes. */
  #leave(code: number): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#socket.close(code)
  }

  async #untilSent(): Promise<void> {
    while (this.#isOpen && this.#socket.bufferedAmount > this.#windowBytes) {
      await new Promise<void>((resolve) => this.#timers.after(LOOK_MS, resolve))
    }
    this.#whenSent = undefined
    if (!this.#isOpen) throw channelClosed('before it was sent')
  }
}
