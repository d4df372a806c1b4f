import type { Plan } from '../world/plan.js'
import { withEvents, withoutHostile, withoutNode } from '../world/smaller-plan.js'

/** What is left of a plan that fails, and how many worlds that took. */
export interface Shrunk {
  readonly plan: Plan
  readonly runs: number
}

/**
 * Makes a failing plan smaller for as long as it fails: a shorter beginning, fewer nodes, then fewer events. Any
 * failure counts: a smaller world may show the same fault in another way.
 */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<boolean>, mostRuns = 200): Promise<Shrunk> {
  let smallest = plan
  let runs = 0
  const holds = async (smaller: Plan): Promise<boolean> => {
    if (runs >= mostRuns) return false
    runs += 1
    if (!(await fails(smaller))) return false
    smallest = smaller
    return true
  }
  if (smallest.hostile.length > 0) await holds(withoutHostile(smallest))
  await shortest(() => smallest, holds)
  for (let node = smallest.nodes - 1; node >= 0; node -= 1) {
    const smaller = withoutNode(smallest, node)
    if (smaller !== undefined) await holds(smaller)
  }
  for (let size = smallest.events.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < smallest.events.length; ) {
      const { events } = smallest
      const isGone = await holds(withEvents(smallest, [...events.slice(0, from), ...events.slice(from + size)]))
      if (!isGone) from += size
    }
  }
  return { plan: smallest, runs }
}

/** The shortest prefix of the events that fails: by halves, as if longer ones failed whenever shorter ones do. */
async function shortest(plan: () => Plan, holds: (plan: Plan) => Promise<boolean>): Promise<void> {
  const { events } = plan()
  let [least, most] = [0, events.length]
  while (least < most) {
    const middle = (least + most) >> 1
    if (await holds(withEvents(plan(), events.slice(0, middle)))) most = middle
    else least = middle + 1
  }
}
