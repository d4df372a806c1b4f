import type { DocumentViewId, SchemaId } from '../ids.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import { isSchemaName } from './schema-rules.js'

/**
 * A schema id is text:
 *
 * | kind        | form                       | example                       |
 * | ----------- | -------------------------- | ----------------------------- |
 * | application | `name_<view id>`           | `venue_0020c2…_0020f1…`       |
 * | system      | `name_v<0 to 255>`         | `schema_definition_v1`        |
 *
 * The view id is that of the schema_definition document; the name may itself hold `_`. The case of hexadecimal digits
 * is kept as given, since the reference takes `venue_0020C2…` for another schema, one that nobody can define.
 */
export type SchemaIdParts =
  | { readonly kind: 'application'; readonly name: string; readonly viewId: DocumentViewId }
  | { readonly kind: 'system'; readonly name: SystemSchemaName; readonly version: number }

export const SYSTEM_SCHEMA_NAMES = ['schema_definition', 'schema_field_definition', 'blob', 'blob_piece'] as const
export type SystemSchemaName = (typeof SYSTEM_SCHEMA_NAMES)[number]

const HASH_DIGITS = 68
const HASH = /^00[0-9a-fA-F]{66}$/
/** A u8 in decimal; a plus sign and leading zeros pass. */
const SYSTEM_VERSION = /^\+?[0-9]+$/
const MAX_SYSTEM_VERSION = 255

/** Checks the text and brings it to its canonical form (`blob_v01` is `blob_v1`). Throws INVALID_SCHEMA_ID. */
export function parseSchemaId(text: string): SchemaId {
  return formatSchemaId(parseSchemaIdParts(text))
}

export function formatSchemaId(parts: SchemaIdParts): SchemaId {
  return (parts.kind === 'system' ? `${parts.name}_v${parts.version}` : `${parts.name}_${parts.viewId}`) as SchemaId
}

/** Throws INVALID_SCHEMA_ID. A system schema of another version than 1 can be parsed, but no such schema is known. */
export function parseSchemaIdParts(text: string): SchemaIdParts {
  if (typeof text !== 'string') throw invalid(text, 'text', typeof text)
  const last = text.lastIndexOf('_')
  if (last === -1) throw invalid(text, 'an underscore', 'none')
  const tail = text.slice(last + 1)
  if (tail.startsWith('v') && tail.length < HASH_DIGITS) return parseSystem(text, text.slice(0, last), tail.slice(1))
  return parseApplication(text)
}

function parseSystem(text: string, name: string, version: string): SchemaIdParts {
  if (!SYSTEM_VERSION.test(version) || Number(version) > MAX_SYSTEM_VERSION) {
    throw invalid(text, 'a system schema version, v0 to v255', `v${version}`)
  }
  if (!isSystemSchemaName(name)) throw invalid(text, `a system schema: ${SYSTEM_SCHEMA_NAMES.join(', ')}`, name)
  return { kind: 'system', name, version: Number(version) }
}

/** Takes hashes off the end; the name is what is left once that is shorter than a hash or holds no underscore. */
function parseApplication(text: string): SchemaIdParts {
  const ids: string[] = []
  let name = text
  do {
    const last = name.lastIndexOf('_')
    const id = name.slice(last + 1)
    if (!HASH.test(id)) throw invalid(text, 'an operation id of 68 hexadecimal digits', id)
    ids.push(id)
    name = name.slice(0, last)
  } while (name.length >= HASH_DIGITS && name.includes('_'))
  ids.reverse()
  if (!isSchemaName(name)) throw invalid(text, 'a name of 2 to 64 letters, digits and underscores', name)
  for (let i = 1; i < ids.length; i++) {
    const [before, after] = [ids[i - 1], ids[i]]
    if (before !== undefined && after !== undefined && before >= after) {
      throw invalid(text, 'ascending operation ids', `${before} before ${after}`)
    }
  }
  return { kind: 'application', name, viewId: ids.join('_') as DocumentViewId }
}

function isSystemSchemaName(name: string): name is SystemSchemaName {
  return (SYSTEM_SCHEMA_NAMES as readonly string[]).includes(name)
}

function invalid(text: unknown, expected: string, got: string): RakkoError {
  const shown = typeof text === 'string' ? text.slice(0, 256) : String(text)
  const about = `Invalid schema id '${shown}'`
  return refusal('INVALID_SCHEMA_ID', { field: 'schemaId', expected, got, about, details: { schemaId: shown } })
}
