import { randomBytes } from 'node:crypto'
import { bytesToHex, type PublicKey } from '@rakko/core'
import { type Channel, decodeFrame, encodeFrame, type Frame, MAX_FRAME_BYTES } from '@rakko/sync'
import { dialWebSocket } from '@rakko/sync/nodejs'

/** Peers that are no nodes: each greets, pulls from the latest arrival on, takes what comes, and counts it. */
export class ListeningPeers {
  readonly #channels: Channel[] = []
  readonly #onItems: (peer: number, count: number) => void

  /** `onItems` is told how many entries came in a frame of a peer. */
  constructor(onItems: (peer: number, count: number) => void) {
    this.#onItems = onItems
  }

  async connect(address: string, count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await this.#connectOne(address, index)
  }

  close(): void {
    for (const channel of this.#channels) channel.close()
  }

  async #connectOne(address: string, index: number): Promise<void> {
    const channel = await dialWebSocket(`${address}/sync`).channel
    this.#channels.push(channel)
    const send = (frame: Frame): void => void channel.send(encodeFrame(frame)).catch(() => undefined)
    let frames = 0
    await new Promise<void>((resolve) => {
      channel.listen({
        frame: (bytes) => {
          const frame = decodeFrame(bytes)
          if (frame.type === 'hello') {
            send({ type: 'pull', pull: 1, mode: 'entries', scope: undefined, after: frame.latest, compare: 0 })
          } else if (frame.type === 'arrivals') {
            frames += 1
            send({ type: 'taken', pull: 1, frames })
            if (frame.items.length > 0) this.#onItems(index, frame.items.length)
            resolve()
          } else if (frame.type === 'ping') send({ type: 'pong', number: frame.number })
        },
        closed: () => undefined,
      })
      send({
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
    })
  }
}
