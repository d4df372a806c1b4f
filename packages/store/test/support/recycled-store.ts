import type { Verifier } from '@rakko/core'
import { createStore } from '../../src/create-store.js'
import type { Driver } from '../../src/driver/driver.js'
import type { Store } from '../../src/store.js'
import { stillClock } from './open-store.js'
import { RecycledPlaces } from './recycled-places.js'

/** One place in a database for many stores in turn. */
export class RecycledStore {
  readonly #driver: Driver
  readonly #verifier: Verifier
  readonly #places: RecycledPlaces
  #last: string | undefined

  constructor(driver: Driver, verifier: Verifier) {
    this.#driver = driver
    this.#verifier = verifier
    this.#places = new RecycledPlaces(driver)
  }

  /** A new, empty store; the last one is not used any more. */
  async open(): Promise<Store> {
    if (this.#last !== undefined) this.#places.giveBack(this.#last)
    const schemaName = await this.#places.take()
    this.#last = schemaName
    return createStore({
      driver: this.#driver,
      schemaName,
      verifier: this.#verifier,
      now: stillClock(),
      random: (length) => new Uint8Array(length),
    })
  }
}
