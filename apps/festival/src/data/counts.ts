import { useLive } from '@rakko/client/react'
import { useFestival } from '../node/node-context.js'
import type { EventWhere } from './listed-event.js'
import { useReported } from './use-reported.js'

/** How many venues there are; `undefined` before the first result. */
export function useVenueCount(): number | undefined {
  const { venues } = useFestival()
  return useReported(useLive(venues, { first: 1, count: true })).count
}

/** How many events pass the filter; `undefined` before the first result. */
export function useEventCount(where: EventWhere): number | undefined {
  const { events } = useFestival()
  return useReported(useLive(events, { where, first: 1, count: true })).count
}
