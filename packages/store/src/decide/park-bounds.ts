/**
 * What a store keeps of entries that wait for others. Beyond these bounds an entry is reported as waiting and not kept.
 * A sender in causal order loses nothing by that, and nobody can fill the storage with entries that wait for ever.
 */
export const MAX_PARKED_ENTRIES = 10_000
/** Entries and operations. */
export const MAX_PARKED_BYTES = 32 * 1024 * 1024
/** Of one author, so that a single one cannot take all the room. */
export const MAX_PARKED_AUTHOR_ENTRIES = 1_000
export const MAX_PARKED_AUTHOR_BYTES = 8 * 1024 * 1024
/** A week, in milliseconds. Where a bound was reached, what has waited longer makes room. */
export const PARKED_MS = 7 * 24 * 60 * 60 * 1000

export interface ParkedSize {
  readonly entries: number
  readonly bytes: number
}

const ALL: ParkedSize = { entries: MAX_PARKED_ENTRIES, bytes: MAX_PARKED_BYTES }
const ONE_AUTHOR: ParkedSize = { entries: MAX_PARKED_AUTHOR_ENTRIES, bytes: MAX_PARKED_AUTHOR_BYTES }

/** Whether one more entry of so many bytes may be parked beside those that are. */
export function hasRoom(bytes: number, all: ParkedSize, ofAuthor: ParkedSize): boolean {
  return fits(bytes, all, ALL) && fits(bytes, ofAuthor, ONE_AUTHOR)
}

function fits(bytes: number, parked: ParkedSize, bound: ParkedSize): boolean {
  return parked.entries < bound.entries && parked.bytes + bytes <= bound.bytes
}
