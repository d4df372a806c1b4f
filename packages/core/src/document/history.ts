import type { DocumentViewId, OperationId, PublicKey } from '../ids.js'
import type { OperationAction, OperationValue } from '../operation/operation.js'
import { documentViewIdFromTips, operationIdsOf } from './document-view-id.js'
import { type DocumentOperation, sortOperations } from './reduce.js'

/** An operation in a document's history: what it did, and where it stands in the graph. */
export interface HistoryOperation {
  readonly id: OperationId
  readonly publicKey: PublicKey
  readonly action: OperationAction
  /** The operations that it follows, ascending: the edges of the graph. Empty for the CREATE. */
  readonly previous: readonly OperationId[]
  /** What it set; empty for a DELETE. */
  readonly fields: ReadonlyMap<string, OperationValue>
  /**
   * The number of operations on the longest way from the CREATE, which has 0. Drawn as a row, it is below all it
   * follows.
   */
  readonly depth: number
  /** A column to draw it in. The CREATE and the line that goes on from it have 0; each branch has one more. */
  readonly branch: number
  /** Nothing follows it, so it is part of the current view id. */
  readonly isTip: boolean
  /** The view of the document that its author knew, with the operation applied. It can be read. */
  readonly viewId: DocumentViewId
}

/**
 * The operations of one document in the order of their reduction, in which the last value of a field wins. The result
 * does not depend on the order in which they are given. Throws INVALID_DOCUMENT_GRAPH.
 */
export function documentHistory(operations: Iterable<DocumentOperation>): HistoryOperation[] {
  const sorted = sortOperations(operations)
  const previousOf = new Map(sorted.map(({ id, operation }) => [id, previousIds(operation.previous)]))
  const depths = depthsOf(previousOf)
  const branches = branchesOf(previousOf)
  const followed = new Set([...previousOf.values()].flat())
  return sorted.map(({ id, publicKey, operation: { action, fields = new Map() } }) => ({
    id,
    publicKey,
    action,
    previous: previousOf.get(id) ?? [],
    fields,
    depth: depths.get(id) ?? 0,
    branch: branches.get(id) ?? 0,
    isTip: !followed.has(id),
    viewId: documentViewIdFromTips([id]),
  }))
}

type Edges = ReadonlyMap<OperationId, readonly OperationId[]>

function previousIds(previous: DocumentViewId | undefined): OperationId[] {
  return previous === undefined ? [] : operationIdsOf(previous)
}

/** The order of reduction may put a merge before a branch that it follows. So depths need a walk of their own. */
function depthsOf(edges: Edges): Map<OperationId, number> {
  const next = new Map<OperationId, OperationId[]>()
  const waitingFor = new Map<OperationId, number>()
  const depths = new Map<OperationId, number>()
  const open: OperationId[] = []
  for (const [id, previous] of edges) {
    waitingFor.set(id, previous.length)
    if (previous.length === 0) open.push(id)
    for (const one of previous) {
      const following = next.get(one) ?? []
      following.push(id)
      next.set(one, following)
    }
  }
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const depth = depths.get(id) ?? 0
    depths.set(id, depth)
    for (const one of next.get(id) ?? []) {
      depths.set(one, Math.max(depths.get(one) ?? 0, depth + 1))
      const left = (waitingFor.get(one) ?? 0) - 1
      waitingFor.set(one, left)
      if (left === 0) open.push(one)
    }
  }
  return depths
}

/** An operation goes on in the column of the first one that it follows, unless another has that column already. */
function branchesOf(edges: Edges): Map<OperationId, number> {
  const branches = new Map<OperationId, number>()
  const continued = new Set<OperationId>()
  let last = -1
  for (const [id, previous] of edges) {
    const before = previous.filter((one) => branches.has(one) && !continued.has(one))
    const [line] = before.sort((a, b) => (branches.get(a) ?? 0) - (branches.get(b) ?? 0))
    branches.set(id, (line && branches.get(line)) ?? ++last)
    if (line) continued.add(line)
  }
  return branches
}
