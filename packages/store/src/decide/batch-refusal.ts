import { itemRefusal, RakkoError } from '@rakko/core'

/** Why a batch is not stored: the error of its first refused item. Undefined where none is refused. */
export function batchRefusal(outcomes: readonly unknown[]): RakkoError | undefined {
  for (const [index, outcome] of outcomes.entries()) {
    const error = outcome instanceof RakkoError ? outcome : errorOf(outcome)
    if (error) return itemRefusal(index, error)
  }
  return undefined
}

function errorOf(outcome: unknown): RakkoError | undefined {
  const { error } = (outcome ?? {}) as { error?: unknown }
  return error instanceof RakkoError ? error : undefined
}
