import type { BoundSchema, IncludeOf } from '@rakko/core'
import { plainCopy } from '../arguments/plain-copy.js'
import type { Collection, LiveIncludeQuery, LiveQuery } from '../remote/collection.js'
import { LiveEntry } from './live-entry.js'
import { structuralKey } from './structural-key.js'

type Entries = Map<string, WeakRef<LiveEntry<unknown>>>

const ENTRIES = new WeakMap<object, Entries>()

/**
 * The entry that components share whose queries ask one collection for the same, also while none of them is mounted.
 * Held weakly: it is gone with the last of them.
 */
export function liveEntry<S extends BoundSchema, Row>(
  collection: Collection<S>,
  query: LiveQuery<S> | LiveIncludeQuery<S, IncludeOf<S>>,
): LiveEntry<Row> {
  const entries: Entries = ENTRIES.get(collection) ?? new Map()
  ENTRIES.set(collection, entries)
  const key = structuralKey(query)
  const known = entries.get(key)?.deref()
  // The key says what is asked, and so what the rows are.
  if (known !== undefined) return known as LiveEntry<Row>
  const drop = (): void => {
    if (entries.get(key) === reference) entries.delete(key)
  }
  // As it is now: it may be asked later, and of a proxy whose state is another one then.
  const asked = plainCopy('query', query)
  const entry = new LiveEntry<Row>((observer) => collection.live(asked as LiveQuery<S>, observer as never), drop)
  const reference = new WeakRef(entry as LiveEntry<unknown>)
  entries.set(key, reference)
  COLLECTED.register(entry, drop)
  return entry
}

const COLLECTED = new FinalizationRegistry((drop: () => void) => drop())
