import {
  type BoundSchema,
  type IncludeOf,
  type KnownInclude,
  type Row,
  type RowPage,
  type RowWith,
  refusal,
} from '@rakko/core'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import type { Collection, LiveIncludeQuery, LiveQuery } from '../remote/collection.js'
import { liveEntry } from './live-entries.js'
import { structuralKey } from './structural-key.js'

/**
 * As useLive, but the nearest Suspense shows its fallback until the first result is there, and the nearest error
 * boundary what has ended the live query. Another query suspends again. In a transition what was shown stays meanwhile.
 * A server renders the fallback.
 */
export function useLiveSuspense<S extends BoundSchema, const I extends IncludeOf<S>>(
  collection: Collection<S>,
  query: LiveIncludeQuery<S, I> & KnownInclude<S, I>,
): RowPage<RowWith<S, I>>
export function useLiveSuspense<S extends BoundSchema>(collection: Collection<S>, query?: LiveQuery<S>): RowPage<Row<S>>
export function useLiveSuspense<S extends BoundSchema>(
  collection: Collection<S>,
  query: LiveQuery<S> | LiveIncludeQuery<S, IncludeOf<S>> = {},
): RowPage<unknown> {
  const key = structuralKey(query)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the query
  const entry = useMemo(() => liveEntry(collection, query), [collection, key])
  const { status, error: _, ...page } = useSyncExternalStore(entry.subscribe, entry.getState, leaveToBrowser)
  if (status === 'error') entry.throwError()
  // What <Activity> hid shows its rows again at once: it is mounted, and so the live query is open again.
  const shown = useRef<Shown>(undefined)
  const result = status !== 'pending' ? page : shown.current?.entry === entry ? shown.current.page : undefined
  if (result === undefined) throw entry.awaitResult()
  useEffect(() => {
    shown.current = { entry, page: result }
  })
  return result
}

/** What a component has shown last. */
interface Shown {
  readonly entry: unknown
  readonly page: RowPage<unknown>
}

/** React's way to say that a browser has to fill in: a server would wait for a live query that nobody closes. */
function leaveToBrowser(): never {
  const expected = 'a Suspense around it, and a browser that renders what is within'
  throw refusal('INVALID_ARGUMENT', { expected, got: 'a server', about: 'useLiveSuspense' })
}
