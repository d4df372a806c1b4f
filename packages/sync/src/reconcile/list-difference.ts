import { ID_BYTES } from './range.js'

export interface ListDifference {
  /** Own ids that are not in the list, one after another. */
  readonly others: Uint8Array
  /** How many of the list are not own ones, … */
  readonly lacking: number
  /** … and which: the first one's bit is the highest of the first byte. */
  readonly bits: Uint8Array
}

/** Compares own ids with a list of the peer's. Both are ascending, 32 bytes each, one after another. */
export function againstList(own: Uint8Array, list: Uint8Array): ListDifference {
  const others = new Uint8Array(own.length)
  const bits = new Uint8Array(Math.ceil(list.length / ID_BYTES / 8))
  let [end, lacking, ownAt, listAt] = [0, 0, 0, 0]
  while (ownAt < own.length || listAt < list.length) {
    const order = compareIds(own, ownAt, list, listAt)
    if (order < 0) {
      others.set(own.subarray(ownAt, ownAt + ID_BYTES), end)
      end += ID_BYTES
    }
    if (order > 0) {
      setBit(bits, listAt / ID_BYTES)
      lacking += 1
    }
    if (order <= 0) ownAt += ID_BYTES
    if (order >= 0) listAt += ID_BYTES
  }
  return { others: others.subarray(0, end), lacking, bits }
}

/** Whether bits are for so many ids: as many bytes as needed, and no bit behind the last id is 1. */
export function isBitsOf(bits: Uint8Array, ids: number): boolean {
  const spare = 8 * bits.length - ids
  return spare >= 0 && spare < 8 && ((bits.at(-1) ?? 0) & ((1 << spare) - 1)) === 0
}

/** The ids of a list whose bit is 1. */
export function markedIds(list: Uint8Array, bits: Uint8Array): Uint8Array {
  const marked = new Uint8Array(list.length)
  let end = 0
  for (let index = 0; index < list.length / ID_BYTES; index += 1) {
    if (((bits[index >> 3] as number) & (0x80 >> (index & 7))) === 0) continue
    marked.set(list.subarray(index * ID_BYTES, (index + 1) * ID_BYTES), end)
    end += ID_BYTES
  }
  return marked.subarray(0, end)
}

function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] as number) | (0x80 >> (index & 7))
}

/** The end of either comes after all. */
function compareIds(own: Uint8Array, ownAt: number, list: Uint8Array, listAt: number): number {
  if (ownAt === own.length) return 1
  if (listAt === list.length) return -1
  for (let index = 0; index < ID_BYTES; index += 1) {
    const difference = (own[ownAt + index] as number) - (list[listAt + index] as number)
    if (difference !== 0) return difference
  }
  return 0
}
