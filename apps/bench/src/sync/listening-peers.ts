import type { Item } from '@rakko/sync'
import { ProtocolPeer } from './protocol-peer.js'

/** Peers that pull from the latest arrival on, and take what comes. */
export class ListeningPeers {
  readonly #peers: ProtocolPeer[] = []
  readonly #onItems: (peer: number, items: readonly Item[]) => void
  readonly #onClosed: () => void

  /** `onItems` is told what came in a frame of a peer. `onClosed` is told of an end; `connect` never resolves then. */
  constructor(onItems: (peer: number, items: readonly Item[]) => void, onClosed: () => void) {
    this.#onItems = onItems
    this.#onClosed = onClosed
  }

  /** Resolves once the hub serves each. */
  async connect(address: string, count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await this.#connectOne(address, index)
  }

  close(): void {
    for (const peer of this.#peers) peer.close()
  }

  async #connectOne(address: string, index: number): Promise<void> {
    let frames = 0
    await new Promise<void>((resolve, reject) => {
      ProtocolPeer.dial(
        address,
        (frame, peer) => {
          if (frame.type === 'hello') {
            peer.send({ type: 'pull', pull: 1, mode: 'entries', scope: undefined, after: frame.latest, compare: 0 })
          } else if (frame.type === 'arrivals') {
            frames += 1
            peer.send({ type: 'taken', pull: 1, frames })
            if (frame.items.length > 0) this.#onItems(index, frame.items)
            resolve()
          }
        },
        this.#onClosed,
      ).then((peer) => this.#peers.push(peer), reject)
    })
  }
}
