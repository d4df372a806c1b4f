import type { Hash, PublicKey } from '@rakko/core'
import { hasRoom, PARKED_MS, type ParkedSize } from '../decide/park-bounds.js'
import { bytesOf, completes, type Parked } from '../decide/parked.js'
import type { MemoryData } from './memory-data.js'

/** Parks what waits, as far as there is room, and returns what it has parked. What was decided by now leaves. */
export function parkInMemory(data: MemoryData, left: readonly Parked[], now: number): ReadonlySet<Hash> {
  const parked = new Set<Hash>()
  for (const hash of data.parked.keys()) if (data.entries.has(hash)) data.parked.delete(hash)
  for (const one of left) {
    const hash = one.item.entryHash
    const stored = data.parked.get(hash)
    const isMore = stored === undefined || completes(stored, one)
    if (isMore && !makeRoom(data, one, now)) continue
    data.parked.set(hash, { ...one, time: stored?.time ?? now })
    parked.add(hash)
  }
  return parked
}

function makeRoom(data: MemoryData, { item }: Parked, now: number): boolean {
  const fits = () => hasRoom(bytesOf(item), sizeOf(data), sizeOf(data, item.entry.publicKey))
  if (fits()) return true
  const expired: Hash[] = [...data.parked].flatMap(([hash, { time }]) => (time <= now - PARKED_MS ? [hash] : []))
  for (const hash of expired) data.parked.delete(hash)
  return expired.length > 0 && fits()
}

function sizeOf({ parked }: MemoryData, author?: PublicKey): ParkedSize {
  const items = [...parked.values()].map(({ item }) => item)
  const counted = author === undefined ? items : items.filter(({ entry }) => entry.publicKey === author)
  return { entries: counted.length, bytes: counted.reduce((sum, item) => sum + bytesOf(item), 0) }
}
