import type { PublicKey } from '@rakko/core'
import { decodeFrame, type EndFrame, encodeFrame, type Frame, type HelloFrame, MAX_FRAME_BYTES } from '@rakko/sync'
import { WebSocket } from 'ws'

/** A peer that says whatever a test wants. */
export class RawPeer {
  readonly socket: WebSocket
  /** What the hub said last, if it did: resolves once the socket is closed. */
  readonly end: Promise<EndFrame | undefined>
  readonly greeted: Promise<HelloFrame>

  private constructor(socket: WebSocket) {
    this.socket = socket
    let end: EndFrame | undefined
    let greet: (hello: HelloFrame) => void
    this.greeted = new Promise((resolve) => {
      greet = resolve
    })
    socket.on('message', (data: Buffer) => {
      const frame = decodeFrame(new Uint8Array(data))
      if (frame.type === 'end') end = frame
      if (frame.type === 'hello') greet(frame)
    })
    socket.on('error', () => undefined)
    this.end = new Promise((resolve) => socket.once('close', () => resolve(end)))
  }

  static async open(address: string, headers: Readonly<Record<string, string>> = {}): Promise<RawPeer> {
    const socket = new WebSocket(address, ['rakko.sync.1'], { headers, perMessageDeflate: false })
    const peer = new RawPeer(socket)
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return peer
  }

  send(...frames: readonly (Frame | Uint8Array | string)[]): void {
    for (const frame of frames) {
      this.socket.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : encodeFrame(frame))
    }
  }

  close(): Promise<unknown> {
    this.socket.terminate()
    return this.end
  }
}

export function hello(more: Partial<HelloFrame> = {}): HelloFrame {
  return {
    type: 'hello',
    version: 1,
    databaseId: 'ab'.repeat(16),
    publicKey: 'cd'.repeat(32) as PublicKey,
    nonce: new Uint8Array(32).fill(7),
    latest: { number: 0 },
    asksProof: false,
    capabilities: [],
    maxFrameBytes: MAX_FRAME_BYTES,
    creditBytes: MAX_FRAME_BYTES,
    ...more,
  }
}
