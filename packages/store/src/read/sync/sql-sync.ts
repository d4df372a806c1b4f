import type { Hash, PublicKey, SchemaId } from '@rakko/core'
import type { Listeners } from '../../listeners.js'
import type { Bounds } from '../../sync/bounds.js'
import type { UncheckedSync } from '../../sync/checked-sync.js'
import type {
  ArrivalMark,
  ArrivedEntry,
  DecidedId,
  EntriesAfter,
  Gone,
  IdRange,
  LogEntry,
  LogHeight,
  LogName,
  LogPart,
  MetPeer,
  RangeFingerprint,
  SyncScope,
} from '../../sync-source.js'
import type { Database } from '../../transaction/database.js'
import {
  readArrivalAt,
  readArrivalNumbers,
  readDefinitionEntries,
  readEntriesAfter,
  readEntriesAt,
  readLatestArrival,
  readUnknownIds,
} from './arrived-entries.js'
import { readDecidedIds, readFingerprints } from './decided-ids.js'
import { readLogEntries, readLogHeights, readStoredBytes } from './log-heights.js'
import { keepMetPeer, readMetPeers } from './met-peers.js'
import { keepResumePoint, readResumePoint } from './resume-points.js'

export interface SqlSyncOptions {
  readonly database: Database
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Told when something was purged, forgotten or taken back. */
  readonly gone: Listeners<Gone>
  /** Runs a call of the store, see `SqlStore`. */
  readonly run: <Result>(work: () => Promise<Result>) => Promise<Result>
}

/** What replication asks a database for. */
export class SqlSync implements UncheckedSync {
  readonly #database: Database
  readonly #now: () => number
  readonly #gone: Listeners<Gone>
  readonly #run: SqlSyncOptions['run']
  /** What has arrived up to here is durable. */
  #durableUpTo = 0

  constructor({ database, now, gone, run }: SqlSyncOptions) {
    this.#database = database
    this.#now = now
    this.#gone = gone
    this.#run = run
  }

  latestArrival(): Promise<ArrivalMark> {
    return this.#run(async () => {
      const latest = await readLatestArrival(this.#database)
      await this.#makeDurable(latest)
      return latest
    })
  }

  arrivalAt(number: number): Promise<ArrivalMark | undefined> {
    return this.#run(async () => {
      const arrived = await readArrivalAt(this.#database, number)
      if (arrived !== undefined) await this.#makeDurable(arrived)
      return arrived
    })
  }

  entriesAfter(number: number, scope: SyncScope, bounds: Bounds): Promise<EntriesAfter> {
    return this.#run(async () => {
      const read = await readEntriesAfter(this.#database, number, scope, bounds)
      await this.#makeDurable(read.upTo)
      return read
    })
  }

  arrivalNumbers(ids: readonly Hash[]): Promise<(number | undefined)[]> {
    return this.#run(() => readArrivalNumbers(this.#database, ids))
  }

  entriesAt(numbers: readonly number[], bounds: Bounds): Promise<ArrivedEntry[]> {
    return this.#run(() => this.#durable(readEntriesAt(this.#database, numbers, bounds)))
  }

  unknownIds(ids: readonly Hash[], purgedToo: boolean): Promise<Hash[]> {
    return this.#run(() => readUnknownIds(this.#database, ids, purgedToo))
  }

  logHeights(scope: SyncScope, after: LogName | undefined, items: number): Promise<LogHeight[]> {
    return this.#run(() => readLogHeights(this.#database, scope, after, items))
  }

  logEntries(logs: readonly LogPart[], after: LogEntry | undefined, items: number): Promise<LogEntry[]> {
    return this.#run(() => readLogEntries(this.#database, logs, after, items))
  }

  storedBytes(authors: readonly PublicKey[]): Promise<number[]> {
    return this.#run(() => readStoredBytes(this.#database, authors))
  }

  fingerprints(ranges: readonly IdRange[], scope: SyncScope): Promise<RangeFingerprint[]> {
    return this.#run(() => readFingerprints(this.#database, ranges, scope))
  }

  decidedIds(range: IdRange, scope: SyncScope, items: number): Promise<DecidedId[]> {
    return this.#run(() => readDecidedIds(this.#database, range, scope, items))
  }

  definitionEntries(schemaId: SchemaId, number: number, bounds: Bounds): Promise<ArrivedEntry[]> {
    return this.#run(() => this.#durable(readDefinitionEntries(this.#database, schemaId, number, bounds)))
  }

  resumePoint(databaseId: string, scope: SyncScope): Promise<ArrivalMark | undefined> {
    return this.#run(() => readResumePoint(this.#database, databaseId, scope))
  }

  keepResumePoint(
    databaseId: string,
    arrival: ArrivalMark,
    scope: SyncScope,
    address: string | undefined,
  ): Promise<void> {
    const kept = { databaseId, arrival, scope, address, at: this.#now() }
    return this.#run(() => keepResumePoint(this.#database, kept))
  }

  onGone(listener: (gone: Gone) => void): () => void {
    return this.#gone.add(listener)
  }

  metPeers(): Promise<MetPeer[]> {
    return this.#run(() => readMetPeers(this.#database))
  }

  keepMetPeer(peer: MetPeer): Promise<void> {
    return this.#run(() => keepMetPeer(this.#database, peer))
  }

  /** Entries, once they are durable. */
  async #durable(reading: Promise<ArrivedEntry[]>): Promise<ArrivedEntry[]> {
    const entries = await reading
    await this.#makeDurable(entries.at(-1) ?? { number: 0 })
    return entries
  }

  /** What leaves the device must not be lost here. */
  async #makeDurable({ number }: { readonly number: number }): Promise<void> {
    if (number <= this.#durableUpTo) return
    await this.#database.flush()
    this.#durableUpTo = Math.max(this.#durableUpTo, number)
  }
}
