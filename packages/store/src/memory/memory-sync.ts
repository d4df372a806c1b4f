import { type DocumentId, type Hash, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, type SchemaId } from '@rakko/core'
import type { Document } from '../store.js'
import { type Bounds, bounded, isInRange } from '../sync/bounds.js'
import { definitionTips, fieldTips } from '../sync/definition-tips.js'
import { fingerprintOf, numberOfId } from '../sync/id-fingerprint.js'
import type { ArrivedEntry, DecidedId, IdRange, LogHeight, LogHeightOptions, RangeFingerprint } from '../sync-source.js'
import type { MemoryData } from './memory-data.js'

export function entriesAfter({ arrived }: MemoryData, number: number, bounds: Bounds): ArrivedEntry[] {
  return bounded(arrived.slice(number, number + bounds.items), bounds)
}

export function logHeights(
  data: MemoryData,
  schemas: readonly SchemaId[] | undefined,
  after: LogHeightOptions['after'],
  items: number,
): LogHeight[] {
  const heights = [...data.logs].flatMap(([publicKey, logs]) =>
    [...logs].flatMap(([logId, { seqNum, hash: id, isForked }]) => {
      const schemaId = schemaOf(data, id)
      return schemaId === undefined ? [] : [{ publicKey, logId, seqNum, id, isForked, schemaId }]
    }),
  )
  return heights
    .filter(({ schemaId }) => schemas?.includes(schemaId) ?? true)
    .filter((height) => after === undefined || compareLogs(height, after) > 0)
    .sort(compareLogs)
    .slice(0, items)
}

type LogName = NonNullable<LogHeightOptions['after']>

function compareLogs(a: LogName, b: LogName): number {
  if (a.publicKey !== b.publicKey) return a.publicKey < b.publicKey ? -1 : 1
  return a.logId === b.logId ? 0 : a.logId < b.logId ? -1 : 1
}

export function rangeFingerprint(
  data: MemoryData,
  range: IdRange,
  schemas: readonly SchemaId[] | undefined,
): RangeFingerprint {
  const ids = idsIn(data, range, schemas)
  const sum = ids.reduce((total, { id }) => total + numberOfId(id), 0n)
  return { count: ids.length, fingerprint: fingerprintOf(sum, ids.length) }
}

export function decidedIds(
  data: MemoryData,
  range: IdRange,
  schemas: readonly SchemaId[] | undefined,
  items: number,
): DecidedId[] {
  return idsIn(data, range, schemas)
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

function idsIn(data: MemoryData, range: IdRange, schemas: readonly SchemaId[] | undefined): ArrivedEntry[] {
  return data.arrived.filter(({ id }) => {
    if (!isInRange(id, range)) return false
    const schemaId = schemaOf(data, id)
    return schemas === undefined || (schemaId !== undefined && schemas.includes(schemaId))
  })
}

function schemaOf(data: MemoryData, id: Hash): SchemaId | undefined {
  const documentId = data.held(id)?.documentId
  return documentId && data.documents.get(documentId)?.view.schemaId
}
