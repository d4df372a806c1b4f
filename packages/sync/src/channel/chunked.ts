import { joinBytes, RakkoError } from '@rakko/core'
import { frameTooLarge } from '../frame-too-large.js'
import { invalidFrame } from '../invalid-frame.js'
import type { Channel, ChannelListener } from './channel.js'
import { channelClosed } from './channel-error.js'
import { DEFAULT_MAX_FRAME_BYTES } from './limits.js'

/**
 * A frame as messages of at most `inner.maxFrameBytes`. Each begins with one byte:
 *
 * | byte | says |
 * |---|---|
 * | 0 | more of the frame follows: 1 024 bytes of it at least are in this message |
 * | 1 | the frame ends with this message |
 *
 * A part has its least size so that the parts of one frame are few, whatever a peer sends.
 */
const MORE = 0
const LAST = 1
const HEADER_BYTES = 1
const MIN_PART_BYTES = 1_024

export interface ChunkedOptions {
  readonly maxFrameBytes?: number | undefined
}

/** A channel of large frames over one of small ones; both ends need it. Throws INVALID_ARGUMENT on too small ones. */
export function chunked(inner: Channel, options: ChunkedOptions = {}): Channel {
  const maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES
  const partBytes = inner.maxFrameBytes - HEADER_BYTES
  if (partBytes < MIN_PART_BYTES) {
    throw new RakkoError(
      'INVALID_ARGUMENT',
      `Channel too small: expected frames of ${MIN_PART_BYTES + HEADER_BYTES} bytes`,
      {
        field: 'inner.maxFrameBytes',
        expected: `at least ${MIN_PART_BYTES + HEADER_BYTES}`,
        got: inner.maxFrameBytes,
      },
    )
  }
  /** Frames are sent one after another, however many `send` were called. */
  let sent = Promise.resolve()
  let joining: Joining | undefined
  return {
    maxFrameBytes,
    get receivedBytes() {
      return joining?.receivedBytes
    },
    send(frame) {
      if (frame.length > maxFrameBytes) return Promise.reject(frameTooLarge(maxFrameBytes, frame.length))
      const sending = sent.then(() => sendParts(inner, frame, partBytes))
      sent = sending.catch(() => undefined)
      return sending
    },
    listen(listener) {
      joining = new Joining(listener, maxFrameBytes)
      inner.listen(joining)
    },
    close: () => inner.close(),
  }
}

async function sendParts(inner: Channel, frame: Uint8Array, partBytes: number): Promise<void> {
  let start = 0
  do {
    const end = Math.min(start + partBytes, frame.length)
    const part = new Uint8Array(HEADER_BYTES + end - start)
    part[0] = end === frame.length ? LAST : MORE
    part.set(frame.subarray(start, end), HEADER_BYTES)
    await inner.send(part)
    start = end
  } while (start < frame.length)
}

class Joining implements ChannelListener {
  readonly #listener: ChannelListener
  readonly #maxFrameBytes: number
  #parts: Uint8Array[] = []
  #bytes = 0
  receivedBytes = 0

  constructor(listener: ChannelListener, maxFrameBytes: number) {
    this.#listener = listener
    this.#maxFrameBytes = maxFrameBytes
  }

  /** Throws, which closes the inner channel. */
  frame(message: Uint8Array): Promise<void> | void {
    this.receivedBytes += message.length
    const part = message.subarray(HEADER_BYTES)
    const [header] = message
    if (header !== MORE && header !== LAST) throw invalidFrame('message', 'the header 0 or 1', `${header}`)
    if (header === MORE && part.length < MIN_PART_BYTES) {
      throw invalidFrame('message', `a part of ${MIN_PART_BYTES} bytes`, `${part.length}`)
    }
    if (this.#bytes + part.length > this.#maxFrameBytes) {
      throw frameTooLarge(this.#maxFrameBytes, this.#bytes + part.length)
    }
    this.#parts.push(part)
    this.#bytes += part.length
    if (header === MORE) return
    const frame = joinBytes(this.#parts)
    this.#parts = []
    this.#bytes = 0
    return this.#listener.frame(frame)
  }

  closed(error?: RakkoError): void {
    const isCut = error === undefined && this.#parts.length > 0
    this.#parts = []
    this.#listener.closed(isCut ? channelClosed('in the middle of a frame') : error)
  }
}
