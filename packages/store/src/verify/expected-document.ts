import {
  type OperationId,
  type OperationValue,
  operationIdsOf,
  type ReducedDocument,
  reduce,
  unlessInvalid,
} from '@rakko/core'
import type { NumberedOperation } from '../load/stored-operations.js'
import type { Document } from '../store.js'

/** What a document's entries give. */
export interface Expected {
  readonly view: ReducedDocument
  readonly operations: readonly NumberedOperation[]
}

/** Undefined where the operations are not all of a document. */
export function expectedOf(operations: readonly NumberedOperation[]): Expected | undefined {
  const view = unlessInvalid(() => reduce(operations))
  return view && { view, operations }
}

/** Whether a document's rows know operations that its entries do not have: some of these are lost. */
export function isAfter(stored: Document | undefined, { operations }: Expected): boolean {
  if (!stored) return false
  const ids = new Set<OperationId>(operations.map(({ id }) => id))
  return operationIdsOf(stored.viewId).some((id) => !ids.has(id))
}

export function isAsExpected(
  stored: Document | undefined,
  { view }: Expected,
  { withFields }: { readonly withFields: boolean },
): boolean {
  if (!stored) return false
  const isSame = (['viewId', 'follow', 'schemaId', 'owner', 'signer', 'edited', 'deleted'] as const).every(
    (member) => stored[member] === view[member],
  )
  if (isSame && !withFields) return true
  if (!isSame || stored.fields.size !== view.fields.size) return false
  return [...view.fields].every(([name, { value }]) => isSameValue(stored.fields.get(name), value))
}

function isSameValue(stored: OperationValue | undefined, expected: OperationValue): boolean {
  return stored !== undefined && textOf(stored) === textOf(expected)
}

/** JSON would lose the sign of a zero, and what is no number. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === 'bigint') return `${one}n`
    if (typeof one === 'number') return Object.is(one, -0) ? '-0' : String(one)
    return one instanceof Uint8Array ? Array.from(one) : one
  })
}
