import type { ListFieldType } from '../field/field-types.js'
import type { DocumentId, DocumentViewId, PublicKey } from '../ids.js'
import type { MetaField, OrderDirection } from '../query/query.js'
import type { RANK, SearchInput } from '../query/search.js'
import type { BoundSchema } from './bind-schemas.js'
import type { DeclaredType } from './definition.js'

/** Operators of single values. A plain value means `eq`. */
interface Equality<Value> {
  readonly eq?: Value | undefined
  readonly notEq?: Value | undefined
  readonly in?: readonly Value[] | undefined
  readonly notIn?: readonly Value[] | undefined
}

interface Ordered<Value> extends Equality<Value> {
  readonly gt?: Value | undefined
  readonly gte?: Value | undefined
  readonly lt?: Value | undefined
  readonly lte?: Value | undefined
}

/** `contains` is case-sensitive, and nothing in it is a wildcard. */
interface Text extends Ordered<string> {
  readonly contains?: string | undefined
  readonly notContains?: string | undefined
}

/** Of lists: `in` holds where any element is in the set, `notIn` where none is. */
interface Elements<Value> {
  readonly in?: readonly Value[] | undefined
  readonly notIn?: readonly Value[] | undefined
}

/** What an app sees of a field, by declared type: in rows, in calls that write, and in `where`. Ids are text. */
interface AppTypes {
  bool: { row: boolean; input: boolean; where: boolean | Equality<boolean> }
  /** Calls take safe integers, or bigints of 64 bits. */
  int: { row: number; input: number | bigint; where: number | bigint | Ordered<number | bigint> }
  bigint: { row: bigint; input: number | bigint; where: number | bigint | Ordered<number | bigint> }
  float: { row: number; input: number; where: number | Ordered<number> }
  str: { row: string; input: string; where: string | Text }
  bytes: { row: Uint8Array; input: Uint8Array; where: Uint8Array | Equality<Uint8Array> }
  relation: { row: DocumentId; input: string; where: string | Equality<string> }
  relation_list: { row: DocumentId[]; input: readonly string[]; where: Elements<string> }
  pinned_relation: { row: DocumentViewId; input: string; where: string | Equality<string> }
  pinned_relation_list: { row: DocumentViewId[]; input: readonly string[]; where: Elements<string> }
}

type TypeOf<S extends BoundSchema, Name extends keyof S['fields']> = S['fields'][Name] extends {
  readonly type: infer Type extends DeclaredType
}
  ? Type
  : never

/** A document's latest view, flat: meta fields begin with `$`, which no field name can. */
export type Row<S extends BoundSchema> = RowMeta & {
  readonly [Name in keyof S['fields']]: AppTypes[TypeOf<S, Name>]['row']
}

export interface RowMeta {
  readonly $id: DocumentId
  readonly $viewId: DocumentViewId
  /** Signer of the document's CREATE. */
  readonly $owner: PublicKey
  /** Signer of its last change. */
  readonly $signer: PublicKey
  readonly $edited: boolean
  readonly $deleted: boolean
}

/** What creating takes: every field, as the protocol knows no optional ones. */
export type CreateFields<S extends BoundSchema> = {
  readonly [Name in keyof S['fields']]: AppTypes[TypeOf<S, Name>]['input']
}

/** What updating takes: the fields that change. */
export type UpdateFields<S extends BoundSchema> = {
  readonly [Name in keyof S['fields']]?: AppTypes[TypeOf<S, Name>]['input'] | undefined
}

/** A filter: all that stands side by side ANDs together; `$and`, `$or` and `$not` nest. */
export type WhereOf<S extends BoundSchema> = {
  readonly [Name in keyof S['fields']]?: AppTypes[TypeOf<S, Name>]['where'] | undefined
} & {
  readonly $id?: string | Equality<string> | undefined
  readonly $viewId?: string | Equality<string> | undefined
  readonly $owner?: string | Equality<string> | undefined
  readonly $signer?: string | Equality<string> | undefined
  readonly $edited?: boolean | Equality<boolean> | undefined
  readonly $deleted?: boolean | Equality<boolean> | undefined
  readonly $and?: readonly WhereOf<S>[] | undefined
  readonly $or?: readonly WhereOf<S>[] | undefined
  readonly $not?: WhereOf<S> | undefined
  /** Full text over text fields, as typed into a search box; `undefined` asks for nothing. See SearchOf. */
  readonly $search?: string | SearchOf<S> | undefined
}

/** A search that says where to look and how, see SearchInput. */
export interface SearchOf<S extends BoundSchema> extends SearchInput {
  readonly fields?: readonly TextName<S>[] | undefined
}

type TextName<S extends BoundSchema> = {
  [Name in keyof S['fields'] & string]: TypeOf<S, Name> extends 'str' ? Name : never
}[keyof S['fields'] & string]

/** Names of fields with an order of their own: all but lists. */
type OrderName<S extends BoundSchema> =
  | MetaField
  | typeof RANK
  | {
      [Name in keyof S['fields'] & string]: TypeOf<S, Name> extends ListFieldType ? never : Name
    }[keyof S['fields'] & string]

type OrderItem<S extends BoundSchema> = OrderName<S> | { readonly [Name in OrderName<S>]?: OrderDirection | undefined }

/** `'name'` (ascending), `{ name: 'desc' }`, or a list of both. */
export type OrderOf<S extends BoundSchema> = OrderItem<S> | readonly OrderItem<S>[]
