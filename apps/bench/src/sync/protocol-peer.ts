import { randomBytes } from 'node:crypto'
import { bytesToHex, type PublicKey } from '@rakko/core'
import { type Channel, decodeFrame, encodeFrame, type Frame, MAX_FRAME_BYTES } from '@rakko/sync'
import { dialWebSocket } from '@rakko/sync/nodejs'

/** A peer that is no node: it speaks the protocol with a hub, and has nothing when it greets. */
export class ProtocolPeer {
  readonly #channel: Channel

  private constructor(channel: Channel) {
    this.#channel = channel
  }

  /** Dials and greets. Pings are answered; `onFrame` is told of all other frames, `onClosed` of the channel's end. */
  static async dial(
    address: string,
    onFrame: (frame: Frame, peer: ProtocolPeer) => void,
    onClosed: () => void,
  ): Promise<ProtocolPeer> {
    const channel = await dialWebSocket(address).channel
    const peer = new ProtocolPeer(channel)
    channel.listen({
      frame(bytes) {
        const frame = decodeFrame(bytes)
        if (frame.type === 'ping') peer.send({ type: 'pong', number: frame.number })
        else onFrame(frame, peer)
      },
      closed: onClosed,
    })
    peer.send({
      type: 'hello',
      version: 1,
      databaseId: bytesToHex(new Uint8Array(randomBytes(16))),
      publicKey: bytesToHex(new Uint8Array(randomBytes(32))) as PublicKey,
      nonce: new Uint8Array(randomBytes(32)),
      latest: { number: 0 },
      asksProof: false,
      capabilities: [],
      maxFrameBytes: MAX_FRAME_BYTES,
      creditBytes: 4 * 1024 * 1024,
    })
    return peer
  }

  /** A frame that cannot be sent any more is dropped: `onClosed` tells of that. */
  send(frame: Frame): void {
    void this.#channel.send(encodeFrame(frame)).catch(() => undefined)
  }

  close(): void {
    this.#channel.close()
  }
}
