import type { DocumentId, Hash, PublicKey } from '@rakko/core'
import { hasRoom, PARKED_MS, type ParkedSize } from '../decide/park-bounds.js'
import { bytesOf, completes, type Parked } from '../decide/parked.js'
import type { MemoryData, ParkedInMemory } from './memory-data.js'

/**
 * Parks what waits, as far as there is room, and returns what it has parked. What was decided by now leaves. For what was
 * held before, in these documents, there is always room.
 */
export function parkInMemory(
  data: MemoryData,
  left: readonly Parked[],
  heldIn: ReadonlyMap<Hash, DocumentId>,
  now: number,
): ReadonlySet<Hash> {
  const parked = new Set<Hash>()
  for (const hash of data.parked.keys()) if (data.entries.has(hash)) data.parked.delete(hash)
  const room = new Room(data)
  for (const one of left) {
    const hash = one.item.entryHash
    const stored = data.parked.get(hash)
    const isMore = stored === undefined || completes(stored, one)
    const document = stored?.document ?? heldIn.get(hash)
    if (isMore && document === undefined && !room.makeFor(one, now)) continue
    room.put(hash, { ...one, time: stored?.time ?? now, ...(document && { document }) })
    parked.add(hash)
  }
  return parked
}

/** What is parked, and how much it is: counted once, and kept up to date with each entry. */
class Room {
  readonly #parked: MemoryData['parked']
  #all: ParkedSize = NOTHING
  readonly #ofAuthors = new Map<PublicKey, ParkedSize>()

  constructor({ parked }: MemoryData) {
    this.#parked = parked
    for (const one of parked.values()) this.#count(one, 1)
  }

  /** Whether there is room for one more, once what has waited too long is gone where there was none. */
  makeFor({ item }: Parked, now: number): boolean {
    const fits = () => hasRoom(bytesOf(item), this.#all, this.#ofAuthors.get(item.entry.publicKey) ?? NOTHING)
    if (fits()) return true
    let hasExpired = false
    for (const [hash, one] of this.#parked) {
      if (one.document !== undefined || one.time > now - PARKED_MS) continue
      this.#parked.delete(hash)
      this.#count(one, -1)
      hasExpired = true
    }
    return hasExpired && fits()
  }

  put(hash: Hash, one: ParkedInMemory): void {
    const before = this.#parked.get(hash)
    if (before) this.#count(before, -1)
    this.#parked.set(hash, one)
    this.#count(one, 1)
  }

  #count({ item, document }: ParkedInMemory, entries: 1 | -1): void {
    if (document !== undefined) return
    const { publicKey } = item.entry
    const bytes = entries * bytesOf(item)
    this.#all = plus(this.#all, entries, bytes)
    this.#ofAuthors.set(publicKey, plus(this.#ofAuthors.get(publicKey) ?? NOTHING, entries, bytes))
  }
}

const NOTHING: ParkedSize = { entries: 0, bytes: 0 }

function plus(size: ParkedSize, entries: number, bytes: number): ParkedSize {
  return { entries: size.entries + entries, bytes: size.bytes + bytes }
}
