import type { PublicKey } from '@rakko/core'
import type { LogEntry, LogHeight, LogName, LogPart, SyncScope } from '../sync-source.js'
import type { MemoryData } from './memory-data.js'
import { isInScope, schemaOf } from './memory-scope.js'

export function logHeights(data: MemoryData, scope: SyncScope, after: LogName | undefined, items: number): LogHeight[] {
  const heights = [...data.logs].flatMap(([publicKey, logs]) =>
    [...logs].flatMap(([logId, { seqNum, hash: id, isForked }]) => {
      const schemaId = schemaOf(data, id)
      const isMeant = schemaId !== undefined && isInScope(data, { id }, scope)
      return isMeant ? [{ publicKey, logId, seqNum, id, isForked, schemaId }] : []
    }),
  )
  return heights
    .filter((height) => after === undefined || compareLogs(height, after) > 0)
    .sort(compareLogs)
    .slice(0, items)
}

export function logEntries(
  data: MemoryData,
  parts: readonly LogPart[],
  after: LogEntry | undefined,
  items: number,
): LogEntry[] {
  const aboves = new Map(parts.map(({ publicKey, logId, above }) => [`${publicKey} ${logId}`, above]))
  const entries = data.arrived.flatMap(({ id }): LogEntry[] => {
    const entry = data.held(id)?.entry
    const above = entry && aboves.get(`${entry.publicKey} ${entry.logId}`)
    if (entry === undefined || above === undefined || entry.seqNum <= above) return []
    return [{ publicKey: entry.publicKey, logId: entry.logId, seqNum: entry.seqNum, id }]
  })
  return entries
    .filter((entry) => after === undefined || compareLogEntries(entry, after) > 0)
    .sort(compareLogEntries)
    .slice(0, items)
}

export function storedBytes(data: MemoryData, authors: readonly PublicKey[]): number[] {
  const bytes = new Map(authors.map((author) => [author, 0]))
  for (const { id, entry, operation } of data.arrived) {
    const author = data.held(id)?.entry.publicKey
    const before = author && bytes.get(author)
    if (author === undefined || before === undefined) continue
    bytes.set(author, before + (entry?.length ?? 0) + (operation?.length ?? 0))
  }
  return authors.map((author) => bytes.get(author) ?? 0)
}

function compareLogEntries(a: LogEntry, b: LogEntry): number {
  const byLog = compareLogs(a, b)
  if (byLog !== 0) return byLog
  if (a.seqNum !== b.seqNum) return a.seqNum < b.seqNum ? -1 : 1
  return a.id < b.id ? -1 : Number(a.id > b.id)
}

function compareLogs(a: LogName, b: LogName): number {
  if (a.publicKey !== b.publicKey) return a.publicKey < b.publicKey ? -1 : 1
  return a.logId === b.logId ? 0 : a.logId < b.logId ? -1 : 1
}
