import { describe, expect, it } from 'vitest'
import { operationIdsOf } from '../../src/document/document-view-id.js'
import { documentHistory } from '../../src/document/history.js'
import { reduce, reduceAt } from '../../src/document/reduce.js'
import { idOf, operationOf } from './document-samples.js'

const create = operationOf({ id: idOf(1), action: 'create', fields: { name: 'start', note: '' } })
const left = operationOf({
  id: idOf(2),
  action: 'update',
  previous: [idOf(1)],
  fields: { name: 'left' },
  author: 'bb'.repeat(32),
})
const right = operationOf({ id: idOf(3), action: 'update', previous: [idOf(1)], fields: { note: 'right' } })
const further = operationOf({ id: idOf(5), action: 'update', previous: [idOf(3)], fields: {} })
const merge = operationOf({ id: idOf(4), action: 'update', previous: [idOf(2), idOf(5)], fields: { name: 'both' } })
const remove = operationOf({ id: idOf(6), action: 'delete', previous: [idOf(3)] })
const all = [create, left, right, further, merge, remove]

describe('the history of a document', () => {
  it('tells who did what, and where each operation stands in the graph', () => {
    const drawn = documentHistory(all).map(({ id, publicKey, action, previous, depth, branch, isTip }) => ({
      id: all.findIndex((one) => one.id === id),
      author: publicKey.slice(0, 2),
      action,
      previous: previous.map((one) => all.findIndex(({ id }) => id === one)),
      depth,
      branch,
      isTip,
    }))
    expect(drawn).toEqual([
      { id: 0, author: 'aa', action: 'create', previous: [], depth: 0, branch: 0, isTip: false },
      { id: 1, author: 'bb', action: 'update', previous: [0], depth: 1, branch: 0, isTip: false },
      { id: 2, author: 'aa', action: 'update', previous: [0], depth: 1, branch: 1, isTip: false },
      { id: 3, author: 'aa', action: 'update', previous: [2], depth: 2, branch: 1, isTip: false },
      { id: 4, author: 'aa', action: 'update', previous: [1, 3], depth: 3, branch: 0, isTip: true },
      { id: 5, author: 'aa', action: 'delete', previous: [2], depth: 2, branch: 2, isTip: true },
    ])
  })

  it('has what each operation set, and is the same in whatever order the operations are given', () => {
    const history = documentHistory(all)
    expect(
      history.map(({ fields }) => Object.fromEntries([...fields].map(([name, { value }]) => [name, value]))),
    ).toEqual([{ name: 'start', note: '' }, { name: 'left' }, { note: 'right' }, {}, { name: 'both' }, {}])
    expect(documentHistory([...all].reverse())).toEqual(history)
  })

  it('leads to views: each operation to the one its author made, the tips to the current one', () => {
    const history = documentHistory(all)
    const tips = history.filter(({ isTip }) => isTip).map(({ id }) => id)
    expect(tips.sort()).toEqual(operationIdsOf(reduce(all).viewId))
    const texts = history.map(({ viewId }) => {
      const view = reduceAt(all, viewId)
      expect(view.viewId).toBe(viewId)
      return view.deleted
        ? 'deleted'
        : `${view.fields.get('name')?.value.value}/${view.fields.get('note')?.value.value}`
    })
    expect(texts).toEqual(['start/', 'left/', 'start/right', 'start/right', 'both/right', 'deleted'])
  })

  it('of operations that do not form one document is refused', () => {
    expect(() => documentHistory([left])).toThrow(expect.objectContaining({ code: 'INVALID_DOCUMENT_GRAPH' }))
  })

  it('takes a line of many operations without recursion', () => {
    const line = [create]
    for (let number = 10; number < 20_010; number += 1) {
      line.push(operationOf({ id: idOf(number), action: 'update', previous: [line.at(-1)?.id ?? idOf(1)], fields: {} }))
    }
    expect(documentHistory(line).at(-1)).toMatchObject({ depth: 20_000, branch: 0, isTip: true })
  })
})
