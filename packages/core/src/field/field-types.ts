import type { DocumentId, DocumentViewId } from '../ids.js'

/**
 * What a value of each type is, once its schema has told the type. A new type is added here; the compiler then names
 * every record that lacks it: the facts below, field-rules.ts, and what apps see in schema/row.ts.
 */
export interface FieldValues {
  bool: boolean
  /** 64 bits. */
  int: bigint
  float: number
  str: string
  bytes: Uint8Array
  relation: DocumentId
  relation_list: readonly DocumentId[]
  pinned_relation: DocumentViewId
  pinned_relation_list: readonly DocumentViewId[]
}

export type FieldTypeName = keyof FieldValues

interface FieldTypeFacts {
  /** The type names the schema of what it points at: `relation(venue_0020…)`. */
  readonly isRelation: boolean
  /** A value is a list of ids. */
  readonly isList: boolean
  /** It points at views, each as it was then, not at the documents as they are now. */
  readonly isPinned: boolean
}

const BASIC = { isRelation: false, isList: false, isPinned: false } as const

/** Facts about each type. They are apart from its rules, so that a page that asks for one loads no codec. */
export const FIELD_TYPES = {
  bool: BASIC,
  int: BASIC,
  float: BASIC,
  str: BASIC,
  bytes: BASIC,
  relation: { isRelation: true, isList: false, isPinned: false },
  relation_list: { isRelation: true, isList: true, isPinned: false },
  pinned_relation: { isRelation: true, isList: false, isPinned: true },
  pinned_relation_list: { isRelation: true, isList: true, isPinned: true },
} as const satisfies Readonly<Record<FieldTypeName, FieldTypeFacts>>

/** Names of the types of which a fact is true. */
type NamesWhere<Fact extends keyof FieldTypeFacts> = {
  [Name in FieldTypeName]: (typeof FIELD_TYPES)[Name][Fact] extends true ? Name : never
}[FieldTypeName]

export type RelationFieldType = NamesWhere<'isRelation'>
export type ListFieldType = NamesWhere<'isList'>
export type BasicFieldType = Exclude<FieldTypeName, RelationFieldType>

export function isFieldTypeName(word: string): word is FieldTypeName {
  return Object.hasOwn(FIELD_TYPES, word)
}

export function isRelationType(name: FieldTypeName): name is RelationFieldType {
  return FIELD_TYPES[name].isRelation
}
