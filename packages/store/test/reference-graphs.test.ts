import { readFileSync } from 'node:fs'
import { type DocumentId, type DocumentViewId, type OperationId, SCHEMA_FIELD_DEFINITION } from '@rakko/core'
import { afterAll, describe, expect, test } from 'vitest'
import { Random } from '../../../.config/testing/random.js'
import { seeds } from '../../../.config/testing/seeds.js'
import { MemoryData } from '../src/memory/memory-data.js'
import { MemoryStore } from '../src/memory/memory-store.js'
import type { DocumentStore } from '../src/store.js'
import { causalOrder } from './convergence/orders.js'
import { Author, type SignedItem, verifier } from './support/author.js'
import { str } from './support/definitions.js'
import { openMemoryDriver } from './support/open-memory-driver.js'
import { expectHeld } from './support/outcomes.js'
import { RecycledStore } from './support/recycled-store.js'

interface Order {
  readonly sorted: readonly string[]
  readonly tips: readonly string[]
}

/** A graph that the reference sorted; whole, and the part that some of its operations and their ancestors form. */
interface ReferenceGraph {
  readonly name?: string
  readonly nodes: readonly string[]
  readonly links: readonly (readonly [from: string, to: string])[]
  readonly whole: Order
  readonly trimmed?: { readonly tips: readonly string[]; readonly tipsLeft: readonly string[] }
}

/** Of the several hundred graphs of each kind, drawn by the seed. */
const GRAPHS_IN_MEMORY = 15
const GRAPHS_ON_PGLITE = 5
const ORDERS = 2

const driver = await openMemoryDriver()
afterAll(() => driver.close())

const recycled = new RecycledStore(driver, verifier)
const STORES: readonly [name: string, graphs: number, open: () => Promise<DocumentStore>][] = [
  ['in memory', GRAPHS_IN_MEMORY, async () => new MemoryStore({ data: new MemoryData(''), verifier, now: Date.now })],
  ['on PGlite', GRAPHS_ON_PGLITE, () => recycled.open()],
]

describe.each(STORES)('a store %s', { timeout: 240_000 }, (_, count, open) => {
  test.each(seeds())('sorts what it ingests as the reference does, departures aside (seed %d)', async (seed) => {
    const random = new Random(seed)
    const graphs = referenceGraphs()
    for (let i = 0; i < count; i += 1) {
      const graph = random.pick(graphs)
      const { items, idOf } = signedAs(random, graph)
      for (let order = 0; order < ORDERS; order += 1) {
        const store = await open()
        for (const item of causalOrder(random, items, dependencies(graph, idOf))) {
          expectHeld((await store.ingest([item]))[0])
        }
        await expectSorted(store, graph, idOf)
      }
    }
  })
})

async function expectSorted(store: DocumentStore, graph: ReferenceGraph, idOf: IdOf): Promise<void> {
  const label = graph.name ?? graph.nodes.join(' ')
  const documentId = idOf(graph.whole.sorted[0] as string) as string as DocumentId
  const [document] = await store.documents([documentId])
  expect(document?.viewId, label).toBe(viewOf(graph.whole.tips, idOf))
  const history = await store.history(documentId)
  expect(
    history?.operations.map(({ id }) => id),
    label,
  ).toEqual(graph.whole.sorted.map(idOf))
  if (!graph.trimmed) return
  const [view] = await store.views([viewOf(graph.trimmed.tips, idOf)])
  expect(view, label).toMatchObject({ viewId: viewOf(graph.trimmed.tipsLeft, idOf) })
}

type IdOf = (node: string) => OperationId

function viewOf(nodes: readonly string[], idOf: IdOf): DocumentViewId {
  return [...new Set(nodes.map(idOf))].sort().join('_') as DocumentViewId
}

function dependencies({ nodes, links }: ReferenceGraph, idOf: IdOf): Map<OperationId, OperationId[]> {
  return new Map(nodes.map((node) => [idOf(node), previousOf(links, node).map(idOf)]))
}

function previousOf(links: ReferenceGraph['links'], node: string): string[] {
  return links.filter(([, to]) => to === node).map(([from]) => from)
}

/**
 * Real operations with the graph's edges, whose ids sort as the names of its nodes do: the order of reduction hangs on
 * that. Every operation has an author of its own; keys are drawn until an id falls into its node's share of all ids.
 */
function signedAs(random: Random, graph: ReferenceGraph): { items: SignedItem[]; idOf: IdOf } {
  const ranks = new Map([...graph.nodes].sort().map((node, rank) => [node, rank]))
  const signed = new Map<string, SignedItem>()
  const idOf: IdOf = (node) => (signed.get(node) as SignedItem).id
  const [root] = graph.whole.sorted
  for (const node of causalNodes(graph)) {
    const rank = ranks.get(node) as number
    for (let item: SignedItem | undefined; !item; ) {
      const author = new Author(random.integer(2 ** 31))
      const documentId = root === node ? undefined : (idOf(root as string) as string as DocumentId)
      const fields = { name: str('f'), type: str('str') }
      const made = documentId
        ? author.update(documentId, SCHEMA_FIELD_DEFINITION, viewOf(previousOf(graph.links, node), idOf), fields)
        : author.create(SCHEMA_FIELD_DEFINITION, fields)
      const place = Number.parseInt(made.id.slice(4, 12), 16) / 2 ** 32
      if (Math.floor(place * graph.nodes.length) === rank) item = made
      if (item) signed.set(node, item)
    }
  }
  return { items: [...signed.values()], idOf }
}

function causalNodes({ nodes, links }: ReferenceGraph): string[] {
  const ordered = new Set<string>()
  while (ordered.size < nodes.length) {
    const next = nodes.find((node) => !ordered.has(node) && previousOf(links, node).every((one) => ordered.has(one)))
    if (next === undefined) throw new Error('a graph of the vectors has a cycle')
    ordered.add(next)
  }
  return [...ordered]
}

/** Those that the reference could sort, and those that ours sorts on purpose. */
function referenceGraphs(): ReferenceGraph[] {
  type Vector = Omit<ReferenceGraph, 'whole' | 'trimmed'> & Readonly<Record<string, unknown>>
  const departures = readVectors<Record<string, Record<string, { ours: Order }>>>('departures.json')
  const { emulated, random } = readVectors<{ emulated: Vector[]; random: Vector[] }>('graph_sorting.json')
  const { cases } = readVectors<{ cases: Vector[] }>('graph_run.json')
  const sorting = [...emulated, ...random].flatMap((vector): ReferenceGraph[] => {
    const { name, nodes, links } = vector
    const whole = (vector.ok ?? departures['graph_sorting.json']?.[name ?? '']?.ours) as Order | undefined
    const trim = vector.trim as { tips: string[]; ok: Order } | undefined
    if (!whole) return []
    return [
      {
        ...(name && { name }),
        nodes,
        links,
        whole,
        ...(trim && { trimmed: { tips: trim.tips, tipsLeft: trim.ok.tips } }),
      },
    ]
  })
  const run = cases.map(({ nodes, links, result, trimTips, trimResult }): ReferenceGraph => {
    const trimmed = { tips: trimTips as string[], tipsLeft: (trimResult as Order).tips }
    return { nodes, links, whole: result as Order, trimmed }
  })
  return [...sorting, ...run]
}

function readVectors<Content>(file: string): Content {
  return JSON.parse(readFileSync(new URL(`../../core/test/vectors/${file}`, import.meta.url), 'utf8')) as Content
}
