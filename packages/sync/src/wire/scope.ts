import { parseSchemaId, type SchemaId, unlessInvalid } from '@rakko/core'
import { invalidFrame } from '../invalid-frame.js'
import type { Scope } from './frame.js'
import type { FrameReader } from './frame-reader.js'
import type { FrameWriter } from './frame-writer.js'
import { MAX_SCHEMA_ID_BYTES, MAX_SCOPE_MEMBERS } from './limits.js'
import { id, type Member, publicKey } from './members.js'

/** Its text has to be canonical: `blob_v01` is not the id of a schema, though it can be parsed. */
const schemaId: Member<SchemaId> = {
  write: (writer, value) => writer.text(value),
  read(reader, path) {
    const text = reader.text(path, 1, MAX_SCHEMA_ID_BYTES)
    const schemaId = unlessInvalid(() => parseSchemaId(text))
    if (schemaId !== text) throw invalidFrame(path, 'a schema id', text.slice(0, 256))
    return schemaId
  },
}

/** The lists of a scope, in their order on the wire. */
const LISTS = Object.entries({ schemas: schemaId, authors: publicKey, documents: id }) as readonly [
  'schemas' | 'authors' | 'documents',
  Member<string>,
][]

/** Null where it is everything. */
export const scope: Member<Scope | undefined> = {
  write(writer, value) {
    const { withoutPieces = false } = value ?? {}
    if (!withoutPieces && LISTS.every(([name]) => value?.[name] === undefined)) {
      writer.null()
      return
    }
    writer.array(LISTS.length + 1)
    for (const [name, member] of LISTS) writeList(writer, value?.[name], member)
    writer.bool(withoutPieces)
  },
  read(reader, path) {
    if (reader.takeNull()) return undefined
    reader.tuple(path, LISTS.length + 1)
    const read: Record<string, unknown> = {}
    let left = MAX_SCOPE_MEMBERS
    for (const [name, member] of LISTS) {
      if (reader.takeNull()) continue
      const list = readList(reader, `${path}.${name}`, left, member)
      left -= list.length
      read[name] = list
    }
    if (reader.bool(`${path}.withoutPieces`)) read.withoutPieces = true
    if (Object.keys(read).length === 0) throw invalidFrame(path, 'null for everything', 'a list')
    return read
  },
}

function writeList(writer: FrameWriter, values: readonly string[] | undefined, member: Member<string>): void {
  if (values === undefined) writer.null()
  else writer.list(values, (value) => member.write(writer, value))
}

/** Ascending: these texts are ASCII, so that characters are in the order of bytes. */
function readList(reader: FrameReader, path: string, most: number, member: Member<string>): string[] {
  const values = reader.list(path, most, () => member.read(reader, path))
  if (values.some((value, index) => value <= (values[index - 1] ?? ''))) {
    throw invalidFrame(path, 'an ascending list without repetition', 'another')
  }
  return values
}
