import type { Plan, PlannedEvent } from './plan.js'

export function withEvents(plan: Plan, events: readonly PlannedEvent[]): Plan {
  return { ...plan, events }
}

export function withoutHostile(plan: Plan): Plan {
  return { ...plan, hostile: [] }
}

/** The first nodes alone. Each of them but the first dials one before it, so that they stay connected. */
export function withNodes(plan: Plan, nodes: number): Plan {
  const isThere = (node: number): boolean => node < nodes
  return {
    ...plan,
    nodes,
    links: plan.links.filter((link) => link.every(isThere)),
    traits: plan.traits.slice(0, nodes),
    // Who was at home elsewhere moves: the numbers of authors stay.
    authors: plan.authors.map(({ home, key }) => ({ home: home % nodes, key })),
    events: plan.events.flatMap((event): PlannedEvent[] => {
      if (event.does === 'part') return [{ ...event, side: event.side.filter(isThere) }]
      return 'node' in event && !isThere(event.node) ? [] : [event]
    }),
  }
}
