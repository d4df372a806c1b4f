import type {
  BoundSchema,
  CreateFields,
  DocumentId,
  DocumentViewId,
  IncludeOf,
  KnownInclude,
  OperationAction,
  OperationId,
  OrderOf,
  PublicKey,
  RakkoError,
  Row,
  RowPage,
  RowWith,
  UpdateFields,
  WhereOf,
} from '@rakko/core'
import type { CallOptions } from '../arguments/call-options.js'
import type { LiveObserver, LiveOptions, LiveResult, Subscription } from './live.js'

/**
 * Documents of one schema. A write that has resolved is stored, and every later read sees it.
 */
export interface Collection<S extends BoundSchema> {
  /**
   * Rejects with INVALID_FIELD, MISSING_FIELD or UNEXPECTED_FIELD, whose details name `field`, `expected` and `got`,
   * and with PAYLOAD_TOO_LARGE; nothing is stored then.
   */
  create(fields: CreateFields<S>, options?: CreateOptions): Promise<DocumentId>
  /**
   * Any number in one message. Outcomes are in order of the items, and one item's fault does not touch the others.
   * `idempotencyId` stands for the whole list, each item by its place. One for `create` is one for a list of that item.
   */
  createMany(items: readonly CreateFields<S>[], options?: CreateOptions): Promise<CreateOutcome[]>
  /** Sets the given fields and leaves the others. Also rejects with DOCUMENT_NOT_FOUND and DOCUMENT_DELETED. */
  update(id: string, fields: UpdateFields<S>, options?: ChangeOptions): Promise<DocumentViewId>
  delete(id: string, options?: ChangeOptions): Promise<DocumentViewId>
  /** Undefined where unknown, deleted or of another schema. */
  get(id: string, options?: CallOptions): Promise<Row<S> | undefined>
  /**
   * The document as it was at a view, the latest one or an earlier one. `$deleted` says whether it is deleted by now.
   * Undefined where an operation of the view is unknown or of another schema. Rejects with INVALID_DOCUMENT_VIEW_ID,
   * DIFFERENT_DOCUMENTS and, where a deleted document's payloads were dropped, with PURGED.
   */
  view(viewId: string, options?: CallOptions): Promise<Row<S> | undefined>
  /**
   * The operations of a document, deleted ones included, in the order in which their values win; undefined where it is
   * unknown or of another schema. Rejects with PURGED.
   */
  history(id: string, options?: CallOptions): Promise<HistoryOperation<S>[] | undefined>
  /** Rows that match, one page long. Rejects with INVALID_QUERY. */
  find<const I extends IncludeOf<S>>(options: IncludeOptions<S, I> & KnownInclude<S, I>): Promise<RowWith<S, I>[]>
  find(options?: FindOptions<S>): Promise<Row<S>[]>
  page<const I extends IncludeOf<S>>(
    options: IncludeOptions<S, I> & KnownInclude<S, I>,
  ): Promise<RowPage<RowWith<S, I>>>
  page(options?: FindOptions<S>): Promise<Page<S>>
  count(options?: Pick<FindOptions<S>, 'where'> & CallOptions): Promise<number>
  /**
   * Calls back with the page that `page` returns, and again whenever a write changes it, in the order of writes. Each
   * result says what is different. Callbacks come after the call has returned. While one runs, changes gather and come
   * as one. Throws INVALID_ARGUMENT.
   */
  live<const I extends IncludeOf<S>>(
    query: LiveIncludeQuery<S, I> & KnownInclude<S, I>,
    observer: LiveObserver<RowWith<S, I>> | ((result: LiveResult<RowWith<S, I>>) => void),
    options?: LiveOptions,
  ): Subscription
  live(
    query: LiveQuery<S>,
    observer: LiveObserver<Row<S>> | ((result: LiveResult<Row<S>>) => void),
    options?: LiveOptions,
  ): Subscription
}

/** What a live query asks for, as FindOptions says. */
export type LiveQuery<S extends BoundSchema> = Omit<FindOptions<S>, keyof CallOptions>
export type LiveIncludeQuery<S extends BoundSchema, I extends IncludeOf<S>> = Omit<
  IncludeOptions<S, I>,
  keyof CallOptions
>

/** What an operation did, and where it stands in the graph of its document. */
export interface HistoryOperation<S extends BoundSchema> {
  readonly id: OperationId
  readonly publicKey: PublicKey
  readonly action: OperationAction
  /** Operations that it follows: the edges of the graph. */
  readonly previous: readonly OperationId[]
  /** What it set, as rows hold it. */
  readonly fields: Partial<Omit<Row<S>, `$${string}`>>
  /** A row to draw it in: below all that it follows. */
  readonly depth: number
  /** A column to draw it in: 0 for the CREATE and the line that goes on from it, one more for each branch. */
  readonly branch: number
  /** Nothing follows it: a part of the current view id. */
  readonly isTip: boolean
  /** The view that it made, for `view`. */
  readonly viewId: DocumentViewId
}

export interface FindOptions<S extends BoundSchema> extends CallOptions {
  readonly where?: WhereOf<S> | undefined
  /** Without it by document id. */
  readonly orderBy?: OrderOf<S> | undefined
  /** Page length, 1 to 10 000; default 1 000. */
  readonly first?: number | undefined
  /** Length of a page taken from the end; not beside `first`. The order of the rows stays what it is. */
  readonly last?: number | undefined
  /** `endCursor` of the page before, which had the same order. */
  readonly after?: string | undefined
  /** `startCursor` of the page behind. */
  readonly before?: string | undefined
  /** Counts the rows of all pages too. */
  readonly count?: boolean | undefined
  /** See IncludeOptions. */
  readonly include?: undefined
}

export interface IncludeOptions<S extends BoundSchema, I extends IncludeOf<S>> extends Omit<FindOptions<S>, 'include'> {
  /** Relation fields to hold rows instead of ids, up to 8 levels and 64 relations: all in one SQL statement. */
  readonly include: I
}

export type Page<S extends BoundSchema> = RowPage<Row<S>>

export interface CreateOptions extends CallOptions {
  /**
   * 1 to 64 characters, none of them a control character. It is remembered for a day. A create with an id that was used
   * makes no second document, and resolves to the first one's id. Repeat a create whose outcome is unknown with the
   * same id.
   */
  readonly idempotencyId?: string | undefined
}

export interface ChangeOptions extends CallOptions {
  /**
   * The view that the change follows; default the current one. An older one makes a branch, which a later change joins.
   */
  readonly previous?: string | undefined
}

/** What became of one item of `createMany`. */
export type CreateOutcome =
  | { readonly status: 'created'; readonly id: DocumentId }
  | { readonly status: 'refused'; readonly error: RakkoError }
