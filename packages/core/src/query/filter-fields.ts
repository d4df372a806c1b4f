import type { Filter } from './query.js'

/** The fields and meta fields that a filter compares. Those of a search are declared elsewhere. */
export function filterFields(filter: Filter, found = new Set<string>()): Set<string> {
  if (filter.kind === 'compare') return found.add(filter.field)
  if (filter.kind === 'not') return filterFields(filter.filter, found)
  if (filter.kind !== 'search') for (const member of filter.filters) filterFields(member, found)
  return found
}
