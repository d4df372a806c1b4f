import type { Socket } from 'node:net'
import { deserialize, serialize } from 'node:v8'

/** More than any message takes: what claims to be larger is none. */
const MAX_BYTES = 256 * 1024 * 1024
const HEAD_BYTES = 4

/**
 * Plain data over a socket: four bytes that say how many follow, then V8's serialization. For processes of one user, who
 * could as well write to the database's files.
 */
export class ValueSocket {
  readonly #socket: Socket
  #chunks: Buffer[] = []
  #bytes = 0

  /** `onValue` gets each value that arrives. `onEnd` is called once, when the socket is gone. */
  constructor(socket: Socket, onValue: (value: unknown) => void, onEnd: () => void) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#read(chunk, onValue))
    // What went wrong changes nothing: the other end is gone.
    socket.on('error', () => undefined)
    socket.once('close', onEnd)
  }

  /** Throws what cannot be serialized. */
  send(value: unknown): void {
    const body = serialize(value)
    const head = Buffer.alloc(HEAD_BYTES)
    head.writeUInt32LE(body.length)
    this.#socket.write(head)
    this.#socket.write(body)
  }

  /** What was sent arrives before. */
  end(): void {
    this.#socket.end(() => this.#socket.destroy())
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer, onValue: (value: unknown) => void): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    for (;;) {
      if (this.#bytes < HEAD_BYTES) return
      const length = this.#peek(HEAD_BYTES).readUInt32LE()
      if (length > MAX_BYTES) this.#socket.destroy()
      if (length > MAX_BYTES || this.#bytes < HEAD_BYTES + length) return
      const all = this.#peek(this.#bytes)
      const rest = all.subarray(HEAD_BYTES + length)
      this.#chunks = [rest]
      this.#bytes = rest.length
      try {
        onValue(deserialize(all.subarray(HEAD_BYTES, HEAD_BYTES + length)))
      } catch {
        this.#socket.destroy()
        return
      }
    }
  }

  /** The first bytes, in one piece. */
  #peek(bytes: number): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && first.length >= bytes) return first
    const all = Buffer.concat(this.#chunks)
    this.#chunks = [all]
    return all
  }
}
