import { type Hash, type PublicKey, parseSchemaId, type SchemaId } from '@rakko/core'
import type {
  ArrivalMark,
  ArrivedEntry,
  DecidedId,
  DecidedIdOptions,
  EntriesAfter,
  EntriesAfterOptions,
  Gone,
  IdRange,
  LogEntry,
  LogEntryOptions,
  LogHeight,
  LogHeightOptions,
  LogName,
  LogPart,
  MetPeer,
  RangeFingerprint,
  ReadLimits,
  SyncScope,
  SyncSource,
} from '../sync-source.js'
import {
  type Bounds,
  checkAddress,
  checkAfter,
  checkAfterEntry,
  checkArrival,
  checkAuthors,
  checkDatabaseId,
  checkIds,
  checkItems,
  checkLimits,
  checkMetPeer,
  checkNumber,
  checkNumbers,
  checkParts,
  checkRange,
  checkRanges,
  checkScope,
} from './bounds.js'

/** What a store does for a SyncSource, see there. It trusts its arguments. */
export interface UncheckedSync {
  latestArrival(): Promise<ArrivalMark>
  arrivalAt(number: number): Promise<ArrivalMark | undefined>
  entriesAfter(number: number, scope: SyncScope, bounds: Bounds): Promise<EntriesAfter>
  arrivalNumbers(ids: readonly Hash[]): Promise<(number | undefined)[]>
  entriesAt(numbers: readonly number[], bounds: Bounds): Promise<ArrivedEntry[]>
  unknownIds(ids: readonly Hash[], purgedToo: boolean): Promise<Hash[]>
  logHeights(scope: SyncScope, after: LogName | undefined, items: number): Promise<LogHeight[]>
  logEntries(logs: readonly LogPart[], after: LogEntry | undefined, items: number): Promise<LogEntry[]>
  storedBytes(authors: readonly PublicKey[]): Promise<number[]>
  fingerprints(ranges: readonly IdRange[], scope: SyncScope): Promise<RangeFingerprint[]>
  decidedIds(range: IdRange, scope: SyncScope, items: number): Promise<DecidedId[]>
  definitionEntries(schemaId: SchemaId, number: number, bounds: Bounds): Promise<ArrivedEntry[]>
  resumePoint(databaseId: string, scope: SyncScope): Promise<ArrivalMark | undefined>
  keepResumePoint(
    databaseId: string,
    arrival: ArrivalMark,
    scope: SyncScope,
    address: string | undefined,
  ): Promise<void>
  onGone(listener: (gone: Gone) => void): () => void
  metPeers(): Promise<MetPeer[]>
  keepMetPeer(peer: MetPeer): Promise<void>
}

/** Checks what a call was given, the same for all stores. Methods are async: what is wrong rejects. */
export class CheckedSync implements SyncSource {
  readonly #store: UncheckedSync

  constructor(store: UncheckedSync) {
    this.#store = store
  }

  async latestArrival(): Promise<ArrivalMark> {
    return this.#store.latestArrival()
  }

  async arrivalAt(number: number): Promise<ArrivalMark | undefined> {
    return this.#store.arrivalAt(checkNumber(number))
  }

  async entriesAfter(number: number, options: EntriesAfterOptions = {}): Promise<EntriesAfter> {
    return this.#store.entriesAfter(checkNumber(number), checkScope(options), checkLimits(options))
  }

  async arrivalNumbers(ids: readonly Hash[]): Promise<(number | undefined)[]> {
    return this.#store.arrivalNumbers(checkIds(ids))
  }

  async entriesAt(numbers: readonly number[], limits?: ReadLimits): Promise<ArrivedEntry[]> {
    return this.#store.entriesAt(checkNumbers(numbers), checkLimits(limits))
  }

  async unknownIds(ids: readonly Hash[], purgedToo = false): Promise<Hash[]> {
    return this.#store.unknownIds(checkIds(ids), purgedToo)
  }

  async logHeights({ after, items, ...scope }: LogHeightOptions = {}): Promise<LogHeight[]> {
    return this.#store.logHeights(checkScope(scope), checkAfter(after), checkItems(items))
  }

  async logEntries(logs: readonly LogPart[], { after, items }: LogEntryOptions = {}): Promise<LogEntry[]> {
    return this.#store.logEntries(checkParts(logs), checkAfterEntry(after), checkItems(items))
  }

  async storedBytes(authors: readonly PublicKey[]): Promise<number[]> {
    return this.#store.storedBytes(checkAuthors(authors))
  }

  async fingerprints(ranges: readonly IdRange[], scope: SyncScope = {}): Promise<RangeFingerprint[]> {
    return this.#store.fingerprints(checkRanges(ranges), checkScope(scope))
  }

  async decidedIds(range: IdRange, { items, ...scope }: DecidedIdOptions = {}): Promise<DecidedId[]> {
    return this.#store.decidedIds(checkRange(range), checkScope(scope), checkItems(items))
  }

  async definitionEntries(schemaId: SchemaId, number = 0, limits?: ReadLimits): Promise<ArrivedEntry[]> {
    return this.#store.definitionEntries(parseSchemaId(schemaId), checkNumber(number), checkLimits(limits))
  }

  async resumePoint(databaseId: string, scope: SyncScope = {}): Promise<ArrivalMark | undefined> {
    return this.#store.resumePoint(checkDatabaseId(databaseId), checkScope(scope))
  }

  async keepResumePoint(
    databaseId: string,
    arrival: ArrivalMark,
    scope: SyncScope = {},
    address?: string,
  ): Promise<void> {
    const dialled = address === undefined ? undefined : checkAddress(address)
    return this.#store.keepResumePoint(checkDatabaseId(databaseId), checkArrival(arrival), checkScope(scope), dialled)
  }

  onGone(listener: (gone: Gone) => void): () => void {
    return this.#store.onGone(listener)
  }

  async metPeers(): Promise<MetPeer[]> {
    return this.#store.metPeers()
  }

  async keepMetPeer(peer: MetPeer): Promise<void> {
    return this.#store.keepMetPeer(checkMetPeer(peer))
  }
}
