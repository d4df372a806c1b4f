import type { SchemaId } from '@rakko/core'
import type { Session } from '../driver/driver.js'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { Names } from '../sql/names.js'

/** A transaction that holds the lock on `arrival`, and the schemas that it knows. */
export interface PinContext {
  readonly session: Session
  readonly names: Names
  readonly schemas: PinSchemas
  /** By number, the schemas whose tables of pinned views this transaction makes. */
  readonly newPinned: Map<number, KnownSchema>
  /** Numbers of schemas that it has made views of. */
  readonly made: Set<number>
}

export interface PinSchemas {
  /** Reads those that are not in memory; the others find them then. */
  holdSchemas(session: Session, names: Names, keys: Iterable<SchemaId | number>): Promise<void>
  knownSchema(id: SchemaId): KnownSchema | undefined
  schemaAt(number: number): KnownSchema | undefined
}

/** The `holder` of the pins of a document's latest view. */
export const LATEST = new Uint8Array()
