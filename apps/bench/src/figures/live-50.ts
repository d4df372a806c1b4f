import { openNode } from '@rakko/client'
import { defineSchemas, int, relation, str } from '@rakko/core'
import { signSchemas } from '../bench-schemas.js'
import type { Measurement } from '../figure.js'
import { repeated, timed } from '../measure.js'

const EVENTS = 10_000
const VENUES = 100
const QUERIES = 50
/** Every so many of the queries includes its rows' venues. */
const NESTED_EVERY = 5

const definitions = defineSchemas({
  venue: { description: 'A place', fields: { name: str(), capacity: int() } },
  event: {
    description: 'What happens there',
    fields: { title: str(), starts: int(), rank: int(), seats: int(), venue: relation('venue') },
  },
})

/**
 * One create on a node in a thread, in memory, with 10 000 documents. Milliseconds from the call until the last of 50
 * live queries has called back with the new row. Each has a filter and an order of its own, and ten are nested.
 */
export async function live50(): Promise<Measurement> {
  const schemas = await signSchemas(definitions)
  await using node = await openNode({ name: 'bench', storage: 'memory', schemas })
  const [venues, events] = [node.collection(schemas.venue), node.collection(schemas.event)]
  const created = await venues.createMany(
    Array.from({ length: VENUES }, (_, n) => ({ name: `Stage ${n}`, capacity: n })),
  )
  const places = created.map((outcome) => (outcome.status === 'created' ? outcome.id : ''))
  await events.createMany(
    Array.from({ length: EVENTS }, (_, n) => ({
      title: `Event ${n}`,
      starts: n,
      rank: n % 97,
      seats: -n,
      venue: places[n % VENUES] ?? '',
    })),
  )

  let round = 0
  let waiting = new Set<number>()
  let wake = (): void => undefined
  const isNew = (row: { readonly title: string } | undefined): boolean => row?.title === newTitle(round)
  const heard = (query: number, rows: readonly { readonly title: string }[]): void => {
    if ((round === 0 || rows.some(isNew)) && waiting.delete(query) && waiting.size === 0) wake()
  }
  const allHeard = (): Promise<void> => {
    waiting = new Set(Array.from({ length: QUERIES }, (_, query) => query))
    return new Promise((resolve) => {
      wake = resolve
    })
  }

  const first = allHeard()
  for (let query = 0; query < QUERIES; query += 1) {
    const page = { ...pageOf(query), first: 10 + query }
    if (query % NESTED_EVERY === 0) events.live({ ...page, include: { venue: true } }, ({ rows }) => heard(query, rows))
    else events.live(page, ({ rows }) => heard(query, rows))
  }
  await first
  const value = await repeated(() =>
    timed(async () => {
      round += 1
      const last = allHeard()
      await Promise.all([events.create(newEvent(round, places[0] ?? '')), last])
    }),
  )
  return { value, unit: 'ms', floor: null }
}

const newTitle = (round: number): string => `! ${1_000_000 - round}`

/** Comes first in every order and passes every filter. */
function newEvent(round: number, venue: string) {
  return { title: newTitle(round), starts: -round, rank: -round, seats: round, venue }
}

function pageOf(query: number) {
  const orders = ['starts', 'title', 'rank', { seats: 'desc' }, ['rank', 'starts']] as const
  const wheres = [
    { starts: { lt: 5_000 + query } },
    { title: { notContains: `x${query}` }, rank: { lt: 50 + query } },
    { $or: [{ seats: { gt: -query } }, { starts: { gte: 100 + query } }] },
    { $not: { rank: { eq: query } }, $deleted: false },
  ]
  return { orderBy: orders[query % orders.length] ?? 'title', where: wheres[query % wheres.length] ?? {} }
}
