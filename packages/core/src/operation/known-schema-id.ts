import type { SchemaId } from '../ids.js'
import { RecentMap } from '../recent-map.js'
import { parseSchemaId } from '../schema/schema-id.js'

/** An application has tens of schemas and millions of operations, each of which names one. */
const REMEMBERED_SCHEMA_IDS = 256
/** Longer ones are not remembered: a stranger's may fill a payload, and this would keep hundreds. */
const MAX_REMEMBERED_CHARACTERS = 1024
const schemaIds = new RecentMap<string, SchemaId>(REMEMBERED_SCHEMA_IDS)

/** `parseSchemaId`, which remembers its last results. Throws INVALID_SCHEMA_ID. */
export function knownSchemaId(text: string): SchemaId {
  const known = schemaIds.get(text)
  if (known !== undefined) return known
  const schemaId = parseSchemaId(text)
  if (text.length <= MAX_REMEMBERED_CHARACTERS) schemaIds.set(text, schemaId)
  return schemaId
}
