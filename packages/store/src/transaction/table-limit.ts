import { type PublicKey, type RakkoError, refusal, type SchemaId } from '@rakko/core'
import type { ReceivedItem } from '../decide/received-item.js'
import type { KnownSchema, SchemaRegistry } from '../schemas/schema-registry.js'
import type { AuthorState } from './ledger-state.js'

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

/** What a transaction knows of tables. */
export interface MadeTables {
  knownSchema(id: SchemaId): KnownSchema | undefined
  readonly authors: { get(publicKey: PublicKey): AuthorState | undefined }
  /** By schema number, those that it makes. */
  readonly newTables: ReadonlyMap<number, { readonly schema: KnownSchema; readonly author: AuthorState }>
  isTableCounted(id: SchemaId): boolean
}

/** Tables that there were before it. */
type StoredTables = Pick<SchemaRegistry, 'tablesMadeBy' | 'strangersTables'>

/** Returns TABLE_LIMIT where storing the item would make too many tables. What is stored stays usable. */
export function tableLimit(
  made: MadeTables,
  stored: StoredTables,
  { entry, unchecked }: ReceivedItem,
): RakkoError | undefined {
  const { action, schemaId } = unchecked
  const schema = action === 'create' ? made.knownSchema(schemaId) : undefined
  if (!schema || schema.hasTable || made.newTables.has(schema.number) || !made.isTableCounted(schemaId)) {
    return undefined
  }
  const { publicKey } = entry
  const { length } = schema.views.groups
  const ofAuthor = tablesMadeBy(made, stored, publicKey) + length
  if (ofAuthor > MAX_TABLES_PER_AUTHOR) {
    const about = `${publicKey} has had as many tables made as one author may`
    return refused(MAX_TABLES_PER_AUTHOR, ofAuthor, about, { publicKey, schemaId })
  }
  const all = schema.isDeclared ? 0 : strangersTables(made, stored) + length
  if (all <= MAX_TABLES_OF_STRANGERS) return undefined
  const about = 'As many tables were made as may be for schemas that the app has not listed'
  return refused(MAX_TABLES_OF_STRANGERS, all, about, { schemaId })
}

function tablesMadeBy(made: MadeTables, stored: StoredTables, publicKey: PublicKey): number {
  const author = made.authors.get(publicKey)
  if (!author) return 0
  let tables = author.isNew ? 0 : stored.tablesMadeBy(author.number)
  for (const { schema: known, author: maker } of made.newTables.values()) {
    if (maker === author && made.isTableCounted(known.schema.id)) tables += known.views.groups.length
  }
  return tables
}

function strangersTables(made: MadeTables, stored: StoredTables): number {
  let tables = stored.strangersTables
  for (const { schema: known } of made.newTables.values()) {
    if (!known.isDeclared && made.isTableCounted(known.schema.id)) tables += known.views.groups.length
  }
  return tables
}

function refused(most: number, got: number, about: string, details: Readonly<Record<string, string>>): RakkoError {
  return refusal('TABLE_LIMIT', { field: 'schemaId', expected: `at most ${most} tables`, got, about, details })
}
