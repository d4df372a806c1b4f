import { type DocumentId, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, type SchemaId } from '@rakko/core'
import type { MemoryData } from './memory-data.js'

const DEFINITIONS: readonly SchemaId[] = [SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION]

/** Removes a document: of its entries only their decisions stay. Returns whether it was there and defines nothing. */
export function forgetInMemory(data: MemoryData, documentId: DocumentId): boolean {
  const document = data.documents.get(documentId)
  if (document === undefined || DEFINITIONS.includes(document.view.schemaId)) return false
  for (const { id } of document.operations) {
    const number = data.numbers.get(id)
    const arrived = number === undefined ? undefined : data.arrived[number - 1]
    if (arrived === undefined) continue
    const { compared } = arrived
    data.entries.set(id, 'forgotten')
    data.arrived[arrived.number - 1] = {
      number: arrived.number,
      id,
      decision: 'forgotten',
      ...(compared && { compared }),
    }
  }
  data.documents.delete(documentId)
  return true
}
