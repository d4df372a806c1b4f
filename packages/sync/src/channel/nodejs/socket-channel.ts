import type { RakkoError } from '@rakko/core'
import type { WebSocket } from 'ws'
import { frameTooLarge } from '../../frame-too-large.js'
import { invalidFrame } from '../../invalid-frame.js'
import type { Channel, ChannelListener } from '../channel.js'
import { channelClosed } from '../channel-error.js'
import { Inbox } from '../inbox.js'
import { costOf, DEFAULT_MAX_FRAME_BYTES, DEFAULT_WINDOW_BYTES } from '../limits.js'
import { Window } from '../window.js'
import type { SocketOptions } from './socket-options.js'

const NORMAL = 1000
const NO_CODE = 1005
/** From 4000 on codes are an application's. */
const FAILED = 4000
/** What `ws` calls a message of more than `maxPayload` bytes. */
const TOO_LARGE = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'

/** Parts that a peer may send a frame in, as messages of a WebSocket: browsers and proxies split large ones. */
const MAX_FRAGMENTS = 1_024
/** Pieces in which the bytes of one part may come over the network: 128 bytes each for the largest frame. */
const MAX_CHUNKS = 16 * 1_024

/** For the goodbye of a peer that may be gone: a process is not kept longer by its socket. */
const CLOSE_TIMEOUT_MS = 3_000

/** What a SocketChannel needs of its socket, of a client or a server. */
export function limitsOf({ maxFrameBytes = DEFAULT_MAX_FRAME_BYTES }: SocketOptions) {
  return {
    maxPayload: maxFrameBytes,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_CHUNKS,
    closeTimeout: CLOSE_TIMEOUT_MS,
    // Ids and signatures do not get smaller, and each peer would cost memory for it.
    perMessageDeflate: false,
    autoPong: false,
  } as const
}

/** A channel over a socket of `ws`, of a client or a server. It reads only as fast as its listener takes. */
export class SocketChannel implements Channel {
  readonly maxFrameBytes: number
  readonly #windowBytes: number
  readonly #socket: WebSocket
  readonly #window: Window
  readonly #inbox: Inbox
  #isOpen = true
  /** What the WebSocket reads, once it is open. */
  stream: { readonly bytesRead?: number | undefined } | undefined

  /** The socket has to be made with `limitsOf(options)`. */
  constructor(socket: WebSocket, options: SocketOptions) {
    this.maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES
    this.#windowBytes = options.windowBytes ?? DEFAULT_WINDOW_BYTES
    this.#socket = socket
    this.#window = new Window(this.#windowBytes)
    this.#inbox = new Inbox({ onTaken: () => this.#readOn(), onFailed: (error) => this.#leave(FAILED, error) })
    socket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary))
    // Not by `ws` itself: it would pile them up for a peer that pings on and on and reads nothing.
    socket.on('ping', (data) => {
      if (socket.bufferedAmount <= this.#windowBytes) socket.pong(data)
    })
    socket.on('close', (code, reason) => this.#lose(code, reason.toString('utf8')))
    socket.on('error', (error: Error & { code?: string }) => {
      if (error.code === TOO_LARGE) this.#fail(frameTooLarge(this.maxFrameBytes, 'more'))
      else this.#fail(channelClosed('the connection failed', { reason: error.message }, error))
    })
  }

  get receivedBytes(): number | undefined {
    return this.stream?.bytesRead
  }

  async send(frame: Uint8Array): Promise<void> {
    if (!this.#isOpen) throw channelClosed('nothing can be sent')
    if (frame.length > this.maxFrameBytes) throw frameTooLarge(this.maxFrameBytes, frame.length)
    const cost = costOf(frame)
    const added = this.#window.add(cost)
    this.#socket.send(frame, (error) => {
      // The peer is closing. What is said of it follows, once all that it has sent before was read.
      if (error) this.#window.end(channelClosed('the peer takes no more', {}, error))
      else this.#window.remove(cost)
    })
    await added
  }

  listen(listener: ChannelListener): void {
    this.#inbox.listen(listener)
  }

  close(): void {
    this.#leave(NORMAL, channelClosed('by this side'))
    this.#inbox.drop()
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (!this.#isOpen) return
    if (!isBinary) {
      this.#fail(invalidFrame('message', 'a binary message', 'text'))
      return
    }
    // As plain bytes: a `slice` of a Buffer is no copy.
    this.#inbox.put(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    if (this.#inbox.keptBytes > this.#windowBytes) this.#socket.pause()
  }

  #readOn(): void {
    if (this.#socket.isPaused && this.#inbox.keptBytes <= this.#windowBytes) this.#socket.resume()
  }

  #fail(error: RakkoError): void {
    this.#leave(FAILED, error)
    this.#inbox.end(error)
  }

  #lose(code: number, reason: string): void {
    this.#isOpen = false
    const isInOrder = code === NORMAL || code === NO_CODE
    this.#window.end(channelClosed(isInOrder ? 'by the peer' : 'the connection is lost', { code, reason }))
    this.#inbox.end(isInOrder ? undefined : channelClosed('the connection is lost', { code, reason }))
  }

  /** What was sent leaves before the close. What comes is passed over, and with it the peer's own close. */
  #leave(code: number, error: RakkoError): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#window.end(error)
    this.#socket.close(code)
    // Only then: it has nothing to read on where it was never open.
    if (this.#socket.isPaused) this.#socket.resume()
  }
}
