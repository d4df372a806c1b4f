import { type RakkoError, refusal } from '@rakko/core'
import { ELEMENT_OIDS, OID } from '../../sql/binary-value.js'
import type { MessageWriter } from './message-writer.js'

const BINARY_SCALARS: ReadonlySet<number> = new Set(Object.values(OID))

/**
 * Types whose binary and text forms are the same bytes, or that are sent as text since their binary form is hard to
 * make.
 */
const TEXT_TYPES: ReadonlySet<number> = new Set([OID.text, OID.varchar, OID.name, OID.unknown, OID.numeric])

const INTEGER_RANGES: ReadonlyMap<number, readonly [number, number]> = new Map([
  [OID.int2, [-0x8000, 0x7fff]],
  [OID.int4, [-0x8000_0000, 0x7fff_ffff]],
  [OID.oid, [0, 0xffff_ffff]],
])

/** 1 where a column's values are asked for in binary form, 0 for text. */
export function resultFormat(oid: number): 0 | 1 {
  return BINARY_SCALARS.has(ELEMENT_OIDS.get(oid) ?? oid) ? 1 : 0
}

/** 1 where `encodeParameter` writes the binary form. */
export function parameterFormat(oid: number, value: unknown): 0 | 1 {
  if (value instanceof Uint8Array) return 1
  // Digits are short, and only PostgreSQL itself reads every form of a number.
  if (oid === OID.numeric) return 0
  if (Array.isArray(value)) return ELEMENT_OIDS.has(oid) ? 1 : 0
  return BINARY_SCALARS.has(oid) ? 1 : 0
}

/**
 * Writes length and value of one parameter.
 *
 * @throws {RakkoError} INVALID_ARGUMENT: the value does not fit the type
 */
export function encodeParameter(writer: MessageWriter, oid: number, value: unknown): void {
  if (value === null || value === undefined) {
    writer.int32(-1)
    return
  }
  const start = writer.beginLength()
  if (value instanceof Uint8Array) writer.bytes(value)
  else if (Array.isArray(value)) encodeArray(writer, oid, value)
  else encodeScalar(writer, oid, value)
  writer.endLength(start)
}

function encodeArray(writer: MessageWriter, oid: number, values: readonly unknown[]): void {
  const elementOid = ELEMENT_OIDS.get(oid)
  if (elementOid === undefined) throw misfit(oid, values)
  writer.int32(values.length === 0 ? 0 : 1)
  writer.int32(1)
  writer.int32(elementOid)
  if (values.length === 0) return
  writer.int32(values.length)
  writer.int32(1)
  for (const value of values) {
    if (value === null || value === undefined) {
      writer.int32(-1)
      continue
    }
    const start = writer.beginLength()
    if (elementOid === OID.numeric) encodeNumeric(writer, value)
    else if (value instanceof Uint8Array) writer.bytes(value)
    else encodeScalar(writer, elementOid, value)
    writer.endLength(start)
  }
}

function encodeScalar(writer: MessageWriter, oid: number, value: unknown): void {
  switch (typeof value) {
    case 'boolean':
      if (oid === OID.bool) writer.byte(value ? 1 : 0)
      else encodeText(writer, oid, value)
      return
    case 'bigint':
    case 'number':
      encodeNumber(writer, oid, value)
      return
    case 'string':
      encodeText(writer, oid, value)
      return
    default:
      throw misfit(oid, value)
  }
}

function encodeNumber(writer: MessageWriter, oid: number, value: number | bigint): void {
  const range = INTEGER_RANGES.get(oid)
  if (range) {
    const number = Number(value)
    if (!Number.isInteger(number) || number < range[0] || number > range[1]) throw misfit(oid, value)
    if (oid === OID.int2) writer.int16(number)
    else writer.int32(number)
  } else if (oid === OID.int8) {
    if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) writer.int64(value)
    else if (typeof value === 'number' && Number.isSafeInteger(value)) writer.int64FromNumber(value)
    else throw misfit(oid, value)
  } else if (oid === OID.float8 && typeof value === 'number') writer.float64(value)
  else if (oid === OID.float4 && typeof value === 'number') writer.float32(value)
  else encodeText(writer, oid, value)
}

/** Text, and whatever travels as text. Types that travel in binary form take no text. */
function encodeText(writer: MessageWriter, oid: number, value: string | number | bigint | boolean): void {
  if (BINARY_SCALARS.has(oid) && !TEXT_TYPES.has(oid)) throw misfit(oid, value)
  writer.text(String(value))
}

/** numeric: count of digits in base 10 000, weight of the first, sign, digits after the point, the digits. */
function encodeNumeric(writer: MessageWriter, value: unknown): void {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) throw misfit(OID.numeric, value)
  const number = BigInt(value as bigint | number)
  const digits: number[] = []
  for (let rest = number < 0n ? -number : number; rest > 0n; rest /= 10_000n) digits.push(Number(rest % 10_000n))
  writer.int16(digits.length)
  writer.int16(Math.max(digits.length - 1, 0))
  writer.int16(number < 0n ? 0x4000 : 0)
  writer.int16(0)
  for (const digit of digits.reverse()) writer.int16(digit)
}

function misfit(oid: number, value: unknown): RakkoError {
  const name = Object.entries(OID).find(([, known]) => known === (ELEMENT_OIDS.get(oid) ?? oid))?.[0] ?? `type ${oid}`
  const expected = ELEMENT_OIDS.has(oid) ? `${name}[]` : name
  const got = Array.isArray(value) ? 'array' : typeof value
  return refusal('INVALID_ARGUMENT', { expected, got, about: 'Invalid parameter of a statement' })
}
