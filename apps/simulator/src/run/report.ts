import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { Plan, PlannedEvent } from '../world/plan.js'
import type { RunOptions } from './run-options.js'
import type { WorldSummary } from './world-summary.js'

/** A run in one paragraph. Its last line is the same on every machine. */
export function describeRun({ store }: RunOptions, worlds: readonly WorldSummary[], ms: number): string {
  const sum = (of: (world: WorldSummary) => number): number => worlds.reduce((total, world) => total + of(world), 0)
  const failed = worlds.filter(({ failures }) => failures.length > 0)
  const traces = createHash('sha256')
  for (const { trace } of worlds) traces.update(trace)
  return [
    `${worlds.length} worlds in ${store}: ${failed.length} failed, after ${Math.round(ms / 1000)} s`,
    `${sum(({ nodes }) => nodes)} nodes, ${Math.round(sum(({ virtualMs }) => virtualMs) / 3_600_000)} hours of their time, ` +
      `${sum(({ events }) => events)} events, ${sum(({ frames }) => frames)} frames`,
    `${sum(({ acknowledged }) => acknowledged)} entries acknowledged, ${sum(({ lost }) => lost)} lost with their only holder`,
    `${lateOf(worlds).length} worlds were the same only after a check of what was resumed`,
    `all traces: ${traces.digest('hex').slice(0, 32)}`,
  ].join('\n')
}

/**
 * One world of a hundred may be late: chance makes an old place in a database look like a new one. More are a fault in
 * how sessions resume. Returns nothing, or what is wrong.
 */
export function tooManyLate(worlds: readonly WorldSummary[]): string | undefined {
  const late = lateOf(worlds)
  if (late.length <= Math.max(1, worlds.length / 100)) return undefined
  return `${late.length} of ${worlds.length} worlds were late: seeds ${late.map(({ seed }) => seed).join(', ')}`
}

function lateOf(worlds: readonly WorldSummary[]): readonly WorldSummary[] {
  return worlds.filter(({ isLate, failures }) => isLate && failures.length === 0)
}

export function describePlan(plan: Plan): string {
  const { seed, nodes, links, hostile, authors, weather, asksProof, breaks, events, healsAt } = plan
  return [
    `seed ${seed}: ${nodes} nodes, ${links.map(([from, to]) => `n${from}→n${to}`).join(' ')}`,
    ...plan.traits.map((traits, node) => `  n${node} ${JSON.stringify(traits)}`),
    `  hostile: ${hostile.map((kind, index) => `n${nodes + index} ${kind}`).join(', ') || 'nobody'}`,
    `  authors: ${authors.map(({ home, key }, author) => `a${author} at n${home}, key ${key}`).join('; ')}`,
    `  weather: ${JSON.stringify(weather)}${asksProof ? ', proofs are asked for' : ''}`,
    ...(breaks === undefined ? [] : [`  all break a rule of ${breaks}`]),
    ...events.map((event) => `  ${describeEvent(event)}`),
    `  ${(healsAt / 1000).toFixed(3)} s all is well`,
  ].join('\n')
}

function describeEvent({ at, ...event }: PlannedEvent): string {
  return `${(at / 1000).toFixed(3)} s ${JSON.stringify(event)}`
}

/** Prints the closing line that all runners have, and leaves the counts where RAKKO_COUNTS says. */
export function closeWith(worlds: number, failures: readonly string[]): number {
  const counts = { passed: Math.max(0, worlds - failures.length), failed: failures.length, failures }
  if (process.env.RAKKO_COUNTS) writeFileSync(process.env.RAKKO_COUNTS, JSON.stringify(counts))
  for (const failure of failures) console.log(`failed: ${failure}`)
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
  return failures.length === 0 ? 0 : 1
}
