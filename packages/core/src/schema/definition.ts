import type { FieldTypeName, RelationFieldType } from '../field/field-types.js'
import type { SchemaId } from '../ids.js'
import type { SearchLanguage } from '../query/search.js'
import { parseSchemaId } from './schema-id.js'

/**
 * What an app writes to say which schemas it has. `int()` and `bigint()` are both the protocol's int of 64 bits. They
 * differ in what rows hold: `int()` a number, `bigint()` a bigint. (A stored value beyond ±(2^53−1) arrives in an
 * `int()` row as a bigint, rather than rounded.)
 */
export interface FieldDefinition<Type extends DeclaredType = DeclaredType> {
  readonly type: Type
}

export interface RelationDefinition<
  Type extends RelationFieldType = RelationFieldType,
  Target extends RelationTarget = RelationTarget,
> extends FieldDefinition<Type> {
  readonly target: Target
}

/** The protocol's types, and `bigint`: an int whose rows hold bigints. */
export type DeclaredType = FieldTypeName | 'bigint'

/** Another schema of the same definitions, by its name; or a schema from elsewhere, by its id. */
export type RelationTarget = string | ForeignSchema

export interface ForeignSchema {
  readonly id: SchemaId
}

export interface SchemaDefinition {
  /** At most 256 characters. */
  readonly description: string
  /** 1 to 1024. */
  readonly fields: Readonly<Record<string, FieldDefinition | RelationDefinition>>
  /**
   * Fields that this app's node indexes together, in this order: `[['starts'], ['venue', 'starts']]`. They are no part
   * of the schema: other nodes need not have them, and they change without a new schema.
   */
  readonly indexes?: readonly (readonly string[])[] | undefined
  /**
   * Text fields that `$search` looks at, the one that weighs most first. They are indexed together and are no part of
   * the schema either. With a language: `{ fields: ['title', 'body'], language: 'english' }`.
   */
  readonly search?: readonly string[] | SearchDefinition | undefined
}

export interface SearchDefinition {
  /** 1 to MAX_SEARCH_FIELDS. */
  readonly fields: readonly string[]
  /** `simple` where none is named: it suits every language. */
  readonly language?: SearchLanguage | undefined
}

/** Of one schema, and fields of one index. */
export const MAX_INDEXES = 32
export const MAX_INDEX_FIELDS = 4

/** By schema name. */
export type SchemaDefinitions = Readonly<Record<string, SchemaDefinition>>

export const bool = (): FieldDefinition<'bool'> => ({ type: 'bool' })
export const int = (): FieldDefinition<'int'> => ({ type: 'int' })
export const bigint = (): FieldDefinition<'bigint'> => ({ type: 'bigint' })
export const float = (): FieldDefinition<'float'> => ({ type: 'float' })
export const str = (): FieldDefinition<'str'> => ({ type: 'str' })
export const bytes = (): FieldDefinition<'bytes'> => ({ type: 'bytes' })

/** A document, always in its latest view. */
export function relation<const Target extends RelationTarget>(target: Target): RelationDefinition<'relation', Target> {
  return { type: 'relation', target }
}

export function relationList<const Target extends RelationTarget>(
  target: Target,
): RelationDefinition<'relation_list', Target> {
  return { type: 'relation_list', target }
}

/** One view of a document, as it was then. */
export function pinnedRelation<const Target extends RelationTarget>(
  target: Target,
): RelationDefinition<'pinned_relation', Target> {
  return { type: 'pinned_relation', target }
}

export function pinnedRelationList<const Target extends RelationTarget>(
  target: Target,
): RelationDefinition<'pinned_relation_list', Target> {
  return { type: 'pinned_relation_list', target }
}

/** A schema that is not among the definitions: a system schema or another app's. Throws INVALID_SCHEMA_ID. */
export function schemaId(id: string): ForeignSchema {
  return { id: parseSchemaId(id) }
}
