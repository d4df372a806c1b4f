import { defineSchemas, planLock, relationList, type SchemaId, str } from '@rakko/core'
import type { SchemaParams } from '@rakko/node/rpc'
import { Random } from '../../../../.config/testing/random.js'
import { Author, type SignedItem } from '../../../store/test/support/author.js'
import { ASKS, type Ask, type AskName } from './asks.js'
import { hostileRun, LargestSizes, Sizes } from './hostile-values.js'
import { SHAPES, type ShapeName, shuffled } from './shapes.js'

export const DOORS = ['ingest', 'publish', 'port', 'peer'] as const
export type Door = (typeof DOORS)[number]
export const STORES = ['pglite', 'memory'] as const
export type Store = (typeof STORES)[number]

/** What a stranger does, in words. */
export interface Plan {
  readonly seed: number
  /** Whether the seed draws how large each thing is, or all is as large as it may be. */
  readonly sizes: 'drawn' | 'largest'
  /** About so many bytes of entries and operations. */
  readonly bytes: number
  readonly store: Store
  readonly door: Door
  readonly shapes: readonly ShapeName[]
  /** Of a store of PGlite only: by the port, whatever the door. */
  readonly asks: readonly AskName[]
}

export interface Item {
  readonly entry: Uint8Array
  readonly operation: Uint8Array
}

/** What is in flight together. */
export type Step = { readonly name: string } & (
  | { readonly calls: readonly (readonly Item[])[] }
  | { readonly ask: Ask }
)

/** What a stranger does to one node. */
export interface Case {
  readonly name: string
  readonly store: Store
  readonly door: Door
  readonly schemas: SchemaParams
  readonly note: SchemaId
  readonly steps: readonly Step[]
}

const definitions = defineSchemas({
  note: { description: 'A text', fields: { title: str() } },
  page: { description: 'What names texts', fields: { notes: relationList('note') } },
})

const SHAPE_NAMES = Object.keys(SHAPES) as ShapeName[]
const ASK_NAMES = Object.keys(ASKS) as AskName[]

/** The same seed draws the same. */
export function drawPlan(seed: number, bytes: number): Plan {
  const random = new Random(seed)
  const store: Store = random.chance(0.7) ? 'pglite' : 'memory'
  const door = random.pick<Door>(store === 'pglite' ? ['ingest', 'peer', 'publish', 'port'] : ['ingest', 'publish'])
  const shapes = shuffled(random, SHAPE_NAMES).slice(0, random.pick([1, 1, 2]))
  const asks = store === 'pglite' ? shuffled(random, ASK_NAMES).slice(0, random.pick([0, 0, 1, 2])) : []
  return { seed, sizes: 'drawn', bytes, store, door, shapes, asks }
}

/** The same plan makes the same. */
export async function caseOf({ seed, sizes, bytes, store, door, shapes, asks }: Plan): Promise<Case> {
  const random = new (sizes === 'drawn' ? Sizes : LargestSizes)(seed)
  let authors = seed * 1_000_000
  const author = (): Author => new Author(++authors >>> 0)
  const { lock, schemas } = await planLock({ definitions, signer: author().signer })
  const [note, page] = [schemas.get('note')?.id, schemas.get('page')?.id]
  if (!note || !page) throw new Error('the definitions have no such schema')
  const world = { random, run: hostileRun(random), note, page, author, budget: bytes / shapes.length }
  const steps: Step[] = []
  for (const name of shapes) {
    for (const items of SHAPES[name](world)) {
      const step = { name, calls: callsOf(random, door, items) }
      steps.push(step)
      if (random.chance(0.1)) steps.push(step)
    }
  }
  for (const name of asks) steps.push({ name, ask: ASKS[name]({ ...world, budget: 60_000 }) })
  const expected = [
    { id: note, fields: { title: 'str' }, search: { fields: ['title'], language: 'simple' as const } },
    { id: page, fields: { notes: 'relation_list' } },
  ]
  return {
    name: [store, door, ...shapes, ...asks].join(' '),
    store,
    door,
    note,
    schemas: { lock: lock.commits, expected },
    steps,
  }
}

/** In one call, or in several at the same time. */
function callsOf(random: Sizes, door: Door, items: readonly SignedItem[]): Item[][] {
  const bare = (random.chance(0.2) && door === 'ingest' ? shuffled(random, items) : items).map(
    ({ entry, operation }): Item => ({ entry, operation }),
  )
  // A port publishes one by one.
  const size = door === 'port' ? 1 : random.chance(0.6) ? bare.length : random.between(1, bare.length)
  return Array.from({ length: Math.ceil(bare.length / size) }, (_, at) => bare.slice(at * size, (at + 1) * size))
}
