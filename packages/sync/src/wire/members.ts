import { type Hash, MAX_ENTRY_BYTES, MAX_PAYLOAD_BYTES, type PublicKey } from '@rakko/core'
import { type ArrivalMark, END_CODES, type EndCode, type EntryItem, type Item } from './frame.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'
import { MAX_CAPABILITY_BYTES } from './limits.js'

/** How a member of a frame is written, and read again. */
export interface Member<Value> {
  /** Items that it takes in the array of the frame: 1 where it is left out. */
  readonly items?: number
  write(writer: FrameWriter, value: Value): void
  /** `path` names it in errors. */
  read(reader: FrameReader, path: string): Value
}

/** An unsigned integer below 2^53. */
export function integer(least = 0, most?: number): Member<number> {
  return {
    write: (writer, value) => writer.number(value),
    read: (reader, path) => reader.number(path, least, most),
  }
}

/** Numbers of pulls, questions and comparisons. */
export const counted = integer(1)

/** One of some words, as a number; that of the first is given. */
export function word<Word extends string>(first: number, ...words: readonly Word[]): Member<Word> {
  return {
    write: (writer, value) => writer.number(first + words.indexOf(value)),
    read: (reader, path) => words[reader.number(path, first, first + words.length - 1) - first] as Word,
  }
}

export const truth: Member<boolean> = {
  write: (writer, value) => writer.bool(value),
  read: (reader, path) => reader.bool(path),
}

export const u64: Member<bigint> = {
  write: (writer, value) => writer.u64(value),
  read: (reader, path) => reader.u64(path),
}

/** So many bytes of UTF-8. */
export function text(least: number, most: number): Member<string> {
  return {
    write: (writer, value) => writer.text(value),
    read: (reader, path) => reader.text(path, least, most),
  }
}

export function bytes(least: number, most?: number): Member<Uint8Array> {
  return {
    write: (writer, value) => writer.bytes(value),
    read: (reader, path) => reader.bytes(path, least, most),
  }
}

/** Bytes that are hexadecimal digits here. */
export function hex(length: number): Member<string> {
  return {
    write: (writer, value) => writer.hex(value),
    read: (reader, path) => reader.hex(path, length),
  }
}

/** Any 32 bytes: those that are no point of the curve are the key of nobody. */
export const publicKey = hex(32) as Member<PublicKey>

export const id: Member<Hash> = {
  write: (writer, value) => writer.id(value),
  read: (reader, path) => reader.id(path),
}

export function list<Value>(most: number, member: Member<Value>): Member<readonly Value[]> {
  return {
    write: (writer, values) => writer.list(values, (value) => member.write(writer, value)),
    read: (reader, path) => reader.list(path, most, () => member.read(reader, path)),
  }
}

const NO_BYTES = new Uint8Array()

/** `number, id?` of docs/wire.md. */
export const mark: Member<ArrivalMark> = {
  items: 2,
  write(writer, { number, id }) {
    writer.number(number)
    if (id === undefined) writer.bytes(NO_BYTES)
    else writer.id(id)
  },
  read(reader, path) {
    const number = reader.number(`${path}.number`)
    if (number > 0) return { number, id: reader.id(`${path}.id`) }
    reader.bytes(`${path}.id`, 0)
    return { number }
  },
}

/** Why a later version ends a channel is not known here; that it does is. */
export const endCode: Member<EndCode> = {
  write: (writer, value) => writer.text(value),
  read(reader, path) {
    const code = reader.text(path, 1, MAX_CAPABILITY_BYTES)
    return END_CODES.find((known) => known === code) ?? 'failed'
  },
}

export const entryItem: Member<EntryItem> = {
  write(writer, { entry, operation }) {
    writer.array(operation === undefined ? 1 : 2)
    writer.bytes(entry)
    if (operation !== undefined) writer.bytes(operation)
  },
  read(reader, path) {
    const members = reader.array(path, 2, 1)
    const entry = reader.bytes(`${path}.entry`, 1, MAX_ENTRY_BYTES)
    if (members === 1) return { entry }
    return { entry, operation: reader.bytes(`${path}.operation`, 1, MAX_PAYLOAD_BYTES) }
  },
}

export const item: Member<Item> = {
  write(writer, value) {
    if (typeof value === 'string') writer.id(value)
    else entryItem.write(writer, value)
  },
  read: (reader, path) => (reader.isArrayNext ? entryItem.read(reader, path) : reader.id(`${path}.id`)),
}
