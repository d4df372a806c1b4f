import { defineSchemas, planLock, relationList, type SchemaId, str } from '@rakko/core'
import { Random } from '../../../../.config/testing/random.js'
import { Author, type SignedItem } from '../../../store/test/support/author.js'
import type { SchemaParams } from '../../src/open-params.js'
import { ASKS, type Ask } from './asks.js'
import { between } from './hostile-values.js'
import { SHAPES, shuffled } from './shapes.js'

export type Door = 'ingest' | 'publish' | 'port'

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
  readonly store: 'pglite' | 'memory'
  readonly door: Door
  readonly schemas: SchemaParams
  readonly note: SchemaId
  readonly steps: readonly Step[]
}

const definitions = defineSchemas({
  note: { description: 'A text', fields: { title: str() } },
  page: { description: 'What names texts', fields: { notes: relationList('note') } },
})

/** `budget`: about so many bytes of entries and operations. The same seed draws the same. */
export async function drawCase(seed: number, budget: number): Promise<Case> {
  const random = new Random(seed)
  let authors = seed * 1_000_000
  const author = (): Author => new Author(++authors >>> 0)
  const { lock, schemas } = await planLock({ definitions, signer: author().signer })
  const [note, page] = [schemas.get('note')?.id, schemas.get('page')?.id]
  if (!note || !page) throw new Error('the definitions have no such schema')
  const store = random.chance(0.7) ? 'pglite' : 'memory'
  const door = random.pick<Door>(store === 'pglite' ? ['ingest', 'ingest', 'publish', 'port'] : ['ingest', 'publish'])
  const names = shuffled(random, Object.keys(SHAPES)).slice(0, random.pick([1, 1, 2]))
  const world = { random, note, page, author, budget: budget / names.length }
  const steps: Step[] = []
  for (const name of names) {
    for (const items of SHAPES[name]?.(world) ?? []) {
      const step = { name, calls: callsOf(random, door, items) }
      steps.push(step)
      if (random.chance(0.1)) steps.push(step)
    }
  }
  const asks = store === 'pglite' ? shuffled(random, Object.keys(ASKS)).slice(0, random.pick([0, 0, 1, 2])) : []
  for (const name of asks) {
    const ask = ASKS[name]?.({ ...world, budget: 60_000 })
    if (ask) steps.push({ name, ask })
  }
  const expected = [
    { id: note, fields: { title: 'str' }, search: { fields: ['title'], language: 'simple' as const } },
    { id: page, fields: { notes: 'relation_list' } },
  ]
  return {
    name: [store, door, ...names, ...asks].join(' '),
    store,
    door,
    note,
    schemas: { lock: lock.commits, expected },
    steps,
  }
}

/** In one call, or in several at the same time. A port publishes one by one. */
function callsOf(random: Random, door: Door, items: readonly SignedItem[]): Item[][] {
  const bare = (random.chance(0.2) && door === 'ingest' ? shuffled(random, items) : items).map(
    ({ entry, operation }): Item => ({ entry, operation }),
  )
  const size = door === 'port' ? 1 : random.chance(0.6) ? bare.length : between(random, 1, bare.length)
  return Array.from({ length: Math.ceil(bare.length / size) }, (_, at) => bare.slice(at * size, (at + 1) * size))
}
