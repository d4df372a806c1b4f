import { bytesToHex, compareBytes } from '@rakko/core'
import { invalidFrame } from '../invalid-frame.js'
import { type ComparedRange, FINGERPRINT_BYTES, ID_BYTES, MAX_FRAME_RANGES, MAX_RANGE_IDS } from '../reconcile/range.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'
import { bytes, integer, type Member } from './members.js'

/** How the members of a range are written, of each kind, in the order of their numbers on the wire. */
const KINDS = Object.entries({
  skip: [],
  fingerprint: Object.entries({ count: integer(), fingerprint: bytes(FINGERPRINT_BYTES) }),
  ids: Object.entries({ ids: bytes(0, MAX_RANGE_IDS * ID_BYTES) }),
  lacking: Object.entries({ bits: bytes(1, MAX_RANGE_IDS / 8) }),
}) as readonly (readonly [ComparedRange['kind'], readonly (readonly [string, Member<unknown>])[]])[]

/** What stands before them: where the range ends, and its kind. */
const MEMBERS = 2

function writeRange(writer: FrameWriter, range: ComparedRange): void {
  const number = KINDS.findIndex(([kind]) => kind === range.kind)
  const members = KINDS[number]?.[1] ?? []
  writer.array(MEMBERS + members.length)
  writer.bytes(range.upper)
  writer.number(number)
  for (const [name, member] of members) member.write(writer, range[name as keyof ComparedRange])
}

/** Ranges that cover all ids once, ascending, the last one open; or none. */
export const ranges: Member<readonly ComparedRange[]> = {
  write: (writer, values) => writer.list(values, (range) => writeRange(writer, range)),
  read(reader, path) {
    const read: ComparedRange[] = []
    let before: ComparedRange | undefined
    for (let left = reader.array(path, MAX_FRAME_RANGES); left > 0; left -= 1) {
      const range = readRange(reader, path)
      checkUpper(range, before, left === 1, path)
      if (range.kind === 'ids') checkIds(range.ids, before?.upper, range.upper, `${path}.ids`)
      if (range.kind === 'skip' && before?.kind === 'skip') {
        throw invalidFrame(path, 'neighbours of kind 0 joined', 'two of them')
      }
      read.push(range)
      before = range
    }
    return read
  },
}

function readRange(reader: FrameReader, path: string): ComparedRange {
  const length = reader.array(path, 4, MEMBERS)
  const upper = reader.bytes(`${path}.upper`, 0, ID_BYTES)
  const [kind, members] = KINDS[reader.number(`${path}.kind`, 0, KINDS.length - 1)] as (typeof KINDS)[number]
  const expected = MEMBERS + members.length
  if (length !== expected) throw invalidFrame(path, `${expected} items`, `${length}`)
  const read: Record<string, unknown> = { kind, upper }
  for (const [name, member] of members) read[name] = member.read(reader, `${path}.${name}`)
  const range = read as unknown as ComparedRange
  if (range.kind === 'lacking' && range.bits.every((byte) => byte === 0)) {
    throw invalidFrame(`${path}.bits`, 'a bit that is 1', 'none')
  }
  return range
}

/** A zero at its end says nothing, so that the shortest prefix has none, and prefixes compare as the bounds they are. */
function checkUpper(range: ComparedRange, before: ComparedRange | undefined, isLast: boolean, field: string): void {
  const { upper } = range
  const isBound = upper.length > 0 && upper.at(-1) !== 0 && (!before || compareBytes(before.upper, upper) < 0)
  if (isLast ? upper.length === 0 : isBound) return
  throw invalidFrame(`${field}.upper`, 'a shortest prefix above the one before, the last range open', bytesToHex(upper))
}

/** Ascending, and each in its range: as prefixes, both ends compare as the bounds they are. */
function checkIds(ids: Uint8Array, lower: Uint8Array | undefined, upper: Uint8Array, field: string): void {
  if (ids.length % ID_BYTES !== 0) throw invalidFrame(field, `${ID_BYTES} bytes for each id`, `${ids.length} bytes`)
  let before = lower
  for (let at = 0; at < ids.length; at += ID_BYTES) {
    const id = ids.subarray(at, at + ID_BYTES)
    const order = before === undefined ? -1 : compareBytes(before, id)
    const isBelow = upper.length === 0 || compareBytes(id, upper) < 0
    if (order > 0 || (at > 0 && order === 0) || !isBelow) {
      throw invalidFrame(field, 'ascending ids of the range', bytesToHex(id))
    }
    before = id
  }
}
