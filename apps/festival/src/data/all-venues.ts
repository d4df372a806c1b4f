import { useLive } from '@rakko/client/react'
import type { Venue } from '../node/festival.js'
import { useFestival } from '../node/node-context.js'
import { useReported } from './use-reported.js'

/** As many as one query may ask for. */
const MOST_VENUES = 10_000

/** Every venue by name, for choosing one; `undefined` before the first result. */
export function useAllVenues(): readonly Venue[] | undefined {
  const { venues } = useFestival()
  const { rows, status } = useReported(useLive(venues, { orderBy: 'name', first: MOST_VENUES }))
  return status === 'live' ? rows : undefined
}
