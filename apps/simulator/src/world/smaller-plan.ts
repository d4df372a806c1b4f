import type { Plan, PlannedEvent } from './plan.js'

export function withEvents(plan: Plan, events: readonly PlannedEvent[]): Plan {
  return { ...plan, events }
}

export function withoutHostile(plan: Plan): Plan {
  return { ...plan, hostile: [] }
}

/**
 * One node less. Whoever dialled it dials a neighbour of it, where its authors are at home from now on too; so all stay
 * connected. Those behind it get the numbers before theirs. Undefined where it is the last one.
 */
export function withoutNode(plan: Plan, gone: number): Plan | undefined {
  const link = plan.links.find(([from]) => from === gone) ?? plan.links.find(([, to]) => to === gone)
  if (plan.nodes < 2 || link === undefined) return undefined
  const neighbour = link[0] === gone ? link[1] : link[0]
  const renamed = (node: number): number => {
    const name = node === gone ? neighbour : node
    return name > gone ? name - 1 : name
  }
  const links = plan.links
    .map(([from, to]) => [renamed(from), renamed(to)] as const)
    .filter(([from, to]) => from !== to)
  return {
    ...plan,
    nodes: plan.nodes - 1,
    links: [...new Map(links.map((one) => [one.join(), one])).values()],
    traits: plan.traits.filter((_, node) => node !== gone),
    authors: plan.authors.map(({ home, key }) => ({ home: renamed(home), key })),
    events: plan.events.flatMap((event): PlannedEvent[] => {
      if (event.does === 'part') return [{ ...event, side: event.side.filter((node) => node !== gone).map(renamed) }]
      if (!('node' in event)) return [event]
      return event.node === gone ? [] : [{ ...event, node: renamed(event.node) }]
    }),
  }
}
