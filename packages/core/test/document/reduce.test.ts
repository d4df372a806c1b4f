import { describe, expect, it } from 'vitest'
import {
  applyUpdate,
  type DocumentOperation,
  type ReducedDocument,
  reduce,
  reduceAt,
  sortOperations,
} from '../../src/document/reduce.js'
import type { DocumentViewId, OperationId, SchemaId } from '../../src/ids.js'
import type { OperationAction } from '../../src/operation/operation.js'
import { codeOf } from '../rakko-error-of.js'
import { readDepartures, readVectors } from '../vector-file.js'
import { idOf, operationOf, SCHEMA_ID } from './document-samples.js'

interface DocumentVector {
  readonly id: string
  readonly schema: string
  readonly author: string
  readonly fields: Record<string, { value: string; operationId: string }> | null
  readonly viewId: string[]
  readonly deleted: boolean
  readonly edited: boolean
  readonly sorted: string[]
}

interface Vector {
  readonly name: string
  readonly operations: {
    id: OperationId
    action: OperationAction
    schema: SchemaId
    previous: OperationId[]
    fields: Record<string, string> | null
    author: string
  }[]
  readonly ok?: DocumentVector
  readonly error?: string
  readonly atView: Record<string, { ok?: DocumentVector; error?: string }>
}

const { vectors } = readVectors<{ vectors: Vector[] }>('documents.json')
const departures = readDepartures('documents.json')

function operationsOf({ operations }: Vector): DocumentOperation[] {
  return operations.map(({ schema, fields, ...sample }) =>
    operationOf({ ...sample, schemaId: schema, ...(fields && { fields }) }),
  )
}

function expectDocument(document: ReducedDocument, expected: DocumentVector): void {
  const last = expected.sorted[expected.sorted.length - 1] ?? ''
  expect(document).toEqual({
    documentId: expected.id,
    schemaId: expected.schema,
    owner: expected.author,
    signer: expected.author,
    viewId: expected.viewId.join('_'),
    deleted: expected.deleted,
    edited: expected.edited,
    follow: [...new Set([...expected.viewId, last])].sort().join('_'),
    fields: new Map(
      Object.entries(expected.fields ?? {}).map(([name, { value, operationId }]) => [
        name,
        { value: { type: 'str', value }, operationId },
      ]),
    ),
  })
}

const [A, B, C, D, E, F] = [1, 2, 3, 4, 5, 6].map(idOf) as [
  OperationId,
  OperationId,
  OperationId,
  OperationId,
  OperationId,
  OperationId,
]
const create = operationOf({ id: A, action: 'create', fields: { x: '1', y: '1' } })
const update = (id: OperationId, previous: OperationId[], fields: Record<string, string> = { x: id }) =>
  operationOf({ id, action: 'update', previous, fields })
const remove = (id: OperationId, previous: OperationId[]) => operationOf({ id, action: 'delete', previous })

describe('reducing a document', () => {
  it.each(vectors)('gives the reference document: $name', (vector) => {
    const operations = operationsOf(vector)
    const departure = departures.get(vector.name)
    if (departure) {
      expect(vector.error).toBe(departure.reference)
      expect(reduce(operations)).toMatchObject(departure.ours as object)
    } else if (vector.ok) {
      expectDocument(reduce(operations), vector.ok)
      expect(sortOperations(operations).map(({ id }) => id)).toEqual(vector.ok.sorted)
    } else {
      expect(codeOf(() => reduce(operations))).toBe('INVALID_DOCUMENT_GRAPH')
    }
    for (const [viewId, { ok }] of Object.entries(vector.atView)) {
      if (ok) expectDocument(reduceAt(operations, viewId as DocumentViewId), ok)
      else expect(codeOf(() => reduceAt(operations, viewId as DocumentViewId))).toBe('INVALID_DOCUMENT_GRAPH')
    }
  })

  it('departs in cases that are there', () => {
    for (const name of departures.keys()) expect(vectors.map((vector) => vector.name)).toContain(name)
  })

  it('lets the last operation in sorted order win, field by field, and name itself', () => {
    const operations = [create, update(B, [A], { x: 'b', y: 'b' }), update(C, [A], { x: 'c' })]
    expect(reduce(operations).fields).toEqual(
      new Map([
        ['x', { value: { type: 'str', value: 'c' }, operationId: C }],
        ['y', { value: { type: 'str', value: 'b' }, operationId: B }],
      ]),
    )
  })

  it('names as signer the author of the operation sorted last', () => {
    const other = operationOf({ id: C, action: 'update', previous: [A], fields: {}, author: 'bb'.repeat(32) })
    expect(reduce([create, other, update(B, [A])])).toMatchObject({
      owner: 'aa'.repeat(32),
      signer: 'bb'.repeat(32),
    })
  })

  it('gives at a view what its operations and their ancestors make, and the view of the newer of two on a branch', () => {
    const operations = [create, update(B, [A]), update(C, [A]), update(D, [B])]
    expect(reduceAt(operations, `${B}_${C}` as DocumentViewId).viewId).toBe(`${B}_${C}`)
    expect(reduceAt(operations, `${B}_${D}` as DocumentViewId).viewId).toBe(D)
  })

  it.each([
    ['no CREATE', [operationOf({ id: B, action: 'update', previous: [A] })]],
    ['two CREATEs', [create, operationOf({ id: B, action: 'create' })]],
    ['two schemas', [create, operationOf({ id: B, action: 'update', previous: [A], schemaId: 'blob_v1' as SchemaId })]],
    ['nothing', []],
  ])('refuses operations with %s', (_, operations) => {
    expect(codeOf(() => reduce(operations))).toBe('INVALID_DOCUMENT_GRAPH')
  })
})

describe('delete wins', () => {
  const deletedView = (viewId: string) => ({ deleted: true, edited: true, fields: new Map(), viewId })

  it('over an update that is sorted after the DELETE', () => {
    expect(reduce([create, remove(B, [A]), update(C, [A])])).toMatchObject(deletedView(`${B}_${C}`))
  })

  it('over another DELETE beside it', () => {
    expect(reduce([create, remove(B, [A]), remove(C, [A])])).toMatchObject(deletedView(`${B}_${C}`))
  })

  it('over a merge of its branch with another, which a node refuses before it gets here', () => {
    expect(reduce([create, remove(B, [A]), update(C, [A]), update(D, [B, C])])).toMatchObject(deletedView(D))
  })

  it('but not at a view from before it', () => {
    const operations = [create, update(B, [A]), remove(C, [B])]
    expect(reduceAt(operations, B as string as DocumentViewId).deleted).toBe(false)
  })
})

describe('applying an update to the current view', () => {
  it('gives what a reduction of the whole graph gives', () => {
    const operations = [create, update(B, [A], { x: 'b' }), update(C, [B], {}), remove(D, [C])]
    let document = reduce([create])
    for (const [i, operation] of operations.slice(1).entries()) {
      const applied = applyUpdate(document, operation)
      expect(applied).toEqual(reduce(operations.slice(0, i + 2)))
      document = applied as ReducedDocument
    }
  })

  it('follows a view of several tips as well', () => {
    const operations = [create, update(B, [A]), update(C, [A])]
    const merge = update(D, [B, C])
    expect(applyUpdate(reduce(operations), merge)).toEqual(reduce([...operations, merge]))
  })

  it('leaves an operation to reduction that follows another view', () => {
    expect(applyUpdate(reduce([create, update(B, [A])]), update(C, [A]))).toBeUndefined()
  })

  /** The order of reduction is not always topological: here D, the only tip, is sorted before E, which it follows. */
  it('leaves a view to reduction in which a tip is not sorted last', () => {
    const operations = [create, update(B, [A]), update(E, [A]), update(C, [B]), update(D, [B, E]), update(F, [C, D])]
    const before = reduce(operations)
    expect(sortOperations(operations).map(({ id }) => id)).toEqual([A, B, C, D, F, E])
    expect(before).toMatchObject({ viewId: F, follow: `${E}_${F}` })
    const next = update(idOf(7), [F], { x: 'next' })
    expect(applyUpdate(before, next)).toBeUndefined()
    expect(reduce([...operations, next]).fields.get('x')?.operationId).toBe(E)
  })

  it('is possible again after an update that names the operation sorted last beside the tips', () => {
    const operations = [create, update(B, [A]), update(E, [A]), update(C, [B]), update(D, [B, E]), update(F, [C, D])]
    expect(reduce(operations).follow).toBe(`${E}_${F}`)
    const next = update(idOf(7), [E, F], { x: 'next' })
    const healed = reduce([...operations, next])
    expect(healed).toMatchObject({ viewId: next.id, follow: next.id })
    expect(healed.fields.get('x')?.value).toEqual({ type: 'str', value: 'next' })
  })

  it('refuses an operation of another schema', () => {
    const foreign = operationOf({ id: B, action: 'update', previous: [A], schemaId: 'blob_v1' as SchemaId })
    expect(foreign.operation.schemaId).not.toBe(SCHEMA_ID)
    expect(codeOf(() => applyUpdate(reduce([create]), foreign))).toBe('INVALID_DOCUMENT_GRAPH')
  })
})
