import type { RelationFieldType } from '../field/field-types.js'
import type { SchemaId } from '../ids.js'
import type { SearchInput, SearchLanguage } from './search.js'

/** Limits of a query. Its caller is not trusted to be modest. */
export const DEFAULT_PAGE_LENGTH = 1000
export const MAX_PAGE_LENGTH = 10_000
/** Nesting of `$and`, `$or` and `$not`. */
export const MAX_FILTER_DEPTH = 16
/** Comparisons and groups of a filter together. */
export const MAX_FILTER_TERMS = 500
/** Values of all comparisons of a filter together. */
export const MAX_FILTER_VALUES = 10_000
/**
 * Characters of all texts together that a filter looks for within others. Each of them may be compared with each
 * character that is stored.
 */
export const MAX_CONTAINED_CHARACTERS = 1000
/** Full text searches of a filter. One without an index reads the words of every text again. */
export const MAX_FILTER_SEARCHES = 8
export const MAX_ORDER_KEYS = 16
/** Levels of `include`, the outermost counted. */
export const MAX_INCLUDE_DEPTH = 8
/** Relations that a query includes, on all levels together. */
export const MAX_INCLUDES = 64
/** Length of an included list's page, unless the caller names one. */
export const DEFAULT_INCLUDED_LENGTH = 100
/** Rows that pages may come to with the pages included in them: the product of the lengths along any path. */
export const MAX_INCLUDED_ROWS = 1_000_000

/** A value in a filter, as the API takes it: ids as text, bytes as bytes, ints as number or bigint. */
export type FilterValue = boolean | number | bigint | string | Uint8Array

/** Meta fields stand beside an app's fields; `$` cannot begin a field name, so they never collide. */
export const META_FIELDS = ['$id', '$viewId', '$owner', '$signer', '$edited', '$deleted'] as const
export type MetaField = (typeof META_FIELDS)[number]

export type ComparisonOperator =
  | 'eq'
  | 'notEq'
  | 'in'
  | 'notIn'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'contains'
  | 'notContains'

/**
 * How values compare, in filters and orders alike. Text compares by its UTF-8 bytes, bytes by theirs, ids as text, and
 * false comes before true. Floats compare as in PostgreSQL: NaN equals itself and is above Infinity, −0 equals 0.
 */

/** A filter as the API takes it: fields AND together; `$and`, `$or`, `$not` nest. */
export interface Where {
  readonly $and?: readonly Where[] | undefined
  readonly $or?: readonly Where[] | undefined
  readonly $not?: Where | undefined
  /** Full text, see SearchInput. */
  readonly $search?: string | SearchInput | undefined
  readonly [field: string]: unknown
}

export type OrderDirection = 'asc' | 'desc'

/** What a caller asks for, untrusted. `parseQuery` makes a `Query` of it. */
export interface QueryInput {
  readonly where?: Where | undefined
  /** `'name'`, `{ name: 'desc' }` or a list of both. By document id where it is left out. */
  readonly orderBy?: unknown
  /** Length of a page from the front, 1 to MAX_PAGE_LENGTH; default DEFAULT_PAGE_LENGTH. */
  readonly first?: number | undefined
  /** Length of a page from the end; not beside `first`. The order of the rows stays the same. */
  readonly last?: number | undefined
  /** Cursor of the row before the page. */
  readonly after?: string | undefined
  /** Cursor of the row behind the page. */
  readonly before?: string | undefined
  /** Counts the documents of all pages too. */
  readonly count?: boolean | undefined
  /** Relations to resolve, by field. */
  readonly include?: IncludeInput | undefined
}

/**
 * The relations to include: `{ venue: true }`, or with a query of its own for the documents that the field leads to.
 */
export interface IncludeInput {
  readonly [field: string]: boolean | NestedQueryInput | undefined
}

/**
 * Of a single relation only `where` and `include` make sense. A list comes in its own order unless `orderBy` gives
 * another; documents stand in it as often as the list names them.
 */
export interface NestedQueryInput extends QueryInput {
  /** Of a list: with cursors, and what `count` asks for. */
  readonly page?: boolean | undefined
}

/** The checked query tree. A store compiles it to one SQL statement. */
export interface Query {
  readonly schemaId: SchemaId
  readonly filter: Filter
  /** Never empty. The last key makes the order total: `$id` or, in a relation list, LIST_POSITION. */
  readonly order: readonly OrderKey[]
  /** Page length; 1 where a single relation is resolved. */
  readonly first: number
  /** The page is the last of the rows, not the first. */
  readonly isBackward?: true
  /** Values of the order keys, for the row before the page. */
  readonly after?: readonly FilterValue[]
  /** Those of the row behind the page. */
  readonly before?: readonly FilterValue[]
  readonly withCount?: true
  readonly include?: readonly Include[]
}

/** A relation field whose documents come with the row. */
export interface Include {
  readonly field: string
  readonly type: RelationFieldType
  /** Over the documents that the field names. */
  readonly query: Query
  /** Asked for with cursors. */
  readonly asPage?: true
}

/** Order key of a relation list's elements: their place in the list, from 1. */
export const LIST_POSITION = '$position'

export type Filter =
  | { readonly kind: 'and'; readonly filters: readonly Filter[] }
  | { readonly kind: 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  /** Full text, see SearchInput; a store knows which fields and language are declared. */
  | {
      readonly kind: 'search'
      readonly text: string
      /**
       * The last word may be the beginning of a longer one, unless quotes are closed behind it or a minus is before it.
       */
      readonly isPrefix: boolean
      readonly fields?: readonly string[]
      readonly language?: SearchLanguage
    }
  /** `values` holds one value, or any number for `in` and `notIn`. Their types fit the field. */
  | {
      readonly kind: 'compare'
      readonly field: string
      readonly operator: ComparisonOperator
      readonly values: readonly FilterValue[]
    }

export interface OrderKey {
  /** A field's name, a meta field, RANK beside a search or, in an included list only, LIST_POSITION. */
  readonly field: string
  readonly direction: OrderDirection
}
