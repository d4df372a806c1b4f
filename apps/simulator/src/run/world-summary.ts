import type { Plan } from '../world/plan.js'
import type { WorldResult } from '../world/run-world.js'

/** What a process tells of a world. */
export interface WorldSummary extends Omit<WorldResult, 'lines' | 'state'> {
  readonly seed: number
  readonly nodes: number
}

export function summaryOf({ seed, nodes }: Plan, { lines: _, state: __, ...result }: WorldResult): WorldSummary {
  return { ...result, seed, nodes }
}
