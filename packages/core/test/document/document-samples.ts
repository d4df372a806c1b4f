import type { DocumentOperation } from '../../src/document/reduce.js'
import type { DocumentViewId, OperationId, PublicKey, SchemaId } from '../../src/ids.js'
import type { Operation, OperationAction, OperationValue } from '../../src/operation/operation.js'

export const SCHEMA_ID = `venue_0020${'c2'.repeat(32)}` as SchemaId

/** An operation id that sorts by its number. */
export function idOf(number: number): OperationId {
  return `0020${number.toString(16).padStart(64, '0')}` as OperationId
}

export interface OperationSample {
  readonly id: OperationId
  readonly action: OperationAction
  readonly previous?: readonly OperationId[]
  readonly fields?: Readonly<Record<string, string>>
  readonly author?: string
  readonly schemaId?: SchemaId
}

/** An operation of a schema whose fields are all text. */
export function operationOf(sample: OperationSample): DocumentOperation {
  const { id, action, previous = [], fields = {}, author = 'aa'.repeat(32), schemaId = SCHEMA_ID } = sample
  const values = Object.entries(fields).map(([name, value]): [string, OperationValue] => [name, { type: 'str', value }])
  const operation: Operation = {
    action,
    schemaId,
    ...(action !== 'create' && { previous: [...previous].sort().join('_') as DocumentViewId }),
    ...(action !== 'delete' && { fields: new Map(values) }),
  }
  return { id, publicKey: author as PublicKey, operation }
}
