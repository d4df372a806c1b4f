import type {
  DocumentId,
  DocumentViewId,
  MetaField,
  OrderDirection,
  PublicKey,
  RakkoError,
  SchemaId,
} from '@rakko/core'
import type { CallOptions } from './rakko-node.js'

/** A field as a definition declares it; `int()` and `bigint()` are both the protocol's int. */
export interface FieldDeclaration {
  readonly type:
    | 'bool'
    | 'int'
    | 'bigint'
    | 'float'
    | 'str'
    | 'bytes'
    | 'relation'
    | 'relation_list'
    | 'pinned_relation'
    | 'pinned_relation_list'
}

/** A definition bound to its schema id, as the generated module exports it. */
export interface CollectionSchema {
  readonly id: SchemaId
  readonly name: string
  readonly fields: Readonly<Record<string, FieldDeclaration>>
}

/** Field values as rows hold them. */
interface RowValues {
  bool: boolean
  /** A stored value beyond ±(2^53−1) arrives as a bigint all the same, rather than rounded. */
  int: number
  bigint: bigint
  float: number
  str: string
  bytes: Uint8Array
  relation: DocumentId
  relation_list: DocumentId[]
  pinned_relation: DocumentViewId
  pinned_relation_list: DocumentViewId[]
}

/** Field values as calls take them. Ids are text in any case: lower-case hexadecimal, checked where they are used. */
interface InputValues {
  bool: boolean
  /** A safe integer, or any bigint of 64 bits. */
  int: number | bigint
  bigint: number | bigint
  float: number
  /** Well-formed Unicode. */
  str: string
  bytes: Uint8Array
  relation: string
  relation_list: readonly string[]
  pinned_relation: string
  pinned_relation_list: readonly string[]
}

/** A document's latest view, flat: meta fields begin with `$`, which no field name can. */
export type RowOf<S extends CollectionSchema> = RowMeta & {
  [Name in keyof S['fields']]: RowValues[S['fields'][Name]['type']]
}

export interface RowMeta {
  $id: DocumentId
  $viewId: DocumentViewId
  /** Signer of the document's CREATE. */
  $owner: PublicKey
  /** Signer of its last change. */
  $signer: PublicKey
  $edited: boolean
  $deleted: boolean
}

/** What `create` takes: every field, as the protocol knows no optional ones. */
export type FieldsOf<S extends CollectionSchema> = {
  readonly [Name in keyof S['fields']]: InputValues[S['fields'][Name]['type']]
}

/** Operators on a field with values of this type; several AND together. */
export interface Comparison<Value> {
  readonly eq?: Value
  readonly notEq?: Value
  readonly in?: readonly Value[]
  readonly notIn?: readonly Value[]
  readonly gt?: Value
  readonly gte?: Value
  readonly lt?: Value
  readonly lte?: Value
  /** Part of a text, case-sensitive; nothing is a wildcard. */
  readonly contains?: Value
  readonly notContains?: Value
}

type Compared<Value> = Value extends readonly (infer Item)[] ? Comparison<Item> : Comparison<Value>

/** A filter: fields AND together; `$and`, `$or` and `$not` nest. A bare value means `eq`. */
export type CollectionWhere<Fields> = {
  readonly [Name in keyof Fields]?: Fields[Name] | Compared<Fields[Name]>
} & {
  readonly $id?: string | Comparison<string>
  readonly $viewId?: string | Comparison<string>
  readonly $owner?: string | Comparison<string>
  readonly $signer?: string | Comparison<string>
  readonly $edited?: boolean | Comparison<boolean>
  readonly $deleted?: boolean | Comparison<boolean>
  readonly $and?: readonly CollectionWhere<Fields>[]
  readonly $or?: readonly CollectionWhere<Fields>[]
  readonly $not?: CollectionWhere<Fields>
}

type OrderName<Fields> = (keyof Fields & string) | MetaField
type OrderBy<Fields> = OrderName<Fields> | { readonly [Name in OrderName<Fields>]?: OrderDirection }

export interface FindOptions<Fields> extends CallOptions {
  readonly where?: CollectionWhere<Fields>
  /** A name (ascending), `{ name: 'desc' }`, or a list of both; without it by document id. */
  readonly orderBy?: OrderBy<Fields> | readonly OrderBy<Fields>[]
  /** Page length. */
  readonly first?: number
  /** `endCursor` of the page before; of the same `orderBy`. */
  readonly after?: string
}

export interface Page<Row> {
  readonly rows: Row[]
  /** For `after`; undefined on an empty page. */
  readonly endCursor: string | undefined
  readonly hasNextPage: boolean
}

export interface CreateOptions extends CallOptions {
  /**
   * 1 to 64 characters, remembered for a day: a create with an id that was used makes no second document and resolves to
   * the first one's id. Repeat a create whose outcome is unknown with the same id.
   */
  readonly idempotencyId?: string
}

/** The `previous` of a change: the current view, unless an older one that the caller has seen is named. */
export interface ChangeOptions extends CallOptions {
  readonly previous?: string
}

/** What became of one item of `createMany`. */
export type CreateOutcome =
  | { readonly status: 'created'; readonly id: DocumentId }
  | { readonly status: 'refused'; readonly error: RakkoError }

/** Documents of one schema. A write that resolved is durable, as far as the storage goes, and seen by every later read. */
export interface Collection<Row, Fields> {
  /** Rejects with INVALID_FIELD, MISSING_FIELD or UNEXPECTED_FIELD naming `field`, `expected` and `got`. */
  create(fields: Fields, options?: CreateOptions): Promise<DocumentId>
  /**
   * Any number in one message; outcomes in order of the items. One item's fault does not touch the others.
   * `idempotencyId` stands for the whole list: item n is remembered as `<id>/<n>`.
   */
  createMany(items: readonly Fields[], options?: CreateOptions): Promise<CreateOutcome[]>
  /** Sets the given fields, leaves the others. Also rejects with DOCUMENT_NOT_FOUND and DOCUMENT_DELETED. */
  update(id: string, fields: Partial<Fields>, options?: ChangeOptions): Promise<DocumentViewId>
  delete(id: string, options?: ChangeOptions): Promise<DocumentViewId>
  /** Undefined where unknown, deleted or of another schema. */
  get(id: string, options?: CallOptions): Promise<Row | undefined>
  /** Rows that match, one page long. Rejects with INVALID_QUERY. */
  find(options?: FindOptions<Fields>): Promise<Row[]>
  page(options?: FindOptions<Fields>): Promise<Page<Row>>
  count(options?: Pick<FindOptions<Fields>, 'where'> & CallOptions): Promise<number>
}
