import { FIELD_TYPES, parseSchemaIdParts, type Query, RakkoError, type Schema, type SchemaId } from '@rakko/core'
import { damagedRows } from '../driver/damaged-rows.js'
import type { KnownSchema } from '../schemas/schema-registry.js'
import type { Database } from '../transaction/database.js'

/** The schemas of a query and of all that it includes. */
export type QueriedSchemas = ReadonlyMap<SchemaId, KnownSchema>

/** Another node on this database may have met the schema, or its first document. */
export async function findKnownSchema(database: Database, id: SchemaId): Promise<KnownSchema | undefined> {
  const known = database.registry.get(id)
  if (known?.hasTable) return known
  const [found] = await database.registry.reread(database, [id])
  return found
}

/** Throws SCHEMA_NOT_FOUND, and DATABASE_DAMAGED where its fields are lost: each schema has one. */
export async function knownSchemaOf(database: Database, schemaId: SchemaId): Promise<KnownSchema> {
  const known = await findKnownSchema(database, schemaId)
  if (known?.schema.fields.size === 0) throw damagedRows('the fields of a schema are lost')
  if (known) return known
  throw new RakkoError('SCHEMA_NOT_FOUND', `Schema not found: ${schemaId}`, { schemaId })
}

/** The same for who reads its documents. Throws SCHEMA_NOT_FOUND, and as `AskedSchemas.standing`. */
export async function askedSchemaOf(database: Database, schemaId: SchemaId): Promise<KnownSchema> {
  return database.asked.standing(database, await knownSchemaOf(database, schemaId))
}

/** All that the database knows, in order of their numbers. */
export async function readSchemas(database: Database): Promise<Schema[]> {
  const known = await database.registry.readAll(database)
  return known.map(({ schema }) => schema)
}

/** As `askedSchemaOf`. */
export async function queriedSchemas(database: Database, query: Query): Promise<QueriedSchemas> {
  const schemas = new Map<SchemaId, KnownSchema>()
  for (const { schemaId } of queryParts(query)) {
    if (!schemas.has(schemaId)) schemas.set(schemaId, await askedSchemaOf(database, schemaId))
  }
  // Another node on this database may have met the first view that is pinned.
  if (pinnedSchemas(query).some((id) => !schemas.get(id)?.hasPinned)) {
    await database.registry.load(database)
    for (const [id, known] of schemas) schemas.set(id, database.registry.get(id) ?? known)
  }
  return schemas
}

/** A query and all that it includes. */
export function queryParts(query: Query): Query[] {
  return [query, ...(query.include ?? []).flatMap((included) => queryParts(included.query))]
}

/** Schemas whose pinned views a query includes. */
function pinnedSchemas({ include = [] }: Query): SchemaId[] {
  return include.flatMap(({ type, query }) => {
    return [...(FIELD_TYPES[type].isPinned ? [query.schemaId] : []), ...pinnedSchemas(query)]
  })
}

export function isSchemaId(text: string): boolean {
  try {
    parseSchemaIdParts(text)
    return true
  } catch {
    return false
  }
}
