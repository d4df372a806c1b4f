import type { DocumentId, Hash, SchemaId } from '@rakko/core'
import type { Arrival } from '../decide/arrivals.js'
import { decodeSigned } from '../decide/receive-from-peer.js'
import { emptyPlaceId } from '../decide/withheld.js'
import type { MemoryData } from './memory-data.js'
import { logName, NOTHING_TOLD, type ToldBefore } from './told-before.js'

/**
 * Takes back all that was decided about the documents of these entries, which were held without their payloads. Returns
 * the entries of these documents, in the order of their arrival: they are judged again, as if they arrived now.
 */
export function takeBackInMemory(
  data: MemoryData,
  hashes: readonly Hash[],
): {
  readonly arrivals: readonly Arrival[]
  readonly heldIn: ReadonlyMap<Hash, DocumentId>
  readonly told: ToldBefore
} {
  const documents = new Map<DocumentId, SchemaId>()
  for (const hash of hashes) {
    const held = data.held(hash)
    if (held) documents.set(held.documentId, held.operation.schemaId)
  }
  if (documents.size === 0) return { arrivals: [], heldIn: new Map(), told: NOTHING_TOLD }
  const forkedLogs = new Set<string>()
  const again: Arrival[] = []
  const heldIn = new Map<Hash, DocumentId>()
  for (const { number, id, entry, operation } of [...data.arrived]) {
    const held = data.held(id)
    if (held === undefined || entry === undefined || !documents.has(held.documentId)) continue
    again.push(decodeSigned({ entry, ...(operation && { operation }) }))
    heldIn.set(id, held.documentId)
    const { publicKey, logId } = held.entry
    if (data.logs.get(publicKey)?.get(logId)?.isForked) forkedLogs.add(logName(publicKey, logId))
    data.logs.get(publicKey)?.delete(logId)
    data.logOf.get(publicKey)?.delete(held.documentId)
    const empty = { number, id: emptyPlaceId(number, id), decision: 'refused', compared: 'never' } as const
    data.arrived[number - 1] = empty
    data.numbers.delete(id)
    data.numbers.set(empty.id, number)
  }
  for (const { entryHash } of again) data.entries.delete(entryHash)
  for (const id of documents.keys()) data.documents.delete(id)
  findHeads(data)
  return { arrivals: again, heldIn, told: { documents, forkedLogs } }
}

/** Of logs that have none now: a forked log may have entries of other documents. */
function findHeads(data: MemoryData): void {
  const places = new Set<string>()
  for (const hash of data.entries.keys()) {
    const held = data.held(hash)
    if (held === undefined) continue
    const { publicKey, logId, seqNum } = held.entry
    const logs = data.logs.get(publicKey)
    const log = logs?.get(logId)
    const place = `${publicKey} ${logId} ${seqNum}`
    const isForked = log?.isForked === true || places.has(place)
    places.add(place)
    if (log === undefined || log.seqNum < seqNum) logs?.set(logId, { seqNum, hash, isForked })
    else log.isForked = isForked
  }
}
