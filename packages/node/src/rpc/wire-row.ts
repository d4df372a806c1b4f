import type { Document } from '@rakko/store'
import type { WireRow, WireValue } from './messages.js'

/** A document as a message carries it. */
export function wireRow(document: Document): WireRow {
  const { id, viewId, owner, signer, edited, deleted } = document
  const fields: Record<string, WireValue> = {}
  for (const [name, { type, value }] of document.fields) fields[name] = type === 'bytes' ? compactBytes(value) : value
  return { id, viewId, owner, signer, edited, deleted, fields }
}

/** A structured clone of a view carries the whole buffer behind it, which may be a database's memory. */
export function compactBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
}
