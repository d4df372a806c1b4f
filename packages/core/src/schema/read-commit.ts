import { hexToBytes } from '../bytes/hex.js'
import { hash } from '../hash/hash.js'
import type { Hash, SchemaId } from '../ids.js'
import { decodeOperation } from '../operation/decode-operation.js'
import type { PlainOperation } from '../operation/operation.js'
import { refusal } from '../refusal.js'
import type { Commit } from './bind-schemas.js'
import { SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION } from './system-schemas.js'

/** The bytes of a commit. */
export interface CommitBytes {
  readonly entry: Uint8Array
  readonly entryHash: Hash
  readonly operation: Uint8Array
  readonly unchecked: PlainOperation
}

/**
 * Decodes a commit and checks that it has the hash that it claims and defines a schema. Neither signature nor links are
 * looked at. Throws INVALID_SCHEMA_LOCK, INVALID_HEX and what decoding an operation throws.
 */
export function readCommit({ entry_hash, entry, operation }: Commit): CommitBytes {
  const bytes = { entry: hexToBytes(entry), operation: hexToBytes(operation) }
  const entryHash = hash(bytes.entry)
  if (entryHash !== entry_hash) {
    throw refusal('INVALID_SCHEMA_LOCK', { field: 'entry_hash', expected: entryHash, got: entry_hash })
  }
  const unchecked = decodeOperation(bytes.operation)
  if (!isDefinition(unchecked.schemaId)) {
    const expected = `${SCHEMA_DEFINITION} or ${SCHEMA_FIELD_DEFINITION}`
    throw refusal('INVALID_SCHEMA_LOCK', { field: 'operation', expected, got: unchecked.schemaId })
  }
  return { ...bytes, entryHash, unchecked }
}

/** Whether documents of this schema define schemas. */
export function isDefinition(id: SchemaId): boolean {
  return id === SCHEMA_DEFINITION || id === SCHEMA_FIELD_DEFINITION
}
