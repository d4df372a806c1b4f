import type { OperationId } from '../ids.js'
import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'

/** A node of a document's graph: an operation, and the operations that it follows. The root follows none. */
export interface GraphNode {
  readonly id: OperationId
  readonly previous: readonly OperationId[]
}

export interface SortedGraph<Node extends GraphNode> {
  /** Every node once. */
  readonly sorted: readonly Node[]
  /** Nodes that nothing follows, in the order of `sorted`. */
  readonly tips: readonly Node[]
}

interface Vertex<Node extends GraphNode> {
  readonly node: Node
  readonly previous: Vertex<Node>[]
  readonly next: Vertex<Node>[]
  /** How many of `previous` have not been visited. */
  waitingFor: number
  visited: boolean
}

/**
 * Puts the operations of a document in the one order in which every node reduces them (DO8).
 *
 * The walk goes from the root along the smallest id. Siblings wait on a stack, the largest on top. A merge that is the
 * smallest child of what was just visited waits for all that it follows. A merge that waited on the stack is visited
 * when its turn comes, even before another branch that it follows. So the order is NOT always topological. It is the
 * reference's, and must be, since the last value in this order wins.
 *
 * Departure: an operation may name in `previous` an ancestor beside its descendant. The reference visits it twice,
 * which may end in an error though publishing allowed it. Here every node is visited once, at its first turn.
 *
 * Throws INVALID_DOCUMENT_GRAPH where there is not exactly one root, an id stands twice, `previous` names an unknown
 * operation, or there is a cycle. O(n log n) in nodes and edges, without recursion.
 */
export function sortGraph<Node extends GraphNode>(nodes: Iterable<Node>): SortedGraph<Node> {
  const vertices = buildGraph(nodes)
  const sorted: Node[] = []
  const tips: Node[] = []

  const visit = (vertex: Vertex<Node>): void => {
    vertex.visited = true
    sorted.push(vertex.node)
    for (const next of vertex.next) next.waitingFor--
    if (vertex.next.length === 0) tips.push(vertex.node)
  }

  const stack = [rootOf(vertices)]
  for (let current = stack.pop(); current; current = stack.pop()) {
    if (current.visited) continue
    visit(current)
    for (;;) {
      const [smallest, ...others] = current.next.filter((next) => !next.visited).sort(byId)
      if (!smallest) break
      for (const other of others) stack.push(other)
      if (smallest.previous.length > 1) {
        if (smallest.waitingFor === 0) stack.push(smallest)
        break
      }
      visit(smallest)
      current = smallest
    }
  }
  if (sorted.length !== vertices.size) throw invalid('no cycle', 'operations that follow each other')
  return { sorted, tips }
}

/**
 * The part of a graph that these tips and their ancestors form: an earlier view. Where one tip is an ancestor of
 * another, the result is the view of the newer one. Throws INVALID_DOCUMENT_GRAPH on an unknown tip, and where an
 * operation of the whole graph has no place in it.
 */
export function trimGraph<Node extends GraphNode>(nodes: Iterable<Node>, tips: Iterable<OperationId>): Node[] {
  const vertices = buildGraph(nodes)
  const kept: Node[] = []
  const keep = (vertex: Vertex<Node>): void => {
    if (vertex.visited) return
    vertex.visited = true
    kept.push(vertex.node)
    for (const previous of vertex.previous) open.push(previous)
  }
  const open: Vertex<Node>[] = []
  for (const id of tips) {
    const tip = vertices.get(id)
    if (!tip) throw invalid('operations of the document', id)
    keep(tip)
  }
  for (let vertex = open.pop(); vertex; vertex = open.pop()) keep(vertex)
  return kept
}

function buildGraph<Node extends GraphNode>(nodes: Iterable<Node>): Map<OperationId, Vertex<Node>> {
  const vertices = new Map<OperationId, Vertex<Node>>()
  for (const node of nodes) {
    if (vertices.has(node.id)) throw invalid('every operation once', `${node.id} twice`)
    vertices.set(node.id, { node, previous: [], next: [], waitingFor: 0, visited: false })
  }
  for (const vertex of vertices.values()) {
    for (const id of new Set(vertex.node.previous)) {
      const previous = vertices.get(id)
      if (!previous || previous === vertex) {
        throw invalid('previous to name other operations of the document', `${vertex.node.id} after ${id}`)
      }
      vertex.previous.push(previous)
      vertex.waitingFor++
      previous.next.push(vertex)
    }
  }
  return vertices
}

function rootOf<Node extends GraphNode>(vertices: ReadonlyMap<OperationId, Vertex<Node>>): Vertex<Node> {
  const roots = [...vertices.values()].filter(({ previous }) => previous.length === 0)
  const [root] = roots
  if (!root || roots.length > 1) throw invalid('one root', roots.length === 0 ? 'none' : `${roots.length} roots`)
  return root
}

function byId<Node extends GraphNode>(a: Vertex<Node>, b: Vertex<Node>): number {
  return a.node.id < b.node.id ? -1 : 1
}

function invalid(expected: string, got: string): RakkoError {
  return refusal('INVALID_DOCUMENT_GRAPH', { expected, got, about: 'Invalid document graph' })
}
