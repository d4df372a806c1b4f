import type { Plan } from './draw-case.js'

const LARGEST = { seed: 1, sizes: 'largest', asks: [] } as const

/** What `npm test` tries: both stores, a door of each kind, and replies that strangers do not read. */
export const HANDFUL: readonly Plan[] = [
  { ...LARGEST, bytes: 600_000, store: 'pglite', door: 'peer', shapes: ['wide'], asks: ['pulls'] },
  { ...LARGEST, seed: 2, bytes: 3_000_000, store: 'memory', door: 'publish', shapes: ['chain', 'payloads'] },
  { ...LARGEST, bytes: 900_000, store: 'pglite', door: 'port', shapes: ['texts'], asks: ['unread'] },
]

/**
 * Each shape, question, door and store at least once, with as few bytes as show the fault where its bound is removed.
 * `STRANGERS=all npm test -- strangers` tries all of them.
 */
export const FIXED_CASES: readonly Plan[] = [
  ...HANDFUL,
  { ...LARGEST, seed: 4, bytes: 600_000, store: 'pglite', door: 'publish', shapes: ['merges'], asks: ['rows'] },
  { ...LARGEST, bytes: 3_000_000, store: 'pglite', door: 'port', shapes: ['payloads'], asks: ['failing', 'creates'] },
  { ...LARGEST, bytes: 100_000, store: 'pglite', door: 'port', shapes: ['texts'], asks: ['live'] },
  { ...LARGEST, bytes: 1_500_000, store: 'memory', door: 'ingest', shapes: ['merges', 'waiting'] },
  {
    ...LARGEST,
    seed: 27,
    bytes: 4_000_000,
    store: 'pglite',
    door: 'publish',
    shapes: ['texts'],
    asks: ['contains', 'searched'],
  },
  { ...LARGEST, bytes: 1_800_000, store: 'pglite', door: 'ingest', shapes: ['references'], asks: ['included'] },
  { ...LARGEST, bytes: 1_000_000, store: 'pglite', door: 'ingest', shapes: ['waiting', 'tables'] },
  { ...LARGEST, seed: 2, bytes: 1_500_000, store: 'pglite', door: 'ingest', shapes: ['claims', 'definitions'] },
  { ...LARGEST, bytes: 10_000, store: 'pglite', door: 'port', shapes: ['texts'], asks: ['unfollowed'] },
  // Torture has found these two: a thousand calls come at once, each of another author.
  {
    seed: 805292237,
    sizes: 'drawn',
    bytes: 8_000_000,
    store: 'pglite',
    door: 'publish',
    shapes: ['claims'],
    asks: ['included'],
  },
  {
    seed: 1503776061,
    sizes: 'drawn',
    bytes: 2_000_000,
    store: 'pglite',
    door: 'port',
    shapes: ['claims'],
    asks: ['unfollowed'],
  },
  // And this one: strangers' tables are all made at once.
  {
    seed: 1707959793,
    sizes: 'drawn',
    bytes: 2_000_000,
    store: 'pglite',
    door: 'publish',
    shapes: ['tables'],
    asks: ['creates'],
  },
]
