import {
  documentViewIdFromTips,
  type GraphNode,
  type OperationId,
  operationIdsOf,
  parseDocumentViewId,
  sortGraph,
  trimGraph,
} from '@rakko/core'
import { expectRefused, expectSame } from '../expect.js'
import { JsonShape } from '../json-shape.js'
import type { Suite } from '../suite.js'

/** Orders, tips and trimmed graphs of the reference's own tests; letters stand for operation ids. */
export const graphSorting: Suite = (text) =>
  JsonShape.parse(text)
    .get('fromReferenceTests')
    .array()
    .map((test, index) => ({ name: `graph ${index}`, check: () => checkGraph(test) }))

function checkGraph(test: JsonShape): void {
  const nodes = nodesOf(test)
  if (test.optional('expectError')?.boolean()) {
    expectRefused(() => sortGraph(nodes), 'cycle')
    return
  }
  const trim = test.optional('trim')?.texts() as OperationId[] | undefined
  const { sorted, tips } = sortGraph(trim === undefined ? nodes : trimGraph(nodes, trim))
  expectSame(
    sorted.map(({ id }) => id),
    test.get('expectSorted').texts(),
    'sorted',
  )
  const expectedTips = test.optional('expectTips')?.texts()
  if (expectedTips === undefined) return
  expectSame(
    tips.map(({ id }) => id),
    expectedTips,
    'tips',
  )
}

/** A link `[from, to]` says that `to` names `from` in its `previous`. */
function nodesOf(test: JsonShape): GraphNode[] {
  const links = test
    .get('links')
    .array()
    .map((link) => link.texts())
  return test
    .get('nodes')
    .texts()
    .map((id) => ({
      id: id as OperationId,
      previous: links.filter(([, to]) => to === id).map(([from]) => from as OperationId),
    }))
}

/** View ids from their operation ids. How the reference shortens one for people is none of ours. */
export const documentViewIds: Suite = (text) =>
  JsonShape.parse(text)
    .get('fromReferenceTests')
    .array()
    .map((test, index) => ({
      name: `view ${index}`,
      check: () => {
        const ids = test.get('ids').texts() as OperationId[]
        const viewId = documentViewIdFromTips([...ids].reverse())
        expectSame(viewId, ids.join('_'), 'view id')
        expectSame(operationIdsOf(parseDocumentViewId(viewId)), ids, 'operation ids')
      },
    }))
