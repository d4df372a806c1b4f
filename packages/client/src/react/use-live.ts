import type { BoundSchema, IncludeOf, KnownInclude, Row, RowWith } from '@rakko/core'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import type { Collection, LiveIncludeQuery, LiveQuery } from '../remote/collection.js'
import { liveEntry } from './live-entries.js'
import { type LiveState, pendingState } from './live-entry.js'
import { structuralKey } from './structural-key.js'

export type { LiveState, LiveStatus } from './live-entry.js'

/**
 * The rows of a live query, and the component rendered again when they change. The query may be written inline: what
 * counts is what it asks, and components that ask the same share one. While another query's first result is awaited the
 * rows of the one before are shown, as `pending`; so are those that a component showed before <Activity> hid it.
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
  // Of an earlier query, or of this one before <Activity> hid the component, which closes the live query and keeps
  // refs.
  const shown = useRef<Shown>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another entry stands for another query
  const result = useMemo<LiveState<unknown>>(() => {
    if (state.status !== 'pending') return state
    const before = shown.current?.collection === collection ? shown.current.result : state
    return { ...before, status: 'pending', error: undefined }
  }, [state, entry])
  useEffect(() => {
    shown.current = { collection, result }
  })
  return result
}

/** What a component has shown last. */
interface Shown {
  readonly collection: unknown
  readonly result: LiveState<unknown>
}
