import { bytesToHex, type PublicKey, RakkoError } from '@rakko/core'
import { MemoryData, MemoryStore } from '@rakko/store/memory'
import {
  alone,
  type HeadsCode,
  headsCode,
  type MemoryChannelOptions,
  memoryChannels,
  type Replica,
  type SessionOptions,
  type SessionResult,
  type SessionStatus,
  SyncSession,
} from '@rakko/sync'
import { signer } from '../../../store/test/support/author.js'
import { nativeVerifier } from '../../src/nodejs/native-key.js'
import type { NodeSyncOptions } from '../../src/sync/node-sync.js'
import { StoreLogs } from '../../src/sync/store-logs.js'
import { StoreReplica } from '../../src/sync/store-replica.js'

/** Tells how far a peer's arrivals were taken. */
class WatchedReplica extends StoreReplica {
  #taken = 0
  readonly #waiting = new Set<() => void>()

  override async keepResumePoint(...kept: Parameters<StoreReplica['keepResumePoint']>): Promise<void> {
    await super.keepResumePoint(...kept)
    this.#taken = Math.max(
      this.#taken,
      ...kept.map((one) => (typeof one === 'object' && 'number' in one ? one.number : 0)),
    )
    for (const wake of this.#waiting) wake()
  }

  /** Resolves once all up to this arrival number of the peer was taken. */
  async taken(number: number): Promise<void> {
    while (this.#taken < number) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake)
          resolve()
        }
        this.#waiting.add(wake)
      })
    }
  }
}

/** What of a node two sessions need, and what they told. */
export interface MeetingNode {
  readonly replica: Replica
  readonly heads: HeadsCode
  readonly publicKey: PublicKey
  readonly statuses: SessionStatus[]
}

/** A replica in memory, and what its sessions told. */
export class TestNode implements MeetingNode {
  readonly store: MemoryStore
  readonly replica: WatchedReplica
  readonly logs: StoreLogs
  readonly heads: HeadsCode
  readonly statuses: SessionStatus[] = []
  readonly publicKey: PublicKey

  constructor(number: number, data = new MemoryData(bytesToHex(new Uint8Array(16).fill(number)))) {
    this.store = new MemoryStore({ data, verifier: nativeVerifier(), now: () => 0 })
    this.replica = new WatchedReplica({ store: this.store, ingest: (items) => this.store.ingest(items) })
    this.logs = new StoreLogs(this.store.sync)
    this.heads = headsCode(this.logs)
    this.publicKey = bytesToHex(new Uint8Array(32).fill(number)) as PublicKey
  }
}

export interface Meeting {
  /** Resolves once both are live, or one has ended. */
  readonly settled: Promise<void>
  readonly results: readonly [Promise<SessionResult>, Promise<SessionResult>]
  /** Bytes of frames that went each way. */
  readonly bytes: readonly [number, number]
  readonly frames: readonly [number, number]
  cut(): void
  close(): Promise<void>
}

type Options = Partial<
  Pick<
    SessionOptions,
    | 'replica'
    | 'scope'
    | 'share'
    | 'heads'
    | 'withoutRanges'
    | 'checkProof'
    | 'admit'
    | 'identity'
    | 'timers'
    | 'onRefused'
  >
>

/** Two nodes speak over a channel in memory. */
export function meet(
  one: MeetingNode,
  other: MeetingNode,
  options: readonly [Options?, Options?] = [],
  channel: MemoryChannelOptions = {},
): Meeting {
  const bytes: [number, number] = [0, 0]
  const frames: [number, number] = [0, 0]
  const { ends, cut } = memoryChannels({
    ...channel,
    schedule(delivery, deliver) {
      if (delivery.bytes > 0) {
        bytes[delivery.to] += delivery.bytes
        frames[delivery.to] += 1
      }
      if (channel.schedule) channel.schedule(delivery, deliver)
      else queueMicrotask(deliver)
    },
  })
  const states: (SessionStatus['state'] | undefined)[] = []
  let settle: () => void = () => undefined
  const settled = new Promise<void>((resolve) => {
    settle = resolve
  })
  const sessions = [one, other].map((node, index) => {
    return new SyncSession({
      share: alone(),
      heads: node.heads,
      channel: ends[index as 0 | 1],
      replica: node.replica,
      identity: { publicKey: node.publicKey },
      random: (length) => new Uint8Array(length).fill(index + 1),
      timers: realTimers,
      ...options[index],
      onStatus(status) {
        node.statuses.push(status)
        states[index] = status.state
        if (states.includes('ended') || (states[0] === 'live' && states[1] === 'live')) settle()
      },
    })
  }) as [SyncSession, SyncSession]
  const results = [sessions[0].run(), sessions[1].run()] as const
  return {
    settled,
    results,
    bytes,
    frames,
    cut,
    async close() {
      sessions[0].close()
      await Promise.all(results)
    },
  }
}

/** Of a node that can do no more than one in a browser. */
export function syncOptionsOf({ store }: TestNode): NodeSyncOptions {
  return {
    store,
    ingest: (items) => store.ingest(items),
    signer: () => signer(new Uint8Array(32).fill(1)),
    platform: {
      dial: () => {
        throw new RakkoError('CHANNEL_CLOSED', 'Nobody is dialled')
      },
    },
    timers: { setTimeout: (work, ms) => setTimeout(work, ms), clearTimeout: (timer) => clearTimeout(timer as number) },
    now: () => 0,
    random: (length) => new Uint8Array(length).fill(1),
    onEvent: () => undefined,
  }
}

/** Nothing becomes due: what happens does not wait for it. */
export const stoppedTimers = { after: () => () => undefined }

export const realTimers = {
  after(ms: number, work: () => void): () => void {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  },
}
