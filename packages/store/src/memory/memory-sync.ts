import {
  type DocumentId,
  type Hash,
  type PublicKey,
  parseSchemaIdParts,
  RakkoError,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  type SchemaId,
} from '@rakko/core'
import { isPayloadLess } from '../decide/received-item.js'
import type { Listeners } from '../listeners.js'
import type { Document } from '../store.js'
import { type Bounds, bounded, isEverything, isInRange } from '../sync/bounds.js'
import type { UncheckedSync } from '../sync/checked-sync.js'
import { comparedId, turnedId } from '../sync/compared-id.js'
import { definitionTips, fieldTips } from '../sync/definition-tips.js'
import { fingerprintOf, numberOfId } from '../sync/id-fingerprint.js'
import { scopeHash } from '../sync/scope-hash.js'
import {
  type ArrivalMark,
  type ArrivedEntry,
  type DecidedId,
  type EntriesAfter,
  type Gone,
  type IdRange,
  type LogEntry,
  type LogHeight,
  type LogName,
  type LogPart,
  MAX_MET_PEERS,
  MAX_RESUME_POINTS,
  MAX_SCANNED,
  type MetPeer,
  type RangeFingerprint,
  type SyncScope,
} from '../sync-source.js'
import type { KeptPoint, MemoryData } from './memory-data.js'
import { logEntries, logHeights, storedBytes } from './memory-logs.js'
import { isInScope, schemaOf } from './memory-scope.js'
import { viewAt } from './memory-views.js'

export interface MemorySyncOptions {
  readonly data: MemoryData
  /** Runs a call of the store after those before it. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** Told when decisions were taken back. */
  readonly gone: Listeners<Gone>
}

/** What replication asks the store in memory for. */
export class MemorySync implements UncheckedSync {
  readonly #data: MemoryData
  readonly #inTurn: MemorySyncOptions['inTurn']
  readonly #gone: MemorySyncOptions['gone']

  constructor({ data, inTurn, gone }: MemorySyncOptions) {
    this.#data = data
    this.#inTurn = inTurn
    this.#gone = gone
  }

  latestArrival(): Promise<ArrivalMark> {
    return this.#inTurn(async () => latestArrival(this.#data))
  }

  arrivalAt(number: number): Promise<ArrivalMark | undefined> {
    return this.#inTurn(async () => this.#data.arrivalAt(number))
  }

  entriesAfter(number: number, scope: SyncScope, bounds: Bounds): Promise<EntriesAfter> {
    return this.#inTurn(async () => entriesAfter(this.#data, number, scope, bounds))
  }

  arrivalNumbers(ids: readonly Hash[]): Promise<(number | undefined)[]> {
    return this.#inTurn(async () => ids.map((id) => arrivalNumber(this.#data, id)))
  }

  entriesAt(numbers: readonly number[], bounds: Bounds): Promise<ArrivedEntry[]> {
    return this.#inTurn(async () => entriesAt(this.#data, numbers, bounds))
  }

  unknownIds(ids: readonly Hash[], purgedToo: boolean): Promise<Hash[]> {
    return this.#inTurn(async () => unknownIds(this.#data, ids, purgedToo))
  }

  logHeights(scope: SyncScope, after: LogName | undefined, items: number): Promise<LogHeight[]> {
    return this.#inTurn(async () => logHeights(this.#data, scope, after, items))
  }

  logEntries(logs: readonly LogPart[], after: LogEntry | undefined, items: number): Promise<LogEntry[]> {
    return this.#inTurn(async () => logEntries(this.#data, logs, after, items))
  }

  storedBytes(authors: readonly PublicKey[]): Promise<number[]> {
    return this.#inTurn(async () => storedBytes(this.#data, authors))
  }

  fingerprints(ranges: readonly IdRange[], scope: SyncScope): Promise<RangeFingerprint[]> {
    return this.#inTurn(async () => ranges.map((range) => rangeFingerprint(this.#data, range, scope)))
  }

  decidedIds(range: IdRange, scope: SyncScope, items: number): Promise<DecidedId[]> {
    return this.#inTurn(async () => decidedIds(this.#data, range, scope, items))
  }

  definitionEntries(schemaId: SchemaId, number: number, bounds: Bounds): Promise<ArrivedEntry[]> {
    return this.#inTurn(async () => definitionEntries(this.#data, schemaId, number, bounds))
  }

  resumePoint(databaseId: string, scope: SyncScope): Promise<ArrivalMark | undefined> {
    return this.#inTurn(async () => this.#data.resumePoints.get(databaseId + scopeHash(scope))?.arrival)
  }

  keepResumePoint(
    databaseId: string,
    arrival: ArrivalMark,
    scope: SyncScope,
    address: string | undefined,
  ): Promise<void> {
    const key = databaseId + scopeHash(scope)
    return this.#inTurn(async () => keepPoint(this.#data.resumePoints, key, { databaseId, arrival, address }))
  }

  onGone(listener: (gone: Gone) => void): () => void {
    return this.#gone.add(listener)
  }

  metPeers(): Promise<MetPeer[]> {
    return this.#inTurn(async () => [...this.#data.metPeers.values()].sort((a, b) => b.metAt - a.metAt))
  }

  keepMetPeer(peer: MetPeer): Promise<void> {
    return this.#inTurn(async () => keepLast(this.#data.metPeers, peer.address, peer, MAX_MET_PEERS))
  }
}

function latestArrival(data: MemoryData): ArrivalMark {
  return data.arrivalAt(data.arrived.length) ?? { number: 0 }
}

function entriesAfter(data: MemoryData, number: number, scope: SyncScope, bounds: Bounds): EntriesAfter {
  const latest = latestArrival(data)
  const isAll = isEverything(scope)
  const last = isAll ? latest.number : Math.min(number + MAX_SCANNED, latest.number)
  const scanned = data.arrived.slice(number, isAll ? number + bounds.items + 1 : last)
  const found = scanned.filter((one) => isInScope(data, one, scope))
  const entries = bounded(found, bounds)
  const isCut = entries.length < found.length || entries.length === bounds.items
  const at = (isCut ? entries.at(-1)?.number : undefined) ?? last
  return { entries, upTo: data.arrivalAt(at) ?? latest, latest: latest.number }
}

function entriesAt({ arrived }: MemoryData, numbers: readonly number[], bounds: Bounds): ArrivedEntry[] {
  const found = [...new Set(numbers)].sort((a, b) => a - b).flatMap((number) => arrived[number - 1] ?? [])
  return bounded(found, bounds)
}

function arrivalNumber({ numbers, arrived }: MemoryData, id: Hash): number | undefined {
  const number = numbers.get(turnedId(id))
  const isTurned = number !== undefined && arrived[number - 1]?.compared === 'turned'
  return numbers.get(id) ?? (isTurned ? number : undefined)
}

function unknownIds(data: MemoryData, ids: readonly Hash[], purgedToo: boolean): Hash[] {
  return ids.filter((id) => {
    if (purgedToo && data.held(id)?.isPayloadLess) return true
    const parked = data.parked.get(id)
    return !data.numbers.has(id) && (parked === undefined || isPayloadLess(parked.item))
  })
}

/** Points with an address and those without one count for themselves. An address has those of one database. */
function keepPoint(points: Map<string, KeptPoint>, key: string, point: KeptPoint): void {
  const { databaseId, address } = point
  points.delete(key)
  points.set(key, point)
  const alike = [...points].filter(([, other]) => (other.address === undefined) === (address === undefined))
  const tooMany = alike.slice(0, Math.max(0, alike.length - MAX_RESUME_POINTS))
  const replaced = alike.filter(([, other]) => address === other.address && databaseId !== other.databaseId)
  for (const [gone] of address === undefined ? tooMany : [...tooMany, ...replaced]) points.delete(gone)
}

/** The oldest go where there are too many. */
function keepLast<Kept>(all: Map<string, Kept>, key: string, kept: Kept, most: number): void {
  all.delete(key)
  all.set(key, kept)
  const [oldest] = all.keys()
  if (oldest !== undefined && all.size > most) all.delete(oldest)
}

function rangeFingerprint(data: MemoryData, range: IdRange, scope: SyncScope): RangeFingerprint {
  const ids = idsIn(data, range, scope)
  const sum = ids.reduce((total, { id }) => total + numberOfId(id), 0n)
  return { count: ids.length, fingerprint: fingerprintOf(sum, ids.length) }
}

function decidedIds(data: MemoryData, range: IdRange, scope: SyncScope, items: number): DecidedId[] {
  return idsIn(data, range, scope)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, items)
}

function definitionEntries(data: MemoryData, schemaId: SchemaId, number: number, bounds: Bounds): ArrivedEntry[] {
  const view = definitionOf(data, schemaId)
  const tips = [...definitionTips(schemaId), ...(view ? fieldTips(view.fields) : [])]
  const found = new Set<Hash>(tips)
  /** The latest of the tips, by document. */
  const last = new Map<DocumentId, number>()
  for (const { id, number: at } of data.arrived) {
    const documentId = found.has(id) ? definitionDocument(data, id) : undefined
    if (documentId !== undefined) last.set(documentId, at)
  }
  const entries = data.arrived.slice(number).filter(({ id, number: at }) => {
    const documentId = data.held(id)?.documentId
    return documentId !== undefined && at <= (last.get(documentId) ?? 0)
  })
  return bounded(entries, bounds)
}

/** The view of its definition that a schema id names, if it can be read. */
function definitionOf(data: MemoryData, id: SchemaId): Document | undefined {
  const parts = parseSchemaIdParts(id)
  const view = parts.kind === 'system' ? undefined : viewAt(data, parts.viewId)
  return view instanceof RakkoError ? undefined : view
}

function definitionDocument(data: MemoryData, id: Hash): DocumentId | undefined {
  const schemaId = schemaOf(data, id)
  const isDefinition = schemaId === SCHEMA_DEFINITION || schemaId === SCHEMA_FIELD_DEFINITION
  return isDefinition ? data.held(id)?.documentId : undefined
}

/** By the ids by which nodes compare. */
function idsIn(data: MemoryData, range: IdRange, scope: SyncScope): DecidedId[] {
  return data.arrived.flatMap((one) => {
    const id = comparedId(one)
    const isThere = id !== undefined && isInRange(id, range) && isInScope(data, one, scope)
    return isThere ? [{ id, decision: one.decision }] : []
  })
}
