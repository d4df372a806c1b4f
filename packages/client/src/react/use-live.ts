import type { BoundSchema, IncludeOf, KnownInclude, Row, RowWith } from '@rakko/core'
import { useMemo, useState, useSyncExternalStore } from 'react'
import type { Collection, LiveIncludeQuery, LiveQuery } from '../collection.js'
import { liveEntry } from './live-entries.js'
import { type LiveEntry, type LiveState, pendingState } from './live-entry.js'
import { structuralKey } from './structural-key.js'

export type { LiveState, LiveStatus } from './live-entry.js'

/**
 * The rows of a live query, and the component rendered again when they change. The query may be written inline: what counts is what it
 * asks, and components that ask the same share one. While another query's first result is awaited the rows of the one before are
 * shown, as `pending`.
 */
export function useLive<S extends BoundSchema, const I extends IncludeOf<S>>(
  collection: Collection<S>,
  query: LiveIncludeQuery<S, I> & KnownInclude<S, I>,
): LiveState<RowWith<S, I>>
export function useLive<S extends BoundSchema>(collection: Collection<S>, query?: LiveQuery<S>): LiveState<Row<S>>
export function useLive<S extends BoundSchema>(
  collection: Collection<S>,
  query: LiveQuery<S> | LiveIncludeQuery<S, IncludeOf<S>> = {},
): LiveState<unknown> {
  const key = structuralKey(query)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the query
  const entry = useMemo(() => liveEntry(collection, query), [collection, key])
  const state = useSyncExternalStore(entry.subscribe, entry.getState, pendingState)
  const [shown, setShown] = useState<Shown>({ collection, entry, before: pendingState() })
  if (shown.entry !== entry) {
    setShown({ collection, entry, before: shown.collection === collection ? lastOf(shown) : pendingState() })
  }
  const { before } = shown
  return useMemo(
    () => (state.status === 'pending' ? { ...before, status: 'pending', error: undefined } : state),
    [state, before],
  )
}

interface Shown {
  readonly collection: unknown
  readonly entry: LiveEntry<unknown>
  /** Of the query before. */
  readonly before: LiveState<unknown>
}

function lastOf({ entry, before }: Shown): LiveState<unknown> {
  const state = entry.getState()
  return state.status === 'pending' ? before : state
}
