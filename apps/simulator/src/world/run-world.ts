import type { Hash } from '@rakko/core'
import { LEAST_QUOTAS } from '@rakko/node'
import type { Places } from '../store/places.js'
import type { Plan } from './plan.js'
import { differences, type NodeState, shown, stateOf } from './verdict.js'
import { World } from './world.js'

/** Nodes look for each other once a minute at least, and every five where one was refused. */
const HEALING_MS = 8 * 60_000
/**
 * After ten minutes a session checks by a comparison what it has resumed. Only a node that was put back can make that
 * necessary.
 */
const CHECKING_MS = 12 * 60_000
const LOOK_EVERY_MS = 10_000
/**
 * Entries that a process is sent though it has forgotten them. That is so after a comparison by heads, and where a peer
 * pulled from it in the same moment. 200 worlds have 9 at most.
 */
const MOST_FORGOTTEN = 40

export interface WorldResult {
  /** What is not as it has to be; none where the world ended well. */
  readonly failures: readonly string[]
  /** Of all that happened, to the byte. */
  readonly trace: string
  readonly lines: readonly string[]
  /** What every node shows at the end. */
  readonly state: string
  readonly virtualMs: number
  readonly events: number
  readonly frames: number
  readonly acknowledged: number
  /** Acknowledged entries that went with their only holder. */
  readonly lost: number
  /** The nodes were the same only after sessions had checked what they resumed. */
  readonly isLate: boolean
}

/** Runs a world from its beginning to its end. Never rejects for what happens in it. */
export async function runWorld(plan: Plan, places: Places, isTraced = false): Promise<WorldResult> {
  const faults: string[] = []
  const onFault = (error: unknown): void => {
    faults.push(`nobody has caught: ${error instanceof Error ? error.stack : error}`)
  }
  process.on('unhandledRejection', onFault)
  process.on('uncaughtException', onFault)
  try {
    const world = await World.make(plan, places, isTraced)
    const { failures, isLate } = await judge(world, plan)
    const states = await statesOf(world)
    world.end()
    const { lost } = world.ledger.account(heldOf(states))
    return {
      failures: [...failures, ...world.breaches, ...faults],
      trace: world.trace.digest(),
      lines: world.trace.lines,
      state: shown(states[0]),
      virtualMs: world.scheduler.now,
      events: world.scheduler.events,
      frames: world.trace.frames,
      acknowledged: world.ledger.size,
      lost: lost.length,
      isLate,
    }
  } finally {
    places.reuse()
    process.off('unhandledRejection', onFault)
    process.off('uncaughtException', onFault)
  }
}

async function judge(world: World, plan: Plan): Promise<Pick<WorldResult, 'failures' | 'isLate'>> {
  await world.live()
  await world.heal()
  let apart = await converge(world, HEALING_MS)
  const isLate = apart.length > 0 && plan.events.some(({ does }) => does === 'restore')
  if (isLate) apart = await converge(world, CHECKING_MS)
  if (apart.length > 0) return { failures: apart, isLate }
  // What was mended has to live on: it is not only that one comparison went well.
  world.writeAgain()
  const after = await converge(world, HEALING_MS)
  if (after.length > 0) return { failures: after.map((text) => `after all were the same once: ${text}`), isLate }
  const { missing } = world.ledger.account(heldOf(await statesOf(world)))
  const survivors = world.network.survivors.map(({ name }) => `${name} goes on after a part of a frame`)
  const sent = world.nodes.flatMap(({ number, store }) => {
    const came = store?.forgottenCame ?? 0
    return came > MOST_FORGOTTEN ? [`n${number} was sent ${came} entries that it had forgotten`] : []
  })
  const gone = missing.map((id) => `${id.slice(4, 10)} was acknowledged and is gone`)
  return { failures: [...gone, ...survivors, ...sent, ...(await beyondQuotas(world))], isLate }
}

/** Nodes that have taken more of a spammer than their quotas say. */
async function beyondQuotas({ nodes, spammers }: World): Promise<string[]> {
  const keys = spammers.flatMap(({ keys }) => keys)
  if (keys.length === 0) return []
  const found = await Promise.all(
    nodes.map(async ({ number, inner, mostLitter }) => {
      const stored = Math.max(0, ...((await inner?.sync.storedBytes(keys)) ?? []))
      return [
        stored > LEAST_QUOTAS.authorBytes && `n${number} stores ${stored} bytes of one spammer's key`,
        mostLitter > LEAST_QUOTAS.peerEntries && `n${number} has looked at ${mostLitter} entries of one spammer`,
      ]
    }),
  )
  return found.flat().filter((text) => text !== false)
}

/** Returns in what nodes differ still when they have had so much time. */
async function converge(world: World, ms: number): Promise<string[]> {
  const { scheduler } = world
  const end = scheduler.now + ms
  for (;;) {
    await scheduler.run(LOOK_EVERY_MS)
    const apart = differences(await statesOf(world))
    if (apart.length === 0) return []
    if (scheduler.now >= end) return [...apart, ...world.nodes.map((node) => `n${node.number}: ${node.links}`)]
  }
}

function statesOf(world: World): Promise<NodeState[]> {
  return Promise.all(world.nodes.map((node) => stateOf(node, world)))
}

/** What is held by anybody: all hold the same but for what they have forgotten. */
function heldOf(states: readonly NodeState[]): ReadonlySet<Hash> {
  return new Set(states.flatMap(({ held }) => [...held]))
}
