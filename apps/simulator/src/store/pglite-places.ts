import { openStorage } from '@rakko/node/nodejs'
import { type Driver, migrate } from '@rakko/store'
import { NEW_COPY, PglitePlace } from './pglite-place.js'
import type { Places } from './places.js'
import { TableCopies } from './table-copies.js'

/** Many stores in one PGlite. Emptying the tables of one takes far less time than making new ones. */
export async function openPglitePlaces(): Promise<Places> {
  const { driver } = await openStorage({ kind: 'memory' })
  return new PglitePlaces(driver)
}

class PglitePlaces implements Places {
  readonly #driver: Driver
  #made = 0
  #used = 0

  constructor(driver: Driver) {
    this.#driver = driver
  }

  async make({ random, verifier, now }: Parameters<Places['make']>[0]): Promise<PglitePlace> {
    this.#used += 1
    const schemaName = `node ${this.#used}`
    if (this.#used > this.#made) await this.#prepare(schemaName)
    const options = {
      driver: this.#driver,
      schemaName,
      verifier,
      now,
      random: (length: number) => random.bytes(length),
    }
    const place = new PglitePlace(options)
    await place.wipe()
    return place
  }

  reuse(): void {
    this.#used = 0
  }

  close(): Promise<void> {
    return this.#driver.close()
  }

  async #prepare(schemaName: string): Promise<void> {
    this.#made += 1
    await migrate(this.#driver, schemaName)
    if (this.#made === 1) await new TableCopies(this.#driver, schemaName).save(NEW_COPY)
  }
}
