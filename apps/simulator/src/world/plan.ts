import type { Weather } from '../net/wire.js'
import type { BrokenRule } from '../people/broken-rules.js'
import { HOSTILE_KINDS, type HostileKind } from '../people/hostile/hostile-kinds.js'
import { Random } from '../time/random.js'

/** All that is decided about a world before it begins. */
export interface Plan {
  readonly seed: number
  readonly nodes: number
  /** Who dials whom: each node but the first dials one before it. */
  readonly links: readonly (readonly [from: number, to: number])[]
  readonly traits: readonly NodeTraits[]
  readonly hostile: readonly HostileKind[]
  readonly authors: readonly { readonly home: number; readonly key: number }[]
  readonly weather: Weather
  readonly asksProof: boolean
  readonly events: readonly PlannedEvent[]
  /** When everything bad is over, in milliseconds. */
  readonly healsAt: number
  /** A rule that honest nodes break, on purpose. */
  readonly breaks?: BrokenRule | undefined
}

export interface NodeTraits {
  readonly isShipped: boolean
  /** Pulls the schemas of the world instead of everything. */
  readonly isScoped: boolean
  readonly mode: 'entries' | 'ids'
  /** Knows no other way to compare than by the heads of logs, or does not know that one. */
  readonly withoutRanges: boolean
  readonly withoutHeads: boolean
  readonly diskMs: number
}

export type PlannedEvent = { readonly at: number } & (
  | { readonly does: 'write'; readonly author: number; readonly draw: number }
  | { readonly does: 'crash' | 'stop'; readonly node: number; readonly forMs: number }
  | { readonly does: 'wipe' | 'save' | 'restore' | 'poke' | 'purge'; readonly node: number }
  | { readonly does: 'fail-disk'; readonly node: number; readonly forMs: number }
  | { readonly does: 'part'; readonly side: readonly number[]; readonly isCut: boolean; readonly forMs: number }
  | { readonly does: 'forget'; readonly node: number; readonly draw: number }
  | { readonly does: 'cut'; readonly draw: number }
)

export interface PlanLimits {
  readonly leastNodes: number
  readonly mostNodes: number
  readonly breaks?: BrokenRule | undefined
}

/** The world of a seed. */
export function drawPlan(seed: number, { leastNodes, mostNodes, breaks }: PlanLimits): Plan {
  const random = Random.of(seed, 0)
  // Small worlds find most; each large one is many times the work.
  const nodes = leastNodes + Math.floor((mostNodes - leastNodes + 1) * random.number() ** 4)
  const healsAt = random.between(20, 300) * 1000
  const links = drawLinks(random, nodes)
  const traits = Array.from({ length: nodes }, (_, node) => drawTraits(random, node))
  const hostile: HostileKind[] = Array.from({ length: random.chance(0.4) ? random.between(1, 2) : 0 }, () => {
    return random.pick(HOSTILE_KINDS)
  })
  const spammers = Random.of(seed, 10).chance(0.03) ? (['spammer'] as const) : []
  const authors = drawAuthors(random, nodes)
  return {
    seed,
    nodes,
    links,
    traits,
    hostile: [...hostile, ...spammers],
    authors,
    weather: drawWeather(random),
    asksProof: random.chance(0.2),
    events: inOrder([
      ...drawEvents(random, { nodes, authors, healsAt }),
      ...drawPurges(Random.of(seed, 8), nodes, healsAt),
      ...drawForgetting(Random.of(seed, 9), leavesOf({ links, nodes }), healsAt),
    ]),
    healsAt,
    breaks,
  }
}

function drawLinks(random: Random, nodes: number): [number, number][] {
  const links = new Map<string, [number, number]>()
  for (let node = 1; node < nodes; node += 1) links.set(`${node}`, [node, random.integer(node)])
  for (let more = random.integer(nodes); more > 0; more -= 1) {
    const [from, to] = [random.integer(nodes), random.integer(nodes)]
    if (from !== to) links.set(`${from}–${to}`, [from, to])
  }
  return [...new Map([...links.values()].map((link) => [link.join(), link])).values()]
}

function drawTraits(random: Random, node: number): NodeTraits {
  const isScoped = random.chance(0.15)
  // Who has a scope is sent definitions only with what needs them.
  const isShipped = node === 0 || isScoped || random.chance(0.6)
  const mode = random.chance(0.2) ? 'ids' : 'entries'
  const ways = random.number()
  const diskMs = random.pick([0, 2, 20, 200])
  return { isShipped, isScoped, mode, withoutRanges: ways < 0.2, withoutHeads: ways >= 0.8, diskMs }
}

/** Some sign with a key that another has too. */
function drawAuthors(random: Random, nodes: number): { home: number; key: number }[] {
  const authors = Array.from({ length: random.between(2, 4) }, (_, key) => ({ home: random.integer(nodes), key }))
  if (random.chance(0.4)) authors.push({ home: random.integer(nodes), key: random.integer(authors.length) })
  return authors
}

function drawWeather(random: Random): Weather {
  const isBad = random.chance(0.7)
  const leastMs = random.between(1, 50)
  return {
    leastMs,
    mostMs: leastMs + random.pick([0, 20, 300, 3000]),
    truncate: isBad ? random.pick([0, 0.003, 0.02]) : 0,
    duplicate: isBad ? random.pick([0, 0.003, 0.02]) : 0,
    cut: isBad ? random.pick([0, 0.01, 0.05]) : 0,
  }
}

interface Counts {
  readonly nodes: number
  readonly authors: Plan['authors']
  readonly healsAt: number
}

function drawEvents(random: Random, { nodes, authors, healsAt }: Counts): PlannedEvent[] {
  const time = () => random.integer(healsAt)
  const many = (most: number, draw: () => PlannedEvent) => Array.from({ length: random.between(0, most) }, draw)
  const node = () => random.integer(nodes)
  const draw = () => random.integer(2 ** 31)
  const author = random.pick(authors)
  const writes = Array.from({ length: random.between(5, 60) }, (): PlannedEvent => {
    return { at: time(), does: 'write', author: random.integer(authors.length), draw: draw() }
  })
  const events: PlannedEvent[] = [
    ...writes,
    ...many(4, () => ({ at: time(), does: 'crash', node: node(), forMs: random.integer(60_000) })),
    ...many(2, () => ({ at: time(), does: 'stop', node: node(), forMs: random.integer(120_000) })),
    ...many(1, () => ({ at: time(), does: 'wipe', node: node() })),
    ...many(2, () => ({ at: time(), does: 'fail-disk', node: node(), forMs: random.integer(30_000) })),
    ...many(3, () => ({ at: time(), does: 'poke', node: node() })),
    ...many(4, () => ({ at: time(), does: 'cut', draw: draw() })),
    ...many(3, () => drawParting(random, nodes, time())),
    ...(random.chance(0.5) ? drawRestoring(random, author.home, authors.indexOf(author), healsAt) : []),
  ]
  return events
}

/** Some nodes drop payloads early, and often; others never do. */
function drawPurges(random: Random, nodes: number, healsAt: number): PlannedEvent[] {
  const count = random.chance(0.5) ? random.between(1, 8) : 0
  return Array.from({ length: count }, () => ({
    at: random.integer(healsAt),
    does: 'purge',
    node: random.integer(nodes),
  }))
}

/** Nodes that have one neighbour: what they forget nobody gets through them. */
export function leavesOf({ links, nodes }: Pick<Plan, 'links' | 'nodes'>): number[] {
  const degree = (node: number) => links.filter((link) => link.includes(node)).length
  return Array.from({ length: nodes }, (_, node) => node).filter((node) => degree(node) === 1)
}

function drawForgetting(random: Random, leaves: readonly number[], healsAt: number): PlannedEvent[] {
  const count = leaves.length > 0 && random.chance(0.3) ? random.between(1, 4) : 0
  return Array.from({ length: count }, () => {
    return { at: random.integer(healsAt), does: 'forget', node: random.pick(leaves), draw: random.integer(2 ** 31) }
  })
}

function inOrder(events: readonly PlannedEvent[]): PlannedEvent[] {
  return events
    .map((event, index) => ({ event, index }))
    .sort(byTime)
    .map(({ event }) => event)
}

function byTime(one: { event: PlannedEvent; index: number }, other: { event: PlannedEvent; index: number }): number {
  return one.event.at - other.event.at || one.index - other.index
}

function drawParting(random: Random, nodes: number, at: number): PlannedEvent {
  const side = Array.from({ length: nodes }, (_, node) => node).filter(() => random.chance(0.5))
  return { at, does: 'part', side, isCut: random.chance(0.5), forMs: random.integer(120_000) }
}

/**
 * A node is put back to what it was some time before, and its author writes on before it meets anybody. So the numbers
 * that others remember stand for other entries.
 */
function drawRestoring(random: Random, home: number, author: number, healsAt: number): PlannedEvent[] {
  const at = random.integer(healsAt)
  const later = at + random.integer(healsAt - at)
  const forMs = random.integer(30_000)
  const writes = Array.from({ length: random.integer(10) }, (): PlannedEvent => {
    return { at: later + random.between(1, 10_000), does: 'write', author, draw: random.integer(2 ** 31) }
  })
  return [
    { at, does: 'save', node: home },
    { at: later, does: 'part', side: [home], isCut: true, forMs },
    { at: later, does: 'restore', node: home },
    ...writes,
  ]
}
