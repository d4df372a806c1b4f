import { bytesToHex, encodeOperation, type Hash, hash, type PublicKey, signEntry } from '@rakko/core'
import { type Channel, decodeFrame, type EntryItem, encodeFrame, type Frame } from '@rakko/sync'
import type { Network } from '../../net/network.js'
import { Random } from '../../time/random.js'
import type { Scheduler } from '../../time/scheduler.js'
import { signerOf } from '../keys.js'
import type { WorldSchemas } from '../schemas.js'

export interface SpammerOptions {
  readonly seed: number
  readonly number: number
  readonly network: Network
  readonly scheduler: Scheduler
  readonly schemas: WorldSchemas
  /** Numbers of the nodes that it may dial. */
  readonly nodes: number
}

const KEYS = 2
/** Together more than a node stores of one author. */
const DOCUMENTS = 20
const TEXT_BYTES = 60_000
/** Bytes that are no entry, in each session: in a few of them more than a node takes of one peer. */
const LITTER = 3_000
/** What litter begins with: no entry does. */
const LITTER_MARK = 0xff
/** Documents in one frame. */
const DOCUMENTS_A_FRAME = 8
const LITTER_A_FRAME = 1_000

export function isLitter({ entry }: EntryItem): boolean {
  return entry[0] === LITTER_MARK
}

/**
 * A peer that keeps the rules of a session and gives far too much: whole documents of few keys, and bytes that are no
 * entries. Each session has another database id.
 */
export class Spammer {
  readonly keys: readonly PublicKey[]
  /** The entries that nodes may take, each up to its quota. */
  readonly ids: ReadonlySet<Hash>
  readonly #options: SpammerOptions
  readonly #random: Random
  readonly #victim: number
  readonly #documents = new Map<Hash, EntryItem>()
  #isOver = false

  constructor(options: SpammerOptions) {
    this.#options = options
    this.#random = Random.of(options.seed, 11, options.number)
    this.#victim = this.#random.integer(options.nodes)
    const signers = Array.from({ length: KEYS }, (_, key) => signerOf(options.seed, 7, key))
    this.keys = signers.map(({ publicKey }) => publicKey)
    for (let logId = 0n; logId < DOCUMENTS; logId += 1n) {
      for (const signer of signers) {
        const operation = this.#document()
        const entry = signEntry({ logId, seqNum: 1n }, operation, signer)
        this.#documents.set(hash(entry), { entry, operation })
      }
    }
    this.ids = new Set(this.#documents.keys())
  }

  start(): void {
    this.#dial()
  }

  /** It gives up. */
  end(): void {
    this.#isOver = true
    this.#options.network.cutPeer(this.#options.number)
  }

  #document(): Uint8Array {
    const [note] = this.#options.schemas.ids
    if (note === undefined) throw new Error('a world has schemas')
    const fields = new Map([
      ['likes', { type: 'int', value: BigInt(this.#random.integer(100)) } as const],
      ['text', { type: 'str', value: `${this.#random.integer(10)}`.repeat(TEXT_BYTES) } as const],
    ])
    return encodeOperation({ action: 'create', schemaId: note, fields })
  }

  #dial(): void {
    if (this.#isOver) return
    const { network, number, nodes, scheduler } = this.#options
    const node = this.#random.chance(0.7) ? this.#victim : this.#random.integer(nodes)
    network.dial(number, node).channel.then(
      (channel) => (this.#isOver ? channel.close() : this.#speak(channel)),
      () => undefined,
    )
    scheduler.after(this.#random.between(5_000, 20_000), () => this.#dial())
  }

  #speak(channel: Channel): void {
    const litter = Array.from({ length: LITTER }, () => {
      const entry = Uint8Array.of(LITTER_MARK, ...this.#random.bytes(8))
      return [hash(entry), { entry }] as const
    })
    const offered = new Map<Hash, EntryItem>([...this.#documents, ...litter])
    channel.listen({ frame: (bytes) => this.#hear(bytes, channel, offered), closed: () => undefined })
    this.#say(channel, {
      type: 'hello',
      version: 1,
      databaseId: bytesToHex(this.#random.bytes(16)),
      publicKey: bytesToHex(this.#random.bytes(32)) as PublicKey,
      nonce: this.#random.bytes(32),
      latest: { number: 0 },
      asksProof: false,
      capabilities: ['live', 'ranges'],
      maxFrameBytes: 2 * 1024 * 1024,
      creditBytes: 100_000,
    })
  }

  #hear(bytes: Uint8Array, channel: Channel, offered: ReadonlyMap<Hash, EntryItem>): void {
    let frame: Frame
    try {
      frame = decodeFrame(bytes)
    } catch {
      return
    }
    if (frame.type === 'ping') this.#say(channel, { type: 'pong', number: frame.number })
    if (frame.type === 'pull') {
      const { pull, mode } = frame
      const all = mode === 'ids' ? [[...offered.keys()]] : framesOf([...offered.values()])
      for (const items of all) {
        const [last = ''] = offered.keys()
        this.#say(channel, {
          type: 'arrivals',
          pull,
          upTo: { number: 1, id: last as Hash },
          latest: 1,
          first: 0,
          items,
        })
      }
    }
    if (frame.type === 'fetch') {
      const { fetch, ids } = frame
      const [items = [], ...more] = framesOf(ids.flatMap((id) => offered.get(id) ?? []))
      this.#say(channel, { type: 'fetched', fetch, isLast: more.length === 0, items })
    }
  }

  #say(channel: Channel, frame: Frame): void {
    channel.send(encodeFrame(frame)).catch(() => undefined)
  }
}

/** As many in each as fit. */
function framesOf(items: readonly EntryItem[]): EntryItem[][] {
  const frames: EntryItem[][] = []
  const [litter, documents] = [items.filter(isLitter), items.filter((item) => !isLitter(item))]
  for (const [part, most] of [
    [documents, DOCUMENTS_A_FRAME],
    [litter, LITTER_A_FRAME],
  ] as const) {
    for (let start = 0; start < part.length; start += most) frames.push(part.slice(start, start + most))
  }
  return frames
}
