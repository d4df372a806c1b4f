import { hexToBytes, type Operation, type OperationValue, operationIdsOf } from '@rakko/core'
import fc from 'fast-check'

/** A stream of choices, so that a failing encoding shrinks towards the plain one: 0 is always the canonical way. */
export type Choices = (ways: number) => number

/** Choices for one operation; at its end a tape begins again. The empty one is the canonical way. */
export const choiceTapes: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(255), { maxLength: 61, size: 'max' })

export function choicesOf(tape: readonly number[]): Choices {
  let position = 0
  return (ways) => (tape[position++ % tape.length] ?? 0) % ways
}

/**
 * An operation in CBOR that says the same in more bytes than needed. It has longer heads, indefinite lengths, chunks,
 * tags, bignums and wider floats. `previous` is text, or its ids are numbers, and bytes follow the end.
 */
export function encodeLeniently(operation: Operation, choose: Choices): Uint8Array {
  const { action, schemaId, previous, fields } = operation
  const members = [
    [...tags(choose), ...head(choose, 0, 1n)],
    [...tags(choose), ...head(choose, 0, BigInt(['create', 'update', 'delete'].indexOf(action)))],
    text(choose, schemaId),
    ...(previous === undefined ? [] : [previousOf(choose, previous)]),
    ...(fields === undefined ? [] : [fieldsOf(choose, fields)]),
  ]
  const behind = choose(6) === 1 ? [0xff, 0x00] : []
  return Uint8Array.from([...tags(choose), ...series(choose, 4, members.length, members), ...behind])
}

/** A head of the width that is needed, or of a wider one. */
function head(choose: Choices, major: number, argument: bigint): number[] {
  const narrowest = argument < 24n ? 0 : argument < 256n ? 1 : argument < 65_536n ? 2 : argument < 2n ** 32n ? 3 : 4
  const width = Math.min(4, narrowest + (choose(3) === 1 ? choose(5) : 0))
  if (width === 0) return [(major << 5) | Number(argument)]
  const length = 2 ** (width - 1)
  return [(major << 5) | (23 + width), ...bigEndian(argument, length)]
}

function bigEndian(value: bigint, length: number): number[] {
  return Array.from({ length }, (_, index) => Number((value >> BigInt(8 * (length - 1 - index))) & 0xffn))
}

/** An array or a map, of definite or indefinite length. */
function series(choose: Choices, major: 4 | 5, count: number, items: readonly number[][]): number[] {
  if (choose(3) === 1) return [(major << 5) | 31, ...items.flat(), 0xff]
  return [...head(choose, major, BigInt(count)), ...items.flat()]
}

function tags(choose: Choices): number[] {
  return choose(6) === 1 ? head(choose, 6, BigInt(100 + choose(200))) : []
}

const MAX_CHUNK_DEPTH = 3

/** Text or bytes, whole or in two chunks, which may be in chunks themselves. Text is cut between its characters. */
function chunked(choose: Choices, major: 2 | 3, parts: readonly number[][], depth = 0): number[] {
  if (depth === MAX_CHUNK_DEPTH || choose(4) !== 1) {
    const bytes = parts.flat()
    return [...head(choose, major, BigInt(bytes.length)), ...bytes]
  }
  const cut = choose(parts.length + 1)
  const [before, after] = [parts.slice(0, cut), parts.slice(cut)].map((some) => chunked(choose, major, some, depth + 1))
  return [(major << 5) | 31, ...(before ?? []), ...(after ?? []), 0xff]
}

function text(choose: Choices, value: string): number[] {
  const encoder = new TextEncoder()
  return chunked(
    choose,
    3,
    [...value].map((character) => [...encoder.encode(character)]),
  )
}

function bytes(choose: Choices, value: Uint8Array): number[] {
  return chunked(
    choose,
    2,
    [...value].map((byte) => [byte]),
  )
}

function previousOf(choose: Choices, previous: string): number[] {
  if (choose(5) === 1) return text(choose, previous)
  const ids = operationIdsOf(previous as Parameters<typeof operationIdsOf>[0]).map((id) => {
    const raw = hexToBytes(id)
    if (choose(5) !== 1) return [...tags(choose), ...bytes(choose, raw)]
    const numbers = [...raw].map((byte) => head(choose, 0, BigInt(byte)))
    return series(choose, 4, numbers.length, numbers)
  })
  return series(choose, 4, ids.length, ids)
}

function fieldsOf(choose: Choices, fields: ReadonlyMap<string, OperationValue>): number[] {
  const names = [...fields.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const entries = names.map((name) => [
    ...tags(choose),
    ...text(choose, name),
    ...value(choose, fields.get(name) as OperationValue),
  ])
  return [...tags(choose), ...series(choose, 5, entries.length, entries)]
}

function value(choose: Choices, field: OperationValue): number[] {
  const hashes = (list: readonly string[]) => {
    const items = list.map((hash) => bytes(choose, hexToBytes(hash)))
    return series(choose, 4, items.length, items)
  }
  switch (field.type) {
    case 'bool': {
      const simple = field.value ? 21 : 20
      return choose(4) === 1 ? [0xf8, simple] : [0xe0 | simple]
    }
    case 'int':
      return int(choose, field.value)
    case 'float':
      return float(choose, field.value)
    case 'str':
      return text(choose, field.value)
    case 'bytes':
      return bytes(choose, field.value)
    case 'relation':
      return bytes(choose, hexToBytes(field.value))
    case 'relation_list':
      return hashes(field.value)
    case 'pinned_relation':
      return hashes(operationIdsOf(field.value))
    case 'pinned_relation_list': {
      const lists = field.value.map((viewId) => hashes(operationIdsOf(viewId)))
      return series(choose, 4, lists.length, lists)
    }
  }
}

function int(choose: Choices, number: bigint): number[] {
  const magnitude = number < 0n ? -1n - number : number
  if (choose(4) !== 1) return head(choose, number < 0n ? 1 : 0, magnitude)
  const length = 8 + choose(10)
  return [number < 0n ? 0xc3 : 0xc2, ...head(choose, 2, BigInt(length)), ...bigEndian(magnitude, length)]
}

/** 64 bits always, or 32 where they restore the value. */
function float(choose: Choices, number: number): number[] {
  const view = new DataView(new ArrayBuffer(8))
  if (Object.is(Math.fround(number), number) && choose(2) === 1) {
    view.setFloat32(0, number)
    return [0xfa, ...new Uint8Array(view.buffer, 0, 4)]
  }
  view.setFloat64(0, number)
  return [0xfb, ...new Uint8Array(view.buffer)]
}
