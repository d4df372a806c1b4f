import { useLive } from '@rakko/client/react'
import { useFestival } from '../node/node-context.js'
import { useEventCount, useVenueCount } from './counts.js'
import { useReported } from './use-reported.js'

export interface Overview {
  readonly venueCount: number
  readonly eventCount: number
  /** When the earliest event starts and the latest one starts, in seconds; `undefined` without events. */
  readonly firstStart: number | undefined
  readonly lastStart: number | undefined
}

const EVERY_EVENT = {}

/** `undefined` until all of it is known. */
export function useOverview(): Overview | undefined {
  const { events } = useFestival()
  const venueCount = useVenueCount()
  const eventCount = useEventCount(EVERY_EVENT)
  const first = useReported(useLive(events, { orderBy: 'starts', first: 1 }))
  const last = useReported(useLive(events, { orderBy: 'starts', last: 1 }))
  if (venueCount === undefined || eventCount === undefined) return undefined
  if (first.status === 'pending' || last.status === 'pending') return undefined
  return {
    venueCount,
    eventCount,
    firstStart: asSeconds(first.rows[0]?.starts),
    lastStart: asSeconds(last.rows[0]?.starts),
  }
}

/** A stored int may be any 64-bit number, and then it arrives as a bigint; no calendar knows such a time anyway. */
function asSeconds(stored: number | bigint | undefined): number | undefined {
  return stored === undefined ? undefined : Number(stored)
}
