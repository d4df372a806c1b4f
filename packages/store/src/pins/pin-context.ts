import type { SchemaId } from '@rakko/core'
import type { Session } from '../driver/driver.js'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { Names } from '../sql/names.js'

/** A transaction that holds the lock on `arrival`, and the schemas that it knows. */
export interface PinContext {
  readonly session: Session
  readonly names: Names
  readonly schemas: PinSchemas
  /** Numbers of schemas whose tables of pinned views this transaction makes. */
  readonly newPinned: Set<number>
  /** Numbers of schemas that it has made views of. */
  readonly made: Set<number>
}

export interface PinSchemas {
  knownSchema(id: SchemaId): KnownSchema | undefined
  schemaAt(number: number): KnownSchema | undefined
}

/** The `holder` of the pins of a document's latest view. */
export const LATEST = new Uint8Array()
