import { bytesToHex, hexToBytes, type SyncVerifier } from '@rakko/core'
import { LEAST_QUOTAS, quotasOf, StoreLogs, StoreReplica } from '@rakko/node'
import type { DocumentStore, IngestItem, IngestOutcome } from '@rakko/store'
import { headsCode, type MetPeer, Peers, type Replica, type Scope } from '@rakko/sync'
import type { Network } from '../net/network.js'
import type { Place } from '../store/place.js'
import { type Calls, SlowStore } from '../store/slow-store.js'
import { Random } from '../time/random.js'
import type { Scheduler } from '../time/scheduler.js'
import type { Trace } from '../time/trace.js'
import { type BrokenRule, breakRule } from './broken-rules.js'
import { isLitter } from './hostile/spammer.js'
import { signerOf } from './keys.js'
import type { WorldSchemas } from './schemas.js'

export interface SimNodeOptions {
  readonly seed: number
  readonly number: number
  readonly place: Place
  readonly network: Network
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly verifier: SyncVerifier
  readonly calls: Calls
  readonly schemas: WorldSchemas
  /** Numbers of the peers that it dials. */
  readonly dials: readonly number[]
  /** Whether its app ships the schemas; else it learns them from others. */
  readonly isShipped: boolean
  readonly scope: Scope | undefined
  readonly mode: 'entries' | 'ids'
  readonly withoutRanges: boolean
  readonly withoutHeads: boolean
  readonly asksProof: boolean
  /** It takes of peers and authors as little as a quota can say. */
  readonly hasQuotas: boolean
  readonly diskMs: number
  /** A session has ended since one side says that the other breaks the protocol. */
  readonly onBreach: (text: string) => void
  readonly breaks: BrokenRule | undefined
  /** Makes a hostile node out of an honest one. */
  readonly disguise?: ((replica: Replica) => Replica) | undefined
}

/** Ends that tell of a peer that breaks the protocol. */
const BREACHES = new Set<unknown>(['bad-frame', 'frame-too-large', 'too-much'])

/** How long after it was kept a resume point is true, where that rule is broken. */
const BROKEN_MS = 5_000

/** What a process has: all of it is gone with the process. */
interface Process {
  readonly store: SlowStore
  readonly inner: DocumentStore
  readonly peers: Peers
  isAlive: boolean
}

/** What a peer may give in an hour, and is stored of an author. */
const QUOTAS = { peerEntries: LEAST_QUOTAS.peerEntries, authorBytes: LEAST_QUOTAS.authorBytes } as const

/** A node of the world: its data stay in their place, its processes come and go. */
export class SimNode {
  readonly #options: SimNodeOptions
  /** Who was met last, by address. */
  readonly #met = new Map<string, MetPeer>()
  #process: Process | undefined
  #starts = 0
  /** What has come to the process that runs, and is no entry at all; and the most that has come to one. */
  #litter = 0
  mostLitter = 0

  constructor(options: SimNodeOptions) {
    this.#options = options
  }

  get number(): number {
    return this.#options.number
  }

  /** It pulls the schemas of the world instead of everything. */
  get isScoped(): boolean {
    return this.#options.scope !== undefined
  }

  get place(): Place {
    return this.#options.place
  }

  /** Undefined while no process runs. */
  get store(): SlowStore | undefined {
    return this.#process?.store
  }

  /** The same without the time that a disk takes, to look at. */
  get inner(): DocumentStore | undefined {
    return this.#process?.inner
  }

  /** How it stands with its peers, for people. */
  get links(): string {
    const statuses = this.#process?.peers.statuses ?? []
    return statuses.map(({ address = 'guest', link }) => `${address}: ${link.state}`).join(', ')
  }

  async start(): Promise<void> {
    if (this.#process !== undefined) return
    this.#starts += 1
    this.#litter = 0
    const { seed, number, place, scheduler, network, calls, trace, schemas, isShipped, dials, diskMs } = this.#options
    const random = Random.of(seed, 2, number, this.#starts)
    const inner = await calls.count(() => place.open())
    const store = new SlowStore({ store: inner, place, scheduler, random, mostMs: diskMs, calls })
    const process: Process = {
      store,
      inner,
      isAlive: true,
      peers: this.#peersOf(store, inner, random, () => process.isAlive),
    }
    this.#process = process
    trace.note(`n${number} starts as ${inner.databaseId.slice(0, 6)}`)
    network.listen(number, (channel, from) => {
      process.peers.accept(channel, { caller: addressOf(from) }).then(({ code, text }) => this.#ended(code, text))
    })
    if (isShipped) store.ingest(schemas.lock).catch(() => undefined)
    for (const peer of dials) process.peers.add(addressOf(peer))
  }

  /** Closes in order. What is under way may still become durable. */
  async stop(): Promise<void> {
    const process = this.#process
    if (process === undefined) return
    this.#options.trace.note(`n${this.number} stops`)
    this.#options.network.listen(this.number, undefined)
    this.#process = undefined
    await process.peers.close()
    this.#end(process)
  }

  /** The process is gone from one moment to the next, and with it what was not durable. */
  crash(): void {
    const process = this.#process
    if (process === undefined) return
    this.#options.trace.note(`n${this.number} crashes`)
    this.#process = undefined
    this.#end(process)
  }

  failDisk(isFailing: boolean): void {
    if (this.#process === undefined) return
    this.#options.trace.note(`n${this.number} has a disk that ${isFailing ? 'fails' : 'works again'}`)
    this.#process.store.isFailing = isFailing
  }

  /** Its author has written. */
  wrote(): void {
    this.#process?.peers.wrote()
  }

  poke(): void {
    this.#process?.peers.poke()
  }

  #ended(code: unknown, text: string): void {
    if (BREACHES.has(code)) this.#options.onBreach(`a session of n${this.number} ended as ${code}: ${text}`)
  }

  #end(process: Process): void {
    process.isAlive = false
    process.store.kill()
    this.#options.network.listen(this.number, undefined)
    this.#options.network.cutPeer(this.number)
  }

  #peersOf(store: SlowStore, inner: DocumentStore, random: Random, isAlive: () => boolean): Peers {
    const { number, network, scheduler, scope, withoutRanges, withoutHeads, asksProof, verifier, trace, disguise } =
      this.#options
    const { breaks, hasQuotas } = this.#options
    const ingest = (items: readonly IngestItem[]): Promise<IngestOutcome[]> => {
      this.#litter += items.filter(isLitter).length
      this.mostLitter = Math.max(this.mostLitter, this.#litter)
      return store.ingest(items)
    }
    const { sync } = store
    const now = (): number => scheduler.now
    const quotas =
      hasQuotas && breaks !== 'quota' ? quotasOf(QUOTAS, { sync, ingest, now, onReached: () => undefined }) : undefined
    const replica = new StoreReplica({ store, ingest: quotas?.ingest ?? ingest })
    const later = (work: () => void) => void scheduler.after(BROKEN_MS, () => void (isAlive() && work()))
    if (breaks !== undefined) breakRule(breaks, { replica, store: inner, later })
    const { publicKey, sign } = signerOf(1, number)
    return new Peers({
      replica: disguise?.(replica) ?? replica,
      identity: { publicKey, sign: async (message) => sign(message) },
      dial: (address) => network.dial(number, numberOf(address)),
      random: (length) => random.bytes(length),
      draw: () => random.number(),
      now,
      meterOf: quotas?.meterOf,
      timers: { after: (ms, work) => scheduler.after(ms, () => (isAlive() ? work() : undefined)) },
      scope,
      withoutRanges,
      heads: withoutHeads ? undefined : headsCode(new StoreLogs(store.sync)),
      ...(asksProof && {
        checkProof: async ({ publicKey: key, message, signature, address }) => {
          const isOwn = address === addressOf(number) || address === ''
          return isOwn && verifier.verify(hexToBytes(key), message, signature) === true
        },
      }),
      memory: {
        find: async (address) => this.#met.get(address),
        keep: async (address, peer) => void this.#met.set(address, peer),
      },
      onDialled: ({ link }) => {
        if (link.state === 'offline') this.#ended(link.error.details.code, link.error.message)
      },
      onReplaced: ({ databaseId }, address) => trace.note(`n${number} finds ${databaseId.slice(0, 6)} at ${address}`),
      onRestored: ({ databaseId }) => trace.note(`n${number} finds ${databaseId.slice(0, 6)} restored`),
      onRefused: ({ id, error }) => trace.note(`n${number} refuses ${id?.slice(4, 10) ?? 'bytes'}: ${error.code}`),
    })
  }
}

export function addressOf(peer: number): string {
  return `ws://n${peer}/sync`
}

export function numberOf(address: string): number {
  return Number(/^ws:\/\/n(\d+)\//.exec(address)?.[1])
}

export function drawDatabaseId(random: Random): string {
  return bytesToHex(random.bytes(16))
}
