import { type PublicKey, type RakkoError, refusal, type SchemaId } from '@rakko/core'
import type { ReceivedItem } from '../decide/received-item.js'
import type { KnownSchema } from '../schemas/schema-registry.js'

/**
 * Tables that the first documents of one author may have made. Each of a wide schema's tables counts. Those of schemas
 * that the app ships or lists do not. Each table costs PostgreSQL three files, and memory once it is used.
 */
export const MAX_TABLES_PER_AUTHOR = 64

/**
 * Tables that the first documents of all authors together may have made. Keys are free, so a limit of one author alone
 * bounds nothing. They take some 20 MB.
 */
export const MAX_TABLES_OF_STRANGERS = 512

/** What is known of tables, including those that a transaction makes. */
export interface MadeTables {
  knownSchema(id: SchemaId): KnownSchema | undefined
  /** By schema number. */
  readonly newTables: { has(schema: number): boolean }
  isTableCounted(id: SchemaId): boolean
  tablesMadeBy(publicKey: PublicKey): number
  /** Of all authors. */
  readonly strangersTables: number
}

/** Returns TABLE_LIMIT where storing the item would make too many tables. What is stored stays usable. */
export function tableLimit(made: MadeTables, { entry, unchecked }: ReceivedItem): RakkoError | undefined {
  const { action, schemaId } = unchecked
  const schema = action === 'create' ? made.knownSchema(schemaId) : undefined
  if (!schema || schema.hasTable || made.newTables.has(schema.number) || !made.isTableCounted(schemaId)) {
    return undefined
  }
  const { publicKey } = entry
  const { length } = schema.views.groups
  const ofAuthor = made.tablesMadeBy(publicKey) + length
  if (ofAuthor > MAX_TABLES_PER_AUTHOR) {
    const about = `${publicKey} has had as many tables made as one author may`
    return refused(MAX_TABLES_PER_AUTHOR, ofAuthor, about, { publicKey, schemaId })
  }
  const all = schema.isDeclared ? 0 : made.strangersTables + length
  if (all <= MAX_TABLES_OF_STRANGERS) return undefined
  const about = 'As many tables were made as may be for schemas that the app has not listed'
  return refused(MAX_TABLES_OF_STRANGERS, all, about, { schemaId })
}

function refused(most: number, got: number, about: string, details: Readonly<Record<string, string>>): RakkoError {
  return refusal('TABLE_LIMIT', { field: 'schemaId', expected: `at most ${most} tables`, got, about, details })
}
