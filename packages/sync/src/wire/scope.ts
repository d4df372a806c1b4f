import {
  type DocumentId,
  MAX_ENTRY_BYTES,
  MAX_PAYLOAD_BYTES,
  parseSchemaId,
  type SchemaId,
  unlessInvalid,
} from '@rakko/core'
import type { ArrivalMark, EntryItem, Item, Scope } from './frame.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'
import { invalidFrame } from './invalid-frame.js'
import { MAX_LIST, MAX_SCHEMA_ID_BYTES, MAX_SCOPE_MEMBERS } from './limits.js'

/** What several types of frames have in them: `number, id?`, `scope` and `item` of docs/wire.md. */

export function writeMark(writer: FrameWriter, { number, id }: ArrivalMark): void {
  writer.number(number)
  if (id === undefined) writer.bytes(NO_BYTES)
  else writer.id(id)
}

export const NO_BYTES = new Uint8Array()

export function readMark(reader: FrameReader, field: string): ArrivalMark {
  const number = reader.number(`${field}.number`)
  if (number > 0) return { number, id: reader.id(`${field}.id`) }
  reader.bytes(`${field}.id`, 0)
  return { number }
}

export function writeScope(writer: FrameWriter, scope: Scope | undefined): void {
  const { schemas, authors, documents, withoutPieces = false } = scope ?? {}
  if (!schemas && !authors && !documents && !withoutPieces) {
    writer.null()
    return
  }
  writer.array(4)
  writeOptional(writer, schemas, (schemaId) => writer.text(schemaId))
  writeOptional(writer, authors, (publicKey) => writer.hex(publicKey))
  writeOptional(writer, documents, (id) => writer.id(id))
  writer.bool(withoutPieces)
}

function writeOptional<Member>(
  writer: FrameWriter,
  members: readonly Member[] | undefined,
  writeMember: (member: Member) => void,
): void {
  if (members === undefined) writer.null()
  else writer.list(members, writeMember)
}

export function readScope(reader: FrameReader, field: string): Scope | undefined {
  if (reader.takeNull()) return undefined
  reader.tuple(field, 4)
  let left = MAX_SCOPE_MEMBERS
  const readMembers = <Member extends string>(path: string, readMember: (path: string) => Member) => {
    if (reader.takeNull()) return undefined
    const members = reader.list(path, left, () => readMember(path))
    checkAscending(members, path)
    left -= members.length
    return members
  }
  const schemas = readMembers(`${field}.schemas`, (path) => readSchemaId(reader, path))
  const authors = readMembers(`${field}.authors`, (path) => reader.publicKey(path))
  const documents = readMembers(`${field}.documents`, (path) => reader.id(path) as DocumentId)
  const withoutPieces = reader.bool(`${field}.withoutPieces`)
  if (!schemas && !authors && !documents && !withoutPieces) throw invalidFrame(field, 'null for everything', 'a list')
  return {
    ...(schemas && { schemas }),
    ...(authors && { authors }),
    ...(documents && { documents }),
    ...(withoutPieces && { withoutPieces }),
  }
}

/** Its text has to be canonical: `blob_v01` is not the id of a schema, though it can be parsed. */
function readSchemaId(reader: FrameReader, field: string): SchemaId {
  const text = reader.text(field, 1, MAX_SCHEMA_ID_BYTES)
  const schemaId = unlessInvalid(() => parseSchemaId(text))
  if (schemaId !== text) throw invalidFrame(field, 'a schema id', text.slice(0, 256))
  return schemaId
}

/** These texts are ASCII, so that characters are in the order of bytes. */
export function checkAscending(members: readonly string[], field: string): void {
  for (let index = 1; index < members.length; index += 1) {
    if ((members[index - 1] as string) >= (members[index] as string)) {
      throw invalidFrame(
        field,
        'an ascending list without repetition',
        `member ${index} below the one before, or equal`,
      )
    }
  }
}

export function writeItem(writer: FrameWriter, item: Item): void {
  if (typeof item === 'string') writer.id(item)
  else writeEntryItem(writer, item)
}

export function writeEntryItem(writer: FrameWriter, { entry, operation }: EntryItem): void {
  writer.array(operation === undefined ? 1 : 2)
  writer.bytes(entry)
  if (operation !== undefined) writer.bytes(operation)
}

export function readItems(reader: FrameReader, field: string): Item[] {
  return reader.list(field, MAX_LIST, () =>
    reader.isArrayNext ? readEntryItem(reader, field) : reader.id(`${field}.id`),
  )
}

export function readEntryItems(reader: FrameReader, field: string): EntryItem[] {
  return reader.list(field, MAX_LIST, () => readEntryItem(reader, field))
}

function readEntryItem(reader: FrameReader, field: string): EntryItem {
  const members = reader.array(field, 2)
  if (members === 0) throw invalidFrame(field, 'an entry', 'nothing')
  const entry = reader.bytes(`${field}.entry`, 1, MAX_ENTRY_BYTES)
  if (members === 1) return { entry }
  return { entry, operation: reader.bytes(`${field}.operation`, 1, MAX_PAYLOAD_BYTES) }
}
