import { BLOB, BLOB_PIECE, SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, type SchemaId } from '@rakko/core'

/** The numbers of the protocol's own schemas, as the first migration gives them. */
export const SYSTEM_NUMBERS: ReadonlyMap<SchemaId, number> = new Map(
  [SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION, BLOB, BLOB_PIECE].map((id, index) => [id, index + 1]),
)
/** Those whose tables, and tables of pinned views, every database has. */
export const WITH_TABLES: ReadonlySet<SchemaId> = new Set([SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION])
