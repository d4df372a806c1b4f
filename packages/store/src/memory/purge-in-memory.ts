import { canDropPayload } from '@rakko/core'
import type { MemoryData } from './memory-data.js'

/** Drops the payloads that deleted documents can do without. Returns whether there were any. */
export function purgeInMemory(data: MemoryData): boolean {
  let hasDropped = false
  for (const [index, { number, id, decision, entry }] of data.arrived.entries()) {
    const held = data.held(id)
    const document = held && data.documents.get(held.documentId)
    if (held === undefined || entry === undefined || decision !== 'held' || document?.isDeleted !== true) continue
    if (!canDropPayload(held.entry, held.operation)) continue
    hasDropped = true
    document.isPurged = true
    data.entries.set(id, { ...held, isPayloadLess: true })
    data.arrived[index] = { number, id, decision: 'purged', entry }
  }
  return hasDropped
}
