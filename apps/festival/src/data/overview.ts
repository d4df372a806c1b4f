import type { Festival } from '../node/festival.js'
import { type QueryState, useQuery } from './use-query.js'

export interface Overview {
  readonly venueCount: number
  readonly eventCount: number
  /** When the earliest event starts and the latest one starts, in seconds; `undefined` without events. */
  readonly firstStart: number | undefined
  readonly lastStart: number | undefined
}

async function loadOverview({ events, venues }: Festival): Promise<Overview> {
  const [venueCount, eventCount, [first], [last]] = await Promise.all([
    venues.count(),
    events.count(),
    events.find({ orderBy: 'starts', first: 1 }),
    events.find({ orderBy: { starts: 'desc' }, first: 1 }),
  ])
  return { venueCount, eventCount, firstStart: asSeconds(first?.starts), lastStart: asSeconds(last?.starts) }
}

export function useOverview(): QueryState<Overview> {
  return useQuery('overview', loadOverview)
}

/** A stored int may be any 64-bit number, and then it arrives as a bigint; no calendar knows such a time anyway. */
function asSeconds(stored: number | bigint | undefined): number | undefined {
  return stored === undefined ? undefined : Number(stored)
}
