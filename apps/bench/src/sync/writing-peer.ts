import { randomBytes } from 'node:crypto'
import { encodeOperation, type Hash, hash, hexToBytes, SEED_BYTES, signEntry } from '@rakko/core'
import { nativeSigner } from '@rakko/node/nodejs'
import type { EntryItem, Frame } from '@rakko/sync'
import { type BenchSchemas, venues } from '../bench-schemas.js'
import { ProtocolPeer } from './protocol-peer.js'

/** A pull of the hub that is being served. */
interface Served {
  readonly pull: number
  readonly mode: 'entries' | 'ids'
  /** Up to which arrival each frame went. */
  readonly frames: number[]
}

/** A peer that the hub pulls from: what it pushes is ingested there as anybody's entries are. */
export class WritingPeer {
  readonly #peer: ProtocolPeer
  readonly #items: EntryItem[] = []
  readonly #ids: Hash[] = []
  #served: Served | undefined
  /** By the arrival that has to be decided for it. */
  readonly #waiting = new Map<number, () => void>()

  private constructor(peer: ProtocolPeer) {
    this.#peer = peer
  }

  /** Resolves once the hub pulls from it. `onClosed` is told of the channel's end: a push never resolves then. */
  static connect(address: string, onClosed: () => void): Promise<WritingPeer> {
    return new Promise((resolve, reject) => {
      let writer: WritingPeer | undefined
      ProtocolPeer.dial(
        address,
        (frame, peer) => {
          writer ??= new WritingPeer(peer)
          writer.#hear(frame)
          if (frame.type === 'pull') resolve(writer)
        },
        onClosed,
      ).catch(reject)
    })
  }

  /** Resolves once the hub has decided them. */
  push(items: readonly EntryItem[]): Promise<void> {
    return new Promise((resolve) => {
      const from = this.#items.length
      this.#items.push(...items)
      this.#ids.push(...items.map(({ entry }) => hash(entry)))
      this.#waiting.set(this.#items.length, resolve)
      this.#give(from)
    })
  }

  close(): void {
    this.#peer.close()
  }

  #hear(frame: Frame): void {
    if (frame.type === 'hello') {
      this.#peer.send({ type: 'pull', pull: 1, mode: 'entries', scope: undefined, after: frame.latest, compare: 0 })
    } else if (frame.type === 'pull') {
      this.#served = { pull: frame.pull, mode: frame.mode, frames: [] }
      this.#give(frame.after.number)
    } else if (frame.type === 'fetch') {
      const items = frame.ids.flatMap((id) => this.#items[this.#ids.indexOf(id)] ?? [])
      this.#peer.send({ type: 'fetched', fetch: frame.fetch, isLast: true, items })
    } else if (frame.type === 'taken' && frame.pull === this.#served?.pull) {
      this.#decided(this.#served.frames[frame.frames - 1] ?? 0)
    }
  }

  #decided(upTo: number): void {
    for (const [arrival, resolve] of this.#waiting) {
      if (arrival > upTo) continue
      this.#waiting.delete(arrival)
      resolve()
    }
  }

  #give(from: number): void {
    const { pull, mode, frames } = this.#served ?? {}
    if (pull === undefined) return
    const latest = this.#items.length
    frames?.push(latest)
    const upTo = { number: latest, id: this.#ids[latest - 1] }
    const items = (mode === 'ids' ? this.#ids : this.#items).slice(from)
    this.#peer.send({ type: 'arrivals', pull, upTo, latest, first: 0, items })
  }
}

/** What has to be there before documents are. */
export function definitionsOf(schemas: BenchSchemas): EntryItem[] {
  return schemas.$lock.map(({ entry, operation }) => ({ entry: hexToBytes(entry), operation: hexToBytes(operation) }))
}

/** Signed creates of one author, each in a log of its own. */
export function signedCreates(schemas: BenchSchemas, count: number): EntryItem[] {
  const signer = nativeSigner(new Uint8Array(randomBytes(SEED_BYTES)))
  return venues(count).map(({ name, capacity }, index) => {
    const operation = encodeOperation({
      action: 'create',
      schemaId: schemas.venue.id,
      fields: new Map([
        ['name', { type: 'str', value: name } as const],
        ['capacity', { type: 'int', value: BigInt(capacity) } as const],
      ]),
    })
    return { entry: signEntry({ logId: BigInt(index), seqNum: 1n }, operation, signer), operation }
  })
}
