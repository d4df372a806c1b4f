import { concatBytes, hexToBytes } from '@rakko/core'
import { Random } from '../../../../.config/testing/random.js'

/** Draws, and says how large each thing is. */
export class Sizes extends Random {
  /** A whole number from `low` to `high`, small ones as often as large ones. */
  between(low: number, high: number): number {
    return Math.min(high, Math.floor(low * ((high + 1) / low) ** this.number()))
  }
}

/** Everything is as large as it may be. */
export class LargestSizes extends Sizes {
  override between(_low: number, high: number): number {
    return Math.floor(high)
  }
}

const RUNS = ['a', 'a_', 'a ', '-1', 'a@a.', 'http://a/', '\u{1F9A6}', '\u0301', '"', '%', '<a>']

/** What texts repeat: one run as often as several, which come to some hundred characters at most. */
export function hostileRun(random: Sizes): string {
  const runs = random.chance(0.5) ? 1 : random.between(2, 100)
  return Array.from({ length: runs }, () => random.pick(RUNS)).join('')
}

/** About so many bytes of a run over and over. Now and then one character of them is another. */
export function hostileText(random: Random, size: number, run: string): string {
  const times = Math.ceil(size / new TextEncoder().encode(run).length)
  return random.chance(0.7) ? run.repeat(times) : nearMiss(random, size, run)
}

/** What a text of that run has almost everywhere, and nowhere: it differs at its beginning, its end or between. */
export function nearMiss(random: Random, size: number, run: string): string {
  const times = Math.ceil(size / new TextEncoder().encode(run).length)
  const before = random.pick([0, 0, times, Math.floor(random.number() * times)])
  return `${run.repeat(before)}b${run.repeat(times - before)}`
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
