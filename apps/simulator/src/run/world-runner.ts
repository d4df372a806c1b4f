import { useFastBlake3 } from '@rakko/node'
import { memoryPlaces } from '../store/memory-places.js'
import { openPglitePlaces } from '../store/pglite-places.js'
import type { Places } from '../store/places.js'
import { drawPlan, type Plan, type PlanLimits } from '../world/plan.js'
import { runWorld, type WorldResult } from '../world/run-world.js'
import type { StoreKind } from './run-options.js'

/** Runs one world after another, on one database where they have one. */
export class WorldRunner implements AsyncDisposable {
  readonly #store: StoreKind
  #places: Promise<Places> | undefined

  constructor(store: StoreKind) {
    this.#store = store
  }

  planOf(seed: number, options: PlanLimits): Plan {
    return drawPlan(seed, options)
  }

  async run(plan: Plan, isTraced = false): Promise<WorldResult> {
    this.#places ??= this.#open()
    return runWorld(plan, await this.#places, isTraced)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#places)?.close()
  }

  async #open(): Promise<Places> {
    await useFastBlake3()
    return this.#store === 'memory' ? memoryPlaces() : await openPglitePlaces()
  }
}
