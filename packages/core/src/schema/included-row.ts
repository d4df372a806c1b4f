import type { ListFieldType } from '../field/field-types.js'
import type { BoundSchema } from './bind-schemas.js'
import type { OrderOf, Row, WhereOf } from './row.js'

/** Nothing included. */
export type NoInclude = Readonly<Record<never, never>>

/** The schema that a relation field leads to. Of one from elsewhere only that it is a schema is known. */
export type TargetOf<S extends BoundSchema, Name extends keyof S['fields']> = S['fields'][Name] extends {
  readonly target: infer Target
}
  ? Target extends keyof NonNullable<S['schemas']>
    ? NonNullable<S['schemas']>[Target] extends infer T extends BoundSchema
      ? T
      : never
    : BoundSchema
  : never

type RelationName<S extends BoundSchema> = {
  [Name in keyof S['fields'] & string]: S['fields'][Name] extends { readonly target: unknown } ? Name : never
}[keyof S['fields'] & string]

type IsList<S extends BoundSchema, Name extends keyof S['fields']> = S['fields'][Name] extends {
  readonly type: ListFieldType
}
  ? true
  : false

/** Relations that come with a row, by field: `true`, or a query of their own. */
export type IncludeOf<S extends BoundSchema> = {
  readonly [Name in RelationName<S>]?:
    | true
    | (IsList<S, Name> extends true ? ListInclude<TargetOf<S, Name>> : SingleInclude<TargetOf<S, Name>>)
    | undefined
}

export interface SingleInclude<S extends BoundSchema> {
  /** Where it does not hold, the relation reads as null; from a list the document is left out. */
  readonly where?: WhereOf<S> | undefined
  readonly include?: IncludeOf<S> | undefined
}

export interface ListInclude<S extends BoundSchema> extends SingleInclude<S> {
  /** Without it the order of the list. */
  readonly orderBy?: OrderOf<S> | undefined
  /** 1 to 10 000; default 1 000. */
  readonly first?: number | undefined
  /** The last ones instead; not beside `first`. */
  readonly last?: number | undefined
  /** Cursors that a page of the same list and order gave. In the list's own order they are places in it. */
  readonly after?: string | undefined
  readonly before?: string | undefined
  /** With `page`: counts the documents of all pages too. */
  readonly count?: boolean | undefined
  /** The field then holds a page, with cursors, instead of an array. */
  readonly page?: boolean | undefined
}

/**
 * Stands beside options whose include is inferred: `never` at each name in it that is no relation. An inferred type has
 * whatever was written, so the compiler would let any name pass beside a known one.
 */
export interface KnownInclude<S extends BoundSchema, I> {
  readonly include: KnownRelations<S, I>
}

type KnownRelations<S extends BoundSchema, I> = {
  readonly [Name in keyof I]: Name extends RelationName<S> ? KnownMembers<S, Name, I[Name]> : never
}

type KnownMembers<S extends BoundSchema, Name extends keyof S['fields'], Members> = Members extends object
  ? {
      readonly [Member in keyof Members]: Member extends keyof ListInclude<TargetOf<S, Name>>
        ? Member extends 'include'
          ? KnownRelations<TargetOf<S, Name>, Members[Member]>
          : Member extends 'where'
            ? KnownNames<WhereOf<TargetOf<S, Name>>, Members[Member]>
            : Member extends keyof SingleInclude<TargetOf<S, Name>>
              ? Members[Member]
              : IsList<S, Name> extends true
                ? Members[Member]
                : never
        : never
    }
  : Members

type KnownNames<Shape, Members> = {
  readonly [Name in keyof Members]: Name extends keyof Shape ? Members[Name] : never
}

/** Rows and how to go on from them. */
export interface RowPage<RowType> {
  readonly rows: RowType[]
  /** For `before`; undefined on an empty page. */
  readonly startCursor: string | undefined
  /** For `after`; undefined on an empty page. */
  readonly endCursor: string | undefined
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  /** Rows of all pages, where the query asked for it. */
  readonly count: number | undefined
  /** How many documents of the schema are damaged and lost: some may be missing here. Absent where none is. */
  readonly lost?: number
}

/**
 * A row with its included relations. A single relation holds the row it leads to, or null where that is missing or
 * deleted. A list holds rows, or a page where one was asked for.
 */
export type RowWith<S extends BoundSchema, I> = [keyof I] extends [never]
  ? Row<S>
  : Omit<Row<S>, keyof I> & {
      readonly [Name in keyof I]: Name extends keyof S['fields'] ? Included<S, Name, I[Name]> : never
    }

type Included<S extends BoundSchema, Name extends keyof S['fields'], I> =
  IsList<S, Name> extends true
    ? I extends { readonly page: true }
      ? RowPage<IncludedRow<S, Name, I>>
      : IncludedRow<S, Name, I>[]
    : IncludedRow<S, Name, I> | null

type IncludedRow<S extends BoundSchema, Name extends keyof S['fields'], I> = RowWith<
  TargetOf<S, Name>,
  I extends { readonly include: infer Nested } ? Nested : NoInclude
>
