import { concatBytes, hexToBytes } from '@rakko/core'
import type { Random } from '../../../../.config/testing/random.js'

/** A whole number from `low` to `high`, small ones as often as large ones. */
export function between(random: Random, low: number, high: number): number {
  return Math.min(high, Math.floor(low * ((high + 1) / low) ** random.number()))
}

const RUNS = ['a', 'a_', 'a ', '-1', 'a@a.', 'http://a/', '\u{1F9A6}', '\u0301', '"', '%', '<a>']

/** About so many bytes: one run over and over, or several. */
export function hostileText(random: Random, size: number): string {
  const runs = Array.from({ length: between(random, 1, 4) }, () => random.pick(RUNS)).join('')
  return runs.repeat(Math.ceil(size / new TextEncoder().encode(runs).length))
}

/** CBOR by its first byte. */
const ARRAY = 4
const MAP = 5
const TEXT = 3

function head(major: number, value: number): Uint8Array {
  if (value < 24) return Uint8Array.of((major << 5) | value)
  const bytes = new Uint8Array(5)
  bytes[0] = (major << 5) | 26
  new DataView(bytes.buffer).setUint32(1, value)
  return bytes
}

const text = (value: string): Uint8Array => {
  const bytes = new TextEncoder().encode(value)
  return concatBytes(head(TEXT, bytes.length), bytes)
}

/** A CREATE of about so many bytes, whose values are small and many, or deep. */
export function hostileBytes(random: Random, size: number, schemaId: string): Uint8Array {
  const unit = hexToBytes(
    random.pick(['80', 'a0', '60', '00', 'f6', '8180', '6161', '40', '818140', 'fb3ff0000000000000']),
  )
  const count = Math.floor(size / unit.length)
  const wide = (): Uint8Array => {
    const items = new Uint8Array(count * unit.length)
    for (let at = 0; at < count; at++) items.set(unit, at * unit.length)
    return concatBytes(head(ARRAY, count), items)
  }
  const deep = (): Uint8Array => concatBytes(new Uint8Array(size).fill(0x81), hexToBytes('80'))
  const many = (): Uint8Array => {
    const names = Array.from({ length: Math.floor(size / 9) }, (_, at) =>
      concatBytes(text(at.toString(36).padStart(7, '0')), hexToBytes('00')),
    )
    return concatBytes(head(MAP, names.length), ...names)
  }
  const fields = random.chance(0.3)
    ? many()
    : concatBytes(head(MAP, 1), text('a'), random.chance(0.8) ? wide() : deep())
  return concatBytes(head(ARRAY, 4), hexToBytes('0100'), text(schemaId), fields)
}
