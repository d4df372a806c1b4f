import type { Document } from '@rakko/store'

/** What an object and a field of it take, roughly. */
const DOCUMENT_BYTES = 1_000
const VALUE_BYTES = 100
const TEXT_UNIT_BYTES = 2

/** An estimate of the memory that a document takes, with all that a query included in it. */
export function documentBytes({ fields, related }: Document): number {
  let bytes = DOCUMENT_BYTES
  for (const { value } of fields.values()) {
    bytes += VALUE_BYTES
    if (typeof value === 'string') bytes += TEXT_UNIT_BYTES * value.length
    else if (value instanceof Uint8Array) bytes += value.length
    else if (Array.isArray(value))
      bytes += value.reduce((sum, id) => sum + VALUE_BYTES + TEXT_UNIT_BYTES * id.length, 0)
  }
  for (const { documents } of related?.values() ?? []) {
    for (const document of documents) bytes += documentBytes(document)
  }
  return bytes
}
