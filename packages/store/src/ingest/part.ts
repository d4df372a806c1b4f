import { type Hash, RakkoError } from '@rakko/core'
import type { Arrival, Outcome } from '../decide/arrivals.js'
import { batchRefusal } from '../decide/batch-refusal.js'
import type { ForkedLog } from '../store.js'
import type { Call, Place, Taken } from './call.js'
import type { Begun } from './call-queue.js'
import { type IngestContext, type Ingested, NOTHING_INGESTED, wakeRest } from './ingest.js'
import { type IngestedPart, ingestApart } from './ingest-apart.js'
import type { Share } from './share.js'
import type { TakingBack } from './taking-back.js'

/** What transactions did together. */
export interface Did {
  readonly outcomeOf: Map<Hash, Outcome>
  readonly forks: ForkedLog[]
  hasWritten: boolean
}

export interface PartContext extends IngestContext {
  readonly takingBack: TakingBack
  /** Called where the database failed before all that waited for a decided entry was looked at, see `lookAgain`. */
  readonly onMissed: () => void
}

interface TakenArrival extends Taken {
  readonly received: Arrival
}

/**
 * What is taken of calls at once. Mostly it is one transaction. Where that fails by an item, and where more waits for
 * what was decided than one looks at, it is several.
 */
export class Part implements Begun {
  readonly calls: ReadonlySet<Call>
  readonly places: readonly Place[]
  readonly share: Share
  readonly did: Did = { outcomeOf: new Map(), forks: [], hasWritten: false }
  isDecided = false
  /** What its transactions took until then. */
  ms = 0
  readonly #context: PartContext
  readonly #transactions: AsyncGenerator<void, void>

  /** `onDecided` is told after each transaction what that has decided. */
  constructor(
    context: PartContext,
    taken: Taken[],
    { calls, share }: Pick<Part, 'calls' | 'share'>,
    onDecided: (outcomeOf: Ingested['outcomeOf']) => void,
  ) {
    this.#context = context
    this.calls = calls
    this.share = share
    this.places = taken.map(({ call, index }) => ({ call, index }))
    this.#transactions = this.#run(taken, onDecided)
  }

  /** The next transaction. Returns whether there are more. Rejects where the storage fails, or a batch is refused. */
  async step(): Promise<boolean> {
    const { now } = this.#context
    const began = this.isDecided ? undefined : now()
    try {
      return !(await this.#transactions.next()).done
    } finally {
      if (began !== undefined) this.ms += now() - began
    }
  }

  async *#run(taken: Taken[], onDecided: (outcomeOf: Ingested['outcomeOf']) => void): AsyncGenerator<void, void> {
    let takesBack = false
    const add = (ingested: Omit<IngestedPart, 'outcomes'>): void => {
      const { outcomeOf, forks, hasWritten } = ingested
      takesBack ||= ingested.takesBack
      for (const [hash, outcome] of outcomeOf) if (!this.did.outcomeOf.has(hash)) this.did.outcomeOf.set(hash, outcome)
      this.did.forks.push(...forks)
      this.did.hasWritten ||= hasWritten
      onDecided(outcomeOf)
    }
    let hasMore = yield* this.#ingest(taken, add)
    // What was decoded goes, however much is to be looked at.
    taken.length = 0
    while (hasMore) {
      yield
      const woken = await wakeRest(this.#context, [...this.did.outcomeOf.keys()]).catch(() => this.#missed())
      add(woken)
      ;({ hasMore } = woken)
    }
    if (!takesBack) return
    const { takingBack } = this.#context
    takingBack.wanted()
    for (;;) {
      yield
      const step = await takingBack.step().catch(() => undefined)
      if (step === undefined) return
      add(step)
    }
  }

  /** Each item gets its outcome. Returns whether more waits for what was decided. */
  async *#ingest(
    taken: readonly Taken[],
    add: (done: Omit<IngestedPart, 'outcomes'>) => void,
  ): AsyncGenerator<void, boolean> {
    const allOrNone = taken[0]?.call.isBatch === true
    const left = recordRefused(taken)
    const refusal = allOrNone ? batchRefusal(taken.map(({ received }) => received)) : undefined
    if (refusal) throw refusal
    const items = left.map(({ received }) => received)
    let [next, hasMore] = [0, false]
    this.isDecided = items.length === 0
    if (this.isDecided) return hasMore
    for await (const part of ingestApart(this.#context, items, { allOrNone })) {
      for (const outcome of part.outcomes) {
        const one = left[next++] as TakenArrival
        one.call.record(one, outcome)
      }
      add(part)
      hasMore ||= part.hasMore
      this.isDecided = next === left.length
      // Others may decide meanwhile what an item of this part waits for: it has its outcome by then.
      if (!this.isDecided) yield
    }
    return hasMore
  }

  /** Entries wait on that could be decided: maintenance looks at them. */
  #missed(): Ingested {
    this.#context.onMissed()
    return NOTHING_INGESTED
  }
}

/** Records what did not get as far as the database. Returns the others. */
function recordRefused(taken: readonly Taken[]): TakenArrival[] {
  return taken.flatMap(({ received, ...place }) => {
    if (!(received instanceof RakkoError)) return [{ received, ...place }]
    place.call.record({ received, ...place }, received)
    return []
  })
}
