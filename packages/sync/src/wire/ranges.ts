import { bytesToHex, compareBytes } from '@rakko/core'
import { invalidFrame } from '../invalid-frame.js'
import { type ComparedRange, FINGERPRINT_BYTES, ID_BYTES, MAX_FRAME_RANGES, MAX_RANGE_IDS } from '../reconcile/range.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'
import type { Member } from './members.js'

/** Kinds of ranges, by their number on the wire. */
const KINDS = ['skip', 'fingerprint', 'ids', 'lacking'] as const
const MEMBERS = { skip: 2, fingerprint: 4, ids: 3, lacking: 3 } as const

const MAX_LACKING_BYTES = MAX_RANGE_IDS / 8

function writeRange(writer: FrameWriter, range: ComparedRange): void {
  writer.array(MEMBERS[range.kind])
  writer.bytes(range.upper)
  writer.number(KINDS.indexOf(range.kind))
  switch (range.kind) {
    case 'skip':
      return
    case 'fingerprint':
      writer.number(range.count)
      writer.bytes(range.fingerprint)
      return
    case 'ids':
      writer.bytes(range.ids)
      return
    case 'lacking':
      writer.bytes(range.bits)
  }
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

function readRange(reader: FrameReader, field: string): ComparedRange {
  const members = reader.array(field, 4, 2)
  const upper = reader.bytes(`${field}.upper`, 0, ID_BYTES)
  const kind = KINDS[reader.number(`${field}.kind`, 0, KINDS.length - 1)] as ComparedRange['kind']
  if (members !== MEMBERS[kind]) throw invalidFrame(field, `${MEMBERS[kind]} items`, `${members}`)
  switch (kind) {
    case 'skip':
      return { kind, upper }
    case 'fingerprint':
      return {
        kind,
        upper,
        count: reader.number(`${field}.count`),
        fingerprint: reader.bytes(`${field}.fingerprint`, FINGERPRINT_BYTES),
      }
    case 'ids':
      return { kind, upper, ids: reader.bytes(`${field}.ids`, 0, MAX_RANGE_IDS * ID_BYTES) }
    case 'lacking': {
      const bits = reader.bytes(`${field}.bits`, 1, MAX_LACKING_BYTES)
      if (bits.every((byte) => byte === 0)) throw invalidFrame(`${field}.bits`, 'a bit that is 1', 'none')
      return { kind, upper, bits }
    }
  }
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
