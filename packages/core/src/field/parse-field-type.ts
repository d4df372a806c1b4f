import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import type { FieldType } from '../schema/schema.js'
import { parseSchemaId } from '../schema/schema-id.js'
import { type BasicFieldType, FIELD_TYPES, type FieldTypeName, isFieldTypeName, isRelationType } from './field-types.js'

const NAMES = Object.keys(FIELD_TYPES) as FieldTypeName[]
const BASIC_NAMES = NAMES.filter((name) => !isRelationType(name)).join(', ')
const RELATION_NAMES = NAMES.filter(isRelationType).join(', ')

/**
 * The reference takes the first word of the text and what stands in parentheses behind it, whatever is around them. So
 * ` relation(blob_v1).` is a relation. Every node must build the same schema of such a definition. Otherwise one
 * refuses the documents that another stores. `\w` and `.` are written out as the reference's regular expressions mean
 * them.
 */
const LENIENT_TYPE = /([\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+)(?:\(([^\n]+)\))?/u
/**
 * What an operation on schema_field_definition_v1 is held to. The reference looks for this anywhere and then judges the
 * schema id alone. So `foo(blob_v1)` may be published, though no schema can be built of it. One letter before the
 * parenthesis is as good as many, and keeps the search linear on hostile text.
 */
const PUBLISHED_TYPE = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]\(([_0-9A-Za-z]*)\)/u

/**
 * The type that a field of a schema gets from its definition. The text is a basic word, or a relation's word with the
 * schema of its target: `relation(venue_0020…)`. Throws INVALID_FIELD_TYPE or INVALID_SCHEMA_ID.
 */
export function parseFieldType(text: string): FieldType {
  if (isBasic(text)) return { type: text }
  const [, word, schemaId] = LENIENT_TYPE.exec(text) ?? []
  if (word === undefined || schemaId === undefined || !isFieldTypeName(word)) throw invalid(text)
  if (!isRelationType(word)) throw invalid(text)
  return { type: word, schemaId: parseSchemaId(schemaId) }
}

export function formatFieldType(type: FieldType): string {
  return 'schemaId' in type ? `${type.type}(${type.schemaId})` : type.type
}

/** Whether an operation may carry this type. `parseFieldType` takes fewer. */
export function isPublishableFieldType(text: string): boolean {
  if (isBasic(text)) return true
  const [, schemaId] = PUBLISHED_TYPE.exec(text) ?? []
  if (schemaId === undefined) return false
  try {
    parseSchemaId(schemaId)
    return true
  } catch {
    return false
  }
}

function isBasic(word: string): word is BasicFieldType {
  return isFieldTypeName(word) && !isRelationType(word)
}

function invalid(text: string): RakkoError {
  const expected = `${BASIC_NAMES} or one of ${RELATION_NAMES} with (schema id)`
  return refusal('INVALID_FIELD_TYPE', { expected, got: text, about: 'Invalid field type' })
}
