import { parseArgs } from 'node:util'
import { BROKEN_RULES, type BrokenRule } from '../people/broken-rules.js'

export type StoreKind = 'memory' | 'pglite'

export interface RunOptions {
  readonly seed: number
  readonly seeds: number
  readonly leastNodes: number
  readonly mostNodes: number
  readonly store: StoreKind
  /** Processes that run worlds side by side. */
  readonly workers: number
  /** Print what happens in every world. */
  readonly isTraced: boolean
  /** A rule that honest nodes break, on purpose. */
  readonly breaks: BrokenRule | undefined
}

export const USAGE =
  'Usage: npm run simulate -- [--seed S] [--seeds N] [--nodes K] [--store memory|pglite] [--workers W] [--trace] [--break RULE]'

/** The largest number of nodes where none is named. PGlite takes longer for each. */
const MOST_NODES: Readonly<Record<StoreKind, number>> = { memory: 20, pglite: 5 }
const LEAST_NODES = 3

/** Throws where an argument is no such number. */
export function parseRunOptions(args: readonly string[]): RunOptions {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: text,
      seeds: text,
      nodes: text,
      store: text,
      workers: text,
      trace: { type: 'boolean' },
      break: text,
    },
  })
  const { store = 'memory' } = values
  if (store !== 'memory' && store !== 'pglite') throw new Error(`--store has to be memory or pglite, got ${store}`)
  const breaks = BROKEN_RULES.find((rule) => rule === values.break)
  if (values.break !== breaks)
    throw new Error(`--break has to be one of ${BROKEN_RULES.join(', ')}, got ${values.break}`)
  const nodes = numberOf('nodes', values.nodes, undefined, 2, 20)
  return {
    seed: numberOf('seed', values.seed, 1, 0, 2 ** 31) ?? 1,
    seeds: numberOf('seeds', values.seeds, 1, 1, 10_000_000) ?? 1,
    leastNodes: nodes ?? LEAST_NODES,
    mostNodes: nodes ?? MOST_NODES[store],
    store,
    workers: numberOf('workers', values.workers, 2, 1, 64) ?? 2,
    isTraced: values.trace === true,
    breaks,
  }
}

function numberOf(
  name: string,
  text: string | undefined,
  otherwise: number | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return otherwise
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= most) return number
  throw new Error(`--${name} has to be a number from ${least} to ${most}, got ${JSON.stringify(text)}`)
}
