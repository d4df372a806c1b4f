import type { BoundSchema, IncludeOf, KnownInclude, RakkoError, Row, RowWith } from '@rakko/core'
import type { Collection } from '../remote/collection.js'
import type { LiveStatus } from './live-entry.js'
import { useLive } from './use-live.js'

export interface DocumentState<RowType> {
  readonly status: LiveStatus
  /** Undefined while `pending`, and where there is no such document or it was deleted. */
  readonly row: RowType | undefined
  readonly error: RakkoError | undefined
}

/** One document, live. */
export function useDocument<S extends BoundSchema, const I extends IncludeOf<S>>(
  collection: Collection<S>,
  id: string,
  options: { readonly include: I } & KnownInclude<S, I>,
): DocumentState<RowWith<S, I>>
export function useDocument<S extends BoundSchema>(collection: Collection<S>, id: string): DocumentState<Row<S>>
export function useDocument<S extends BoundSchema>(
  collection: Collection<S>,
  id: string,
  options?: { readonly include: IncludeOf<S> },
): DocumentState<unknown> {
  const query = { where: { $id: id }, first: 1, ...options }
  const { rows, status, error } = useLive(collection, query as never) as {
    rows: readonly Row<S>[]
    status: LiveStatus
    error: RakkoError | undefined
  }
  // While another document is awaited the one before is none of its rows.
  return { row: rows.find(({ $id }) => $id === id), status, error }
}
