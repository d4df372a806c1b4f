import type { Decision, OperationAction } from '@rakko/core'

/** How `entries` writes what was decided about an entry that arrived. */
export const DECISION: Readonly<Record<Decision, number>> = { held: 0, refused: 1, purged: 2, forgotten: 3 }
export const DECISIONS: readonly Decision[] = ['held', 'refused', 'purged', 'forgotten']

/** How `entries` writes an operation's action. */
export const ACTION: Readonly<Record<OperationAction, number>> = { create: 0, update: 1, delete: 2 }
export const ACTIONS: readonly OperationAction[] = ['create', 'update', 'delete']

/** How `entries` writes by which id nodes compare an entry: see sync/compared-id.ts. */
export const COMPARED = { byId: 0, turned: 1, never: 2 } as const
