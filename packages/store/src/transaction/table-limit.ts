import { type PublicKey, type RakkoError, refusal, type SchemaId } from '@rakko/core'
import type { ReceivedItem } from '../decide/received-item.js'
import type { KnownSchema } from '../schemas/schema-registry.js'

/**
 * Tables that the first documents of one author may have made. Each of a wide schema's tables counts. Those of schemas
 * that the app ships or lists do not. Each table costs PostgreSQL three files, and memory once it is used.
 */
export const MAX_TABLES_PER_AUTHOR = 64

/** What is known of tables, including those that a transaction makes. */
export interface MadeTables {
  knownSchema(id: SchemaId): KnownSchema | undefined
  /** By schema number. */
  readonly newTables: { has(schema: number): boolean }
  isTableCounted(id: SchemaId): boolean
  tablesMadeBy(publicKey: PublicKey): number
}

/** Returns TABLE_LIMIT where storing the item would make too many tables. What is stored stays usable. */
export function tableLimit(made: MadeTables, { entry, unchecked }: ReceivedItem): RakkoError | undefined {
  const { action, schemaId } = unchecked
  const schema = action === 'create' ? made.knownSchema(schemaId) : undefined
  if (!schema || schema.hasTable || made.newTables.has(schema.number) || !made.isTableCounted(schemaId)) {
    return undefined
  }
  const tables = made.tablesMadeBy(entry.publicKey) + schema.views.groups.length
  if (tables <= MAX_TABLES_PER_AUTHOR) return undefined
  return refusal('TABLE_LIMIT', {
    field: 'schemaId',
    expected: `at most ${MAX_TABLES_PER_AUTHOR} tables`,
    got: tables,
    about: `${entry.publicKey} has had as many tables made as one author may`,
    details: { publicKey: entry.publicKey, schemaId },
  })
}
