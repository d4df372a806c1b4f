import type { RakkoError } from '../rakko-error.js'
import { refusal } from '../refusal.js'
import type { OperationAction } from './operation.js'

/** The members that an action decides about; a decoded operation of either kind has them. */
export interface OperationMembers {
  readonly action: OperationAction
  readonly previous?: unknown
  readonly fields?: unknown
}

interface Rule {
  readonly member: 'fields' | 'previous'
  readonly isExpected: boolean
}

/** `previous` by OP5, `fields` by OP6, in the order in which they are checked. */
const RULES: Readonly<Record<OperationAction, readonly Rule[]>> = {
  create: [
    { member: 'fields', isExpected: true },
    { member: 'previous', isExpected: false },
  ],
  update: [
    { member: 'fields', isExpected: true },
    { member: 'previous', isExpected: true },
  ],
  delete: [
    { member: 'fields', isExpected: false },
    { member: 'previous', isExpected: true },
  ],
}

/** Checks that an operation has the members of its action and no other. Throws INVALID_OPERATION_FORMAT. */
export function validateOperationFormat(operation: OperationMembers): void {
  for (const { member, isExpected } of RULES[operation.action]) {
    if ((operation[member] !== undefined) === isExpected) continue
    const action = operation.action.toUpperCase()
    throw invalidFormat(member, `${isExpected ? '' : 'no '}'${member}' in ${action}`, isExpected ? 'none' : 'one')
  }
}

export function invalidFormat(field: string, expected: string, got: string): RakkoError {
  return refusal('INVALID_OPERATION_FORMAT', { field, expected, got, about: 'Invalid operation' })
}
