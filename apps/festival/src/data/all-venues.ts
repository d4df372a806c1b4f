import type { Festival, Venue } from '../node/festival.js'
import { useQuery } from './use-query.js'

const VENUES_PER_PAGE = 200

/** Every venue by name, for choosing one; `undefined` before the first answer. */
export function useAllVenues(): readonly Venue[] | undefined {
  return useQuery('all venues', loadAllVenues).data
}

async function loadAllVenues({ venues }: Festival): Promise<readonly Venue[]> {
  const all: Venue[] = []
  let after: string | undefined
  do {
    const page = await venues.page({
      orderBy: 'name',
      first: VENUES_PER_PAGE,
      ...(after === undefined ? {} : { after }),
    })
    all.push(...page.rows)
    after = page.hasNextPage ? page.endCursor : undefined
  } while (after !== undefined)
  return all
}
