import type { SchemaId } from '@rakko/core'
import type { Random } from '../../../../.config/testing/random.js'
import { between, hostileText } from './hostile-values.js'

/** A call of a served port, without its id. */
export interface Ask {
  readonly method: string
  readonly params: unknown
  /** So many of it are sent at once, and nobody reads what they tell later. */
  readonly times: number
}

export interface AskWorld {
  readonly random: Random
  /** Bytes of what is asked, at most. */
  readonly budget: number
  readonly note: SchemaId
  readonly page: SchemaId
}

/** What a stranger may ask that costs more than it seems. */
export const ASKS: Readonly<Record<string, (world: AskWorld) => Ask>> = {
  included: ({ random, page }) => ({
    method: 'page',
    params: { schemaId: page, query: { include: { notes: true }, first: between(random, 1, 10_000) } },
    times: between(random, 1, 4),
  }),
  contains: ({ random, note, budget }) => ({
    method: random.pick(['page', 'count']),
    params: {
      schemaId: note,
      query: { where: { title: { contains: hostileText(random, between(random, 1, budget)) } } },
    },
    times: 1,
  }),
  searched: ({ random, note, budget }) => ({
    method: 'page',
    params: { schemaId: note, query: { where: { $search: hostileText(random, between(random, 1, budget)) } } },
    times: 1,
  }),
  live: ({ random, note }) => ({
    method: 'live',
    params: { schemaId: note, query: { first: between(random, 1, 10_000) }, port: 1 },
    times: between(random, 1, 1000),
  }),
  failing: ({ random, budget }) => ({
    method: 'sql',
    params: { text: `SELECT ${'1+'.repeat(between(random, 1, Math.min(budget, 100_000) / 2))}x`, params: [] },
    times: between(random, 1, 5),
  }),
  rows: ({ random }) => ({
    method: 'sql',
    params: {
      text: `SELECT repeat('a', ${between(random, 1, 1_000_000)}) FROM generate_series(1, ${between(random, 1, 100_000)})`,
      params: [],
    },
    times: 1,
  }),
}
