import type { Hash } from '@rakko/core'
import { waitedFor } from '../load/parked-entries.js'
import { endTakingBack, showDecided } from './decided-again.js'
import { type IngestContext, type Ingested, ingestWith } from './ingest.js'
import { begin, dueId, isTakingBack, moveSome } from './take-back.js'
import { TakeBackPace } from './take-back-pace.js'

/** Entries that one transaction looks at of those that still wait. */
const LEFT_AT_ONCE = 256

/** What a step works on. */
interface Plan {
  readonly decided: readonly Hash[]
  readonly hasMoved: boolean
  readonly isOver: boolean
  /** The last of those that still wait and were looked at; undefined where none is left to look at. */
  readonly after: Hash | undefined
  readonly hasLooked: boolean
}

/**
 * Takes back what was decided about documents, and decides again, step by step: one transaction each, so that others have
 * a turn in between. How far it is stands in the database, so another process can go on.
 *
 * 1. Documents that are due begin, and their entries are moved to where entries wait.
 * 2. With the last of them the documents go. What waits is woken as ever, some in each step.
 * 3. What still waits then is looked at once.
 * 4. Documents are shown as they are.
 */
export class TakingBack {
  readonly #context: IngestContext
  readonly #pace: TakeBackPace
  /** Whether there is anything to take back, due or not. */
  #isWanted = true
  /** Decided entries that something waits for which was not looked at. */
  #decided: readonly Hash[] = []
  #after: Hash | undefined
  #hasLooked = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(context: IngestContext) {
    this.#context = context
    this.#pace = new TakeBackPace(context.now)
  }

  /** To be called where payloads have come that tell, and where nobody knows what was stored last. */
  wanted(): void {
    this.#isWanted = true
  }

  /** To be called where the database was opened anew. */
  reopened(): void {
    this.#isWanted = true
    this.#lookAgain()
  }

  /** Does the next step. Undefined where nothing is due. With `goesOn` nothing is begun. */
  step({ goesOn = false }: { readonly goesOn?: boolean } = {}): Promise<Ingested | undefined> {
    const step = this.#last.then(() => (this.#isWanted ? this.#step(goesOn) : undefined))
    // Where it fails nobody knows what was looked at: all of it is looked at again.
    this.#last = step.catch(() => this.#lookAgain())
    return step
  }

  async #step(goesOn: boolean): Promise<Ingested | undefined> {
    const context = this.#context
    if (!(await isTakingBack(context.database, goesOn))) {
      if (!goesOn) this.#isWanted = false
      return undefined
    }
    let plan: Plan = { decided: [], hasMoved: false, isOver: false, after: this.#after, hasLooked: this.#hasLooked }
    let isIdle = false
    let schemas: ReadonlySet<number> = new Set()
    const done = await ingestWith(context, [], async (parking, transaction) => {
      const { ledger } = transaction
      if (ledger.again.size === 0 && !goesOn && ledger.counters.takenBack > 0) await begin(transaction, this.#pace)
      const ids = [...ledger.again.keys()]
      schemas = new Set([...ledger.again.values()].map(({ schema }) => schema))
      if (ids.length === 0) {
        isIdle = true
        return []
      }
      if ([...ledger.again.values()].some(({ isMoved }) => !isMoved)) {
        await moveSome(transaction, context.now())
        plan = { ...plan, after: undefined, hasLooked: false }
        if ([...ledger.again.values()].some(({ isMoved }) => !isMoved)) return []
        plan = { ...plan, hasMoved: true, decided: [...ledger.again].map(([id, { number }]) => dueId(number, id)) }
        return parking.wokenByDecided(plan.decided)
      }
      if (this.#decided.length > 0) {
        plan = { ...plan, decided: this.#decided }
        return parking.wokenByDecided(this.#decided)
      }
      const left = this.#hasLooked ? [] : await parking.heldIn(ids, this.#after, LEFT_AT_ONCE)
      const last = left.at(-1)?.item.entryHash
      plan = { ...plan, after: last, hasLooked: left.length < LEFT_AT_ONCE, isOver: left.length === 0 }
      return left
    })
    if (isIdle) return undefined
    this.#after = plan.after
    this.#hasLooked = plan.hasLooked
    if (plan.hasMoved) this.#tell(schemas)
    const decided = [...(done.hasMore ? plan.decided : []), ...done.outcomeOf.keys()]
    this.#decided = decided.length > 0 ? await waitedFor(context.database, decided) : []
    if (plan.isOver) await this.#show()
    return done
  }

  #tell(schemas: ReadonlySet<number>): void {
    const { database, onTakenBack } = this.#context
    onTakenBack(new Set([...schemas].flatMap((number) => database.registry.at(number)?.schema.id ?? [])))
  }

  async #show(): Promise<void> {
    const { database, onBack } = this.#context
    const { taken, whole } = await database.write(async (transaction) => {
      await transaction.dropCaches()
      return showDecided(transaction)
    })
    if (whole.length > 0) await onBack(new Set(whole), [])
    await database.write(endTakingBack)
    for (const one of taken) this.#pace.took(one)
    this.#lookAgain()
  }

  #lookAgain(): void {
    this.#decided = []
    this.#after = undefined
    this.#hasLooked = false
  }
}
