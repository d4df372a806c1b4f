import {
  BLOB_PIECE,
  type DocumentId,
  type Hash,
  SCHEMA_DEFINITION,
  SCHEMA_FIELD_DEFINITION,
  type SchemaId,
} from '@rakko/core'
import { isPayloadLess } from '../decide/received-item.js'
import type { Document } from '../store.js'
import { type Bounds, bounded, isEverything, isInRange } from '../sync/bounds.js'
import { definitionTips, fieldTips } from '../sync/definition-tips.js'
import { fingerprintOf, numberOfId } from '../sync/id-fingerprint.js'
import {
  type ArrivalMark,
  type ArrivedEntry,
  type DecidedId,
  type EntriesAfter,
  type IdRange,
  type LogHeight,
  type LogHeightOptions,
  MAX_MET_PEERS,
  MAX_RESUME_POINTS,
  MAX_SCANNED,
  type MetPeer,
  type RangeFingerprint,
  type SyncScope,
} from '../sync-source.js'
import type { MemoryData } from './memory-data.js'

export function latestArrival({ arrived }: MemoryData): ArrivalMark {
  const latest = arrived.at(-1)
  return latest === undefined ? { number: 0 } : { number: latest.number, id: latest.id }
}

export function entriesAfter(data: MemoryData, number: number, scope: SyncScope, bounds: Bounds): EntriesAfter {
  const latest = latestArrival(data)
  const isAll = isEverything(scope)
  const last = isAll ? latest.number : Math.min(number + MAX_SCANNED, latest.number)
  const scanned = data.arrived.slice(number, isAll ? number + bounds.items + 1 : last)
  const found = scanned.filter((one) => isInScope(data, one, scope))
  const entries = bounded(found, bounds)
  const at = entries.length < found.length || entries.length === bounds.items ? entries.at(-1) : data.arrived[last - 1]
  return { entries, upTo: at === undefined ? latest : { number: at.number, id: at.id }, latest: latest.number }
}

export function entriesAt({ arrived }: MemoryData, numbers: readonly number[], bounds: Bounds): ArrivedEntry[] {
  const found = [...new Set(numbers)].sort((a, b) => a - b).flatMap((number) => arrived[number - 1] ?? [])
  return bounded(found, bounds)
}

export function arrivalNumber({ arrived }: MemoryData, id: Hash): number | undefined {
  return arrived.find((one) => one.id === id)?.number
}

export function unknownIds(data: MemoryData, ids: readonly Hash[]): Hash[] {
  return ids.filter((id) => arrivalNumber(data, id) === undefined && !isParkedWhole(data, id))
}

/** With its payload: without it, a peer may have that. */
function isParkedWhole({ parked }: MemoryData, id: Hash): boolean {
  const waiting = parked.get(id)
  return waiting !== undefined && !isPayloadLess(waiting.item)
}

/** The oldest go where there are too many. */
export function keepResumePoint({ resumePoints }: MemoryData, key: string, arrival: ArrivalMark): void {
  resumePoints.delete(key)
  resumePoints.set(key, arrival)
  const [oldest] = resumePoints.keys()
  if (oldest !== undefined && resumePoints.size > MAX_RESUME_POINTS) resumePoints.delete(oldest)
}

/** As keepResumePoint. */
export function keepMetPeer({ metPeers }: MemoryData, peer: MetPeer): void {
  metPeers.delete(peer.address)
  metPeers.set(peer.address, peer)
  const [oldest] = metPeers.keys()
  if (oldest !== undefined && metPeers.size > MAX_MET_PEERS) metPeers.delete(oldest)
}

export function logHeights(
  data: MemoryData,
  { schemas, author, after }: Omit<LogHeightOptions, 'items'>,
  items: number,
): LogHeight[] {
  const heights = [...data.logs].flatMap(([publicKey, logs]) =>
    [...logs].flatMap(([logId, { seqNum, hash: id, isForked }]) => {
      const schemaId = schemaOf(data, id)
      return schemaId === undefined ? [] : [{ publicKey, logId, seqNum, id, isForked, schemaId }]
    }),
  )
  return heights
    .filter(({ schemaId, publicKey }) => (schemas?.includes(schemaId) ?? true) && (author ?? publicKey) === publicKey)
    .filter((height) => after === undefined || compareLogs(height, after) > 0)
    .sort(compareLogs)
    .slice(0, items)
}

type LogName = NonNullable<LogHeightOptions['after']>

function compareLogs(a: LogName, b: LogName): number {
  if (a.publicKey !== b.publicKey) return a.publicKey < b.publicKey ? -1 : 1
  return a.logId === b.logId ? 0 : a.logId < b.logId ? -1 : 1
}

export function rangeFingerprint(data: MemoryData, range: IdRange, scope: SyncScope): RangeFingerprint {
  const ids = idsIn(data, range, scope)
  const sum = ids.reduce((total, { id }) => total + numberOfId(id), 0n)
  return { count: ids.length, fingerprint: fingerprintOf(sum, ids.length) }
}

export function decidedIds(data: MemoryData, range: IdRange, scope: SyncScope, items: number): DecidedId[] {
  return idsIn(data, range, scope)
    .map(({ id, decision }) => ({ id, decision }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, items)
}

/** `view`: of the definition, if it can be read. */
export function definitionEntries(
  data: MemoryData,
  schemaId: SchemaId,
  view: Document | undefined,
  number: number,
  bounds: Bounds,
): ArrivedEntry[] {
  const tips = [...definitionTips(schemaId), ...(view ? fieldTips(view.fields) : [])]
  const found = new Set<Hash>(tips)
  /** The latest of the tips, by document. */
  const last = new Map<DocumentId, number>()
  for (const { id, number: at } of data.arrived) {
    const documentId = found.has(id) ? definitionOf(data, id) : undefined
    if (documentId !== undefined) last.set(documentId, at)
  }
  const entries = data.arrived.slice(number).filter(({ id, number: at }) => {
    const documentId = data.held(id)?.documentId
    return documentId !== undefined && at <= (last.get(documentId) ?? 0)
  })
  return bounded(entries, bounds)
}

function definitionOf(data: MemoryData, id: Hash): DocumentId | undefined {
  const schemaId = schemaOf(data, id)
  const isDefinition = schemaId === SCHEMA_DEFINITION || schemaId === SCHEMA_FIELD_DEFINITION
  return isDefinition ? data.held(id)?.documentId : undefined
}

function idsIn(data: MemoryData, range: IdRange, scope: SyncScope): ArrivedEntry[] {
  return data.arrived.filter((one) => isInRange(one.id, range) && isInScope(data, one, scope))
}

function isInScope(data: MemoryData, { id }: ArrivedEntry, scope: SyncScope): boolean {
  if (isEverything(scope)) return true
  const held = data.held(id)
  const schemaId = schemaOf(data, id)
  if (held === undefined || schemaId === undefined) return false
  const { schemas, authors, documents, withoutPieces } = scope
  if (withoutPieces === true && schemaId === BLOB_PIECE) return false
  if (authors !== undefined && !authors.includes(held.entry.publicKey)) return false
  if (documents !== undefined && !documents.includes(held.documentId)) return false
  return schemas === undefined || schemas.includes(schemaId)
}

function schemaOf(data: MemoryData, id: Hash): SchemaId | undefined {
  const documentId = data.held(id)?.documentId
  return documentId && data.documents.get(documentId)?.view.schemaId
}
