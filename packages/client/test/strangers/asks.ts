import type { SchemaId } from '@rakko/core'
import { hostileText, nearMiss, type Sizes } from './hostile-values.js'

/** What is asked at served ports, and by peers. */
export type Ask = Questions | Following | SilentPeers

/** One call, without its id. */
export interface Questions {
  readonly method: string
  readonly params: unknown
  /** So many of it are sent at once, to two sessions in turn. */
  readonly times: number
  /** Bytes that it may hold beside what came in, by a limit of its own: of one answer, or of the ports' live queries. */
  readonly holds?: number
  /** One session asks, which never reads its port. */
  readonly isUnread?: boolean
}

/** Live queries of one text, which then changes. Their session asks for updates, and never reads its port. */
export interface Following {
  readonly schemaId: SchemaId
  readonly times: number
  /** The text after each change. */
  readonly titles: readonly string[]
}

/** Sessions of peers who ask for all that they may at once, and take nothing of what comes. */
export interface SilentPeers {
  readonly arePeers: true
  readonly times: number
}

/** Bytes that it brings. */
export function bytesOfAsk(ask: Ask): number {
  if ('arePeers' in ask) return ask.times * SESSION_BYTES
  if ('titles' in ask) return Buffer.byteLength(ask.titles.join()) + ask.titles.length * ask.times * NEXT_BYTES
  return Buffer.byteLength(JSON.stringify(ask.params)) * ask.times
}

const MB = 1024 * 1024
/** Just under what a statement may have. */
const MOST_SQL_CHARACTERS = 99_900
const MOST_SUMMANDS = 195
/** Just under what a filter or a search may have. */
const MOST_WORDS = 990
/** Of a message that asks for an update. */
const NEXT_BYTES = 100
/** Of eight times a thousand ids. */
const SESSION_BYTES = 8 * 1000 * 32

export interface AskWorld {
  readonly random: Sizes
  /** Bytes of what is asked, at most. */
  readonly budget: number
  /** What the texts of this case are made of. */
  readonly run: string
  readonly note: SchemaId
  readonly page: SchemaId
}

/** What a stranger may ask that costs more than it seems. */
export const ASKS = {
  included: ({ random, page }) => ({
    method: 'page',
    params: { schemaId: page, query: { include: { notes: true }, first: random.between(1, 10_000) } },
    times: random.between(1, 4),
  }),
  contains: ({ random, note, run, budget }) => ({
    method: random.pick(['page', 'count']),
    params: {
      schemaId: note,
      query: {
        where: {
          title: { contains: nearMiss(random, random.between(1, random.pick([budget, MOST_WORDS, MOST_WORDS])), run) },
        },
      },
    },
    times: 1,
  }),
  searched: ({ random, note, run, budget }) => ({
    method: 'page',
    params: {
      schemaId: note,
      query: { where: { $search: hostileText(random, random.between(1, random.pick([budget, MOST_WORDS])), run) } },
    },
    times: 1,
  }),
  live: ({ random, note }) => ({
    method: 'live',
    params: { schemaId: note, query: { first: random.between(1, 10_000) } },
    times: random.between(1, 1000),
    holds: 64 * MB,
  }),
  unread: ({ random, note }) => ({
    method: 'page',
    params: { schemaId: note, query: { first: random.between(1, 10_000) } },
    times: random.between(100, 400),
    isUnread: true,
    holds: 64 * MB,
  }),
  unfollowed: ({ random, note, budget }) => {
    const size = random.between(1, budget)
    return {
      schemaId: note,
      times: random.between(1, 150),
      titles: Array.from({ length: random.between(1, 20) }, (_, at) => `${at}${'f'.repeat(size)}`),
    }
  },
  creates: ({ random, note }) => ({
    method: 'create',
    params: {
      schemaId: note,
      items: Array.from({ length: random.between(1, 5_000) }, (_, at) => ({
        title: `one of many texts, number ${at}`,
      })),
    },
    times: random.between(1, 2),
  }),
  pulls: ({ random }) => ({ arePeers: true, times: random.between(1, 10) }),
  failing: ({ random }) => {
    const sum = `${'1+'.repeat(random.between(1, MOST_SUMMANDS))}x`
    const times = random.between(1, Math.floor(MOST_SQL_CHARACTERS / (sum.length + 1)))
    return {
      method: 'sql',
      params: { text: `SELECT ${Array.from({ length: times }, () => sum)}`, params: [] },
      times: random.between(1, 5),
    }
  },
  rows: ({ random }) => ({
    method: 'sql',
    params: {
      text: `SELECT repeat('a', ${random.between(1, 1_000_000)}) FROM generate_series(1, ${random.between(1, 100_000)})`,
      params: [],
    },
    times: 1,
    holds: 64 * MB,
  }),
} as const satisfies Readonly<Record<string, (world: AskWorld) => Ask>>

export type AskName = keyof typeof ASKS
