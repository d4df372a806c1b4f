import { describe, expect, it } from 'vitest'
import { type GraphNode, sortGraph, trimGraph } from '../../src/document/graph.js'
import type { OperationId } from '../../src/ids.js'
import { codeOf } from '../rakko-error-of.js'
import { readDepartures, readVectors } from '../vector-file.js'

interface Order {
  readonly sorted: string[]
  readonly tips: string[]
}

interface Graph {
  readonly name?: string
  readonly nodes: OperationId[]
  readonly links: [from: OperationId, to: OperationId][]
}

interface SortingCase extends Graph {
  readonly ok?: Order
  readonly error?: string
  readonly trim?: { tips: OperationId[]; ok: Order }
}

interface RunCase extends Graph {
  readonly trimTips: OperationId[]
  readonly result: Order
  readonly trimResult: Order
}

const { emulated, random } = readVectors<{ emulated: SortingCase[]; random: SortingCase[] }>('graph_sorting.json')
const { cases } = readVectors<{ cases: RunCase[] }>('graph_run.json')
const departures = readDepartures('graph_sorting.json')

function nodesOf({ nodes, links }: Graph): GraphNode[] {
  return nodes.map((id) => ({ id, previous: links.filter(([, to]) => to === id).map(([from]) => from) }))
}

function order(nodes: Iterable<GraphNode>): Order {
  const { sorted, tips } = sortGraph(nodes)
  return { sorted: sorted.map(({ id }) => id), tips: tips.map(({ id }) => id) }
}

/** Operations `0`, `1`… with the previous ones that a function names. */
function graph(length: number, previousOf: (i: number) => number[]): GraphNode[] {
  const id = (i: number) => `k${String(i).padStart(6, '0')}` as OperationId
  return Array.from({ length }, (_, i) => ({ id: id(i), previous: previousOf(i).map(id) }))
}

describe('sorting a document graph (DO8)', () => {
  it.each([...emulated, ...random])('gives the reference order: %#, $name', (vector) => {
    const departure = departures.get(vector.name ?? '')
    if (departure) {
      expect(vector.error).toBe(departure.reference)
      expect(order(nodesOf(vector))).toEqual(departure.ours)
    } else if (vector.ok) {
      expect(order(nodesOf(vector))).toEqual(vector.ok)
      expect(order(nodesOf(vector).reverse())).toEqual(vector.ok)
    } else {
      expect(codeOf(() => order(nodesOf(vector)))).toBe('INVALID_DOCUMENT_GRAPH')
    }
    if (vector.trim) expect(order(trimGraph(nodesOf(vector), vector.trim.tips))).toEqual(vector.trim.ok)
  })

  it('departs in cases that are there', () => {
    for (const name of departures.keys()) expect(emulated.map((vector) => vector.name)).toContain(name)
  })

  it.each(cases.map((vector, i) => ({ ...vector, i })))('gives the order that the reference ran to: $i', (vector) => {
    expect(order(nodesOf(vector))).toEqual(vector.result)
    expect(order(trimGraph(nodesOf(vector), vector.trimTips))).toEqual(vector.trimResult)
  })

  it('visits an operation once that names an ancestor beside its descendant', () => {
    const nodes = graph(4, (i) => [[], [0], [0, 1], [0, 1, 2]][i] as number[])
    expect(order(nodes)).toEqual({ sorted: nodes.map(({ id }) => id), tips: [nodes[3]?.id] })
  })

  it.each([
    ['no root', graph(2, (i) => [1 - i])],
    ['two roots', graph(2, () => [])],
    ['an operation after itself', graph(2, (i) => [[], [0, 1]][i] as number[])],
    ['an operation after an unknown one', graph(2, (i) => [[], [7]][i] as number[])],
    ['a cycle behind the root', graph(3, (i) => [[], [0, 2], [1]][i] as number[])],
    ['an operation twice', [...graph(1, () => []), ...graph(1, () => [])]],
    ['no operation', []],
  ])('refuses %s', (_, nodes) => {
    expect(codeOf(() => sortGraph(nodes))).toBe('INVALID_DOCUMENT_GRAPH')
  })

  it('refuses to trim to an unknown operation', () => {
    expect(
      codeOf(() =>
        trimGraph(
          graph(1, () => []),
          ['k000001' as OperationId],
        ),
      ),
    ).toBe('INVALID_DOCUMENT_GRAPH')
  })
})

/** Long enough for a slow machine, and far too short for quadratic work on these. */
const TIMEOUT_MS = 30_000

describe('a large document graph', { timeout: TIMEOUT_MS }, () => {
  const LARGE = 50_000
  const shapes: [name: string, previousOf: (i: number) => number[]][] = [
    ['a chain', (i) => (i === 0 ? [] : [i - 1])],
    [
      'a star whose rays are merged',
      (i) => (i === 0 ? [] : i < LARGE - 1 ? [0] : Array.from({ length: i - 1 }, (_, k) => k + 1)),
    ],
    ['a ladder back to the root', (i) => (i === 0 ? [] : i === 1 ? [0] : [0, i - 1])],
    ['a row of diamonds', (i) => (i === 0 ? [] : i % 3 === 0 ? [i - 2, i - 1] : [i - (i % 3)])],
  ]

  it.each(shapes)('is sorted and trimmed whole: %s', (_, previousOf) => {
    const nodes = graph(LARGE, previousOf)
    const { sorted, tips } = sortGraph(nodes)
    expect(new Set(sorted).size).toBe(LARGE)
    expect(
      trimGraph(
        nodes,
        tips.map(({ id }) => id),
      ),
    ).toHaveLength(LARGE)
  })
})
