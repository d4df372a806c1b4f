import type { Schema } from '@rakko/core'
import type { Document, DocumentChange } from '@rakko/store'

/** What was made of a change last, for the next live query that has the same to make of it. */
const patches = new WeakMap<
  DocumentChange,
  { readonly schema: Schema; readonly held: unknown; readonly after: Document }
>()

/** The document as it is after the change, as far as that is known. Live queries that hold the same share it. */
export function patched(schema: Schema, held: Document | undefined, change: DocumentChange): Document {
  const known = patches.get(change)
  if (known?.held === held && known?.schema === schema) return known.after
  const after = patch(schema, held, change)
  patches.set(change, { schema, held, after })
  return after
}

function patch(schema: Schema, held: Document | undefined, { isNew: _, fields, ...meta }: DocumentChange): Document {
  if (meta.deleted) return { ...held, ...meta, fields }
  const known = new Map([...(held?.fields ?? []), ...fields])
  return { ...held, ...meta, fields: new Map([...schema.fields.keys()].flatMap((name) => entryOf(known, name))) }
}

function entryOf<Value>(fields: ReadonlyMap<string, Value>, name: string): [string, Value][] {
  const value = fields.get(name)
  return value === undefined ? [] : [[name, value]]
}
