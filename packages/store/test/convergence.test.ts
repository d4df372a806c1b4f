import { afterAll, describe, expect, test } from 'vitest'
import { Random } from '../../../.config/testing/random.js'
import { rounds, seeds } from '../../../.config/testing/seeds.js'
import { MemoryData } from '../src/memory/memory-data.js'
import { MemoryStore } from '../src/memory/memory-store.js'
import type { DocumentStore } from '../src/store.js'
import { allCausalOrders, CUTS, type Cut, causalOrder, cutInto, shuffled } from './convergence/orders.js'
import { outcomeOf } from './convergence/outcome.js'
import { dependenciesOf, type RandomGraph, randomGraph, smallGraph } from './convergence/random-graph.js'
import { remembering } from './convergence/remembering.js'
import { type SignedItem, verifier } from './support/author.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { RecycledStore } from './support/recycled-store.js'

/** Orders of arrival for each graph: causal ones, and others, which go through parking. */
const CAUSAL_ORDERS = rounds(8, 25)
const OTHER_ORDERS = rounds(4, 5)
const OPERATIONS = 14
/** So many operations have at most 24 or 120 causal orders if they are of one document: all are tried. */
const SMALL_OPERATIONS = rounds(5, 6)
const MAX_SMALL_ORDERS = rounds(40, 200)

const driver = await openMemoryDriver()
afterAll(() => driver.close())

const recycled = new RecycledStore(driver, remembering(verifier))
/** Long enough on a machine that is busy with other tests. */
const TIMEOUT_MS = 240_000

const STORES: readonly [name: string, graphs: number, open: () => Promise<DocumentStore>][] = [
  ['in memory', 5, async () => new MemoryStore({ data: new MemoryData(''), verifier: remembered, now: Date.now })],
  ['on PGlite', 1, () => recycled.open()],
]

const remembered = remembering(verifier)

describe.each(STORES)('a store %s', { timeout: TIMEOUT_MS }, (_, graphs, open) => {
  test.each(seeds())('ends the same whatever the order of arrival (seed %d)', async (seed) => {
    for (let number = 0; number < graphs; number += 1) {
      const random = new Random(seed + number)
      const graph = randomGraph(random, OPERATIONS)
      const expected = await inMemory(graph)
      const dependencies = dependenciesOf(graph.items)
      for (let order = 0; order < CAUSAL_ORDERS + OTHER_ORDERS; order += 1) {
        const isCausal = order < CAUSAL_ORDERS
        const items = isCausal ? causalOrder(random, graph.items, dependencies) : shuffled(random, graph.items)
        const cut = CUTS[order % CUTS.length] as Cut
        const store = await open()
        await arrive(store, cutInto(random, items, cut), isCausal && order % 5 === 0)
        expect(await outcomeOf(store, graph), `graph ${number}, order ${order}, ${cut}`).toEqual(expected)
      }
    }
  })

  test.each(seeds())(
    `ends the same in every causal order of ${SMALL_OPERATIONS} operations (seed %d)`,
    async (seed) => {
      for (let number = 0; number < graphs; number += 1) {
        const random = new Random(seed + 1000 + number)
        const { graph, orders } = smallOrders(random)
        const expected = await inMemory(graph)
        for (const [order, items] of orders.entries()) {
          const store = await open()
          await arrive(store, cutInto(random, items, 'one by one'), false)
          expect(await outcomeOf(store, graph), `graph ${number}, order ${order}`).toEqual(expected)
        }
      }
    },
  )
})

test.each(seeds())(
  'the graphs hold what they are meant to: refusals, forks, deletes and merges (seed %d)',
  async (seed) => {
    const seen = new Set<string>()
    for (let number = 0; number < 25 && seen.size < 5; number += 1) {
      const text = JSON.stringify(await inMemory(randomGraph(new Random(seed + number), OPERATIONS)), (_, value) =>
        typeof value === 'bigint' ? `${value}` : value,
      )
      for (const word of ['decided refused', 'decided held', 'LOG_FORKED', 'DOCUMENT_DELETED', '"deleted":false']) {
        if (text.includes(word)) seen.add(word)
      }
    }
    expect(seen.size).toBe(5)
  },
)

/** Entries arrive; a node publishes some of them itself, where publishing takes them. */
async function arrive(store: DocumentStore, batches: readonly SignedItem[][], isPublishing: boolean): Promise<void> {
  for (const batch of batches) {
    if (isPublishing) await store.publish(batch)
    await store.ingest(batch)
  }
}

/** What a store without parking or a database makes of a graph in the order in which it was made. */
async function inMemory(graph: RandomGraph): Promise<unknown> {
  const store = new MemoryStore({ data: new MemoryData(''), verifier: remembered, now: Date.now })
  for (const item of graph.items) await store.ingest([item])
  return outcomeOf(store, graph)
}

function smallOrders(random: Random): { graph: RandomGraph; orders: readonly SignedItem[][] } {
  for (;;) {
    const graph = smallGraph(random, SMALL_OPERATIONS)
    const orders: SignedItem[][] = []
    for (const order of allCausalOrders(graph.items, dependenciesOf(graph.items))) {
      orders.push(order)
      if (orders.length > MAX_SMALL_ORDERS) break
    }
    if (orders.length <= MAX_SMALL_ORDERS) return { graph, orders }
  }
}
