import { describe, expect, it } from 'vitest'
import type { DocumentOperation } from '../../src/document/reduce.js'
import type { DocumentViewId, OperationId, PublicKey, SchemaId } from '../../src/ids.js'
import type { OperationValue } from '../../src/operation/operation.js'
import { type HistoryOf, schemaAt, viewsPinnedAt } from '../../src/schema/schema-at.js'
import { SCHEMA_DEFINITION, SCHEMA_FIELD_DEFINITION } from '../../src/schema/system-schemas.js'
import { idOf } from '../document/document-samples.js'

const PUBLIC_KEY = 'aa'.repeat(32) as PublicKey
const str = (value: string): OperationValue => ({ type: 'str', value })
const viewOf = (...numbers: readonly number[]) => numbers.map(idOf).join('_') as DocumentViewId

interface Sample {
  readonly fields?: Readonly<Record<string, OperationValue>>
  readonly previous?: DocumentViewId
  readonly schemaId?: SchemaId
  readonly action?: 'delete'
}

function operation(
  number: number,
  { fields, previous, schemaId = SCHEMA_DEFINITION, action }: Sample,
): DocumentOperation {
  const entries = fields && { fields: new Map(Object.entries(fields)) }
  const kind = action ?? (previous === undefined ? 'create' : 'update')
  return {
    id: idOf(number),
    publicKey: PUBLIC_KEY,
    operation: { action: kind, schemaId, ...(previous && { previous }), ...entries },
  }
}

function field(number: number, name: string, type = 'str'): DocumentOperation {
  return operation(number, { schemaId: SCHEMA_FIELD_DEFINITION, fields: { name: str(name), type: str(type) } })
}

function definition(number: number, pinned: readonly DocumentViewId[], name = 'venue'): DocumentOperation {
  const fields: OperationValue = { type: 'pinned_relation_list', value: pinned }
  return operation(number, { fields: { name: str(name), description: str('A place'), fields } })
}

/** Documents, each a list of its operations. */
function knowing(...documents: readonly (readonly DocumentOperation[])[]): HistoryOf {
  const histories = new Map<OperationId, readonly DocumentOperation[]>()
  for (const history of documents) for (const { id } of history) histories.set(id, history)
  return (id) => histories.get(id)
}

const NAME = field(1, 'name')
const SIZE = field(2, 'size', 'int')
const VENUE = definition(3, [viewOf(1), viewOf(2)])
const RENAMED = operation(4, { previous: viewOf(3), fields: { name: str('hall') } })
const DELETED = operation(5, { previous: viewOf(4), action: 'delete' })

describe('the schema at a view', () => {
  it('is known where the definition and all that it pins are, as it was at that view', () => {
    const state = schemaAt(viewOf(3), knowing([NAME], [SIZE], [VENUE]))
    expect(state).toMatchObject({ status: 'known', schema: { id: `venue_${viewOf(3)}`, name: 'venue' } })
    expect(state.status === 'known' && [...state.schema.fields.keys()]).toEqual(['name', 'size'])
    expect(schemaAt(viewOf(4), knowing([NAME], [SIZE], [VENUE, RENAMED]))).toMatchObject({
      schema: { id: `hall_${viewOf(4)}` },
    })
  })

  it('does not depend on what else is known, later changes and a DELETE of the definition included', () => {
    const renamedField = operation(6, {
      schemaId: SCHEMA_FIELD_DEFINITION,
      previous: viewOf(1),
      fields: { name: str('x') },
    })
    const less = schemaAt(viewOf(3), knowing([NAME], [SIZE], [VENUE]))
    expect(schemaAt(viewOf(3), knowing([DELETED, RENAMED, VENUE], [SIZE], [renamedField, NAME]))).toEqual(less)
  })

  it('is incomplete where the definition is not known, and says what is missing', () => {
    expect(schemaAt(viewOf(3, 4), knowing([NAME], [SIZE]))).toEqual({
      status: 'incomplete',
      missing: [idOf(3), idOf(4)],
    })
    expect(schemaAt(viewOf(3, 4), knowing([VENUE]))).toEqual({ status: 'incomplete', missing: [idOf(4)] })
  })

  it('is incomplete where views that it pins are not known, all of which are missing', () => {
    const pinning = definition(3, [viewOf(1), viewOf(2, 6)])
    expect(schemaAt(viewOf(3), knowing([pinning]))).toEqual({
      status: 'incomplete',
      missing: [idOf(1), idOf(2), idOf(6)],
    })
    expect(schemaAt(viewOf(3), knowing([pinning], [NAME], [SIZE]))).toEqual({
      status: 'incomplete',
      missing: [idOf(6)],
    })
  })

  it.each<[string, DocumentViewId, HistoryOf]>([
    ['its definition is deleted at that view', viewOf(5), knowing([NAME], [SIZE], [VENUE, RENAMED, DELETED])],
    ['its definition is a field definition', viewOf(1), knowing([NAME])],
    [
      'its definition is of another schema, with the same fields',
      viewOf(3),
      knowing([NAME], [SIZE], [ofAnother(VENUE)]),
    ],
    ['it pins what only looks like a field definition', viewOf(3), knowing([ofAnother(NAME)], [SIZE], [VENUE])],
    ['the view is of two documents', viewOf(1, 3), knowing([NAME], [SIZE], [VENUE])],
    ['it pins what is no field definition', viewOf(3), knowing([definition(3, [viewOf(7)])], [definition(7, [])])],
    ['it pins a view that is deleted', viewOf(3), knowing([definition(3, [viewOf(8)])], [NAME, removedField()])],
    ['it has no fields', viewOf(3), knowing([definition(3, [])])],
    ['a field has no type', viewOf(3), knowing([definition(3, [viewOf(1)])], [field(1, 'name', 'text')])],
    ['a name is none', viewOf(3), knowing([definition(3, [viewOf(1)], 'no name')], [NAME])],
  ])('is invalid for good where %s', (_, viewId, historyOf) => {
    expect(schemaAt(viewId, historyOf)).toEqual({ status: 'invalid' })
  })

  it('pins the views that its definition names then', () => {
    expect(viewsPinnedAt(viewOf(3), knowing([VENUE]))).toEqual([viewOf(1), viewOf(2)])
    expect(viewsPinnedAt(viewOf(3), knowing())).toEqual([])
    expect(viewsPinnedAt(viewOf(5), knowing([VENUE, RENAMED, DELETED]))).toEqual([])
    expect(viewsPinnedAt(viewOf(1), knowing([NAME]))).toEqual([])
  })
})

function ofAnother({ operation: { action, fields }, ...rest }: DocumentOperation): DocumentOperation {
  return { ...rest, operation: { action, schemaId: `other_${viewOf(9)}` as SchemaId, ...(fields && { fields }) } }
}

function removedField(): DocumentOperation {
  return operation(8, { schemaId: SCHEMA_FIELD_DEFINITION, previous: viewOf(1), action: 'delete' })
}
