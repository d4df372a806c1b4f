import { RakkoError } from '@rakko/core'
import { damagedRows } from '../driver/damaged-rows.js'
import type { KnownSchema, SchemaRegistry } from '../schemas/schema-registry.js'
import type { Queries } from '../tables/queries.js'

/** Makes the tables of a schema that rests, see maintain/fill-tables.ts. */
export type FillTables = (known: KnownSchema) => Promise<void>

/** Fillings after which a call gives up: others have asked for so much that its tables were gone again each time. */
const MAX_FILLINGS = 8

/**
 * Which schemas with tables this process was asked for, and whose tables it fills. There are as many as there may be
 * tables.
 */
export class AskedSchemas {
  readonly #registry: SchemaRegistry
  /** By number, in the order in which they were asked for last. */
  readonly #asked = new Map<number, number>()
  #asks = 0
  /** Who asks for what is being filled waits for the same filling. */
  readonly #filling = new Map<number, Promise<void>>()
  #fill: FillTables | undefined
  /** Whether tables may be there that nobody goes on filling: an earlier process may have ended meanwhile, or one failed. */
  mayHaveLeft = true

  constructor(registry: SchemaRegistry) {
    this.#registry = registry
  }

  /** Called once, before anything is asked. */
  fillWith(fill: FillTables): void {
    this.#fill = fill
  }

  /**
   * The schema with its tables, for who is about to read its documents: `known` as it was just read. One that rests gets
   * them first. Throws TABLE_LIMIT, and DATABASE_DAMAGED where entries are lost.
   */
  async standing(queries: Queries, known: KnownSchema): Promise<KnownSchema> {
    let standing = known
    for (let left = MAX_FILLINGS; !standing.hasTable && standing.rests; left -= 1) {
      if (left === 0) throw new RakkoError('TABLE_LIMIT', `too many schemas are read at once: ${known.schema.id} waits`)
      await this.#filled(standing)
      const [found] = await this.#registry.reread(queries, [known.number])
      if (!found) throw damagedRows('a schema is lost')
      standing = found
    }
    if (standing.hasTable) {
      this.#asks += 1
      this.#asked.set(standing.number, this.#asks)
    }
    return standing
  }

  isFilling(number: number): boolean {
    return this.#filling.has(number)
  }

  /** The higher, the later it was asked for. 0 where it never was. */
  rank(number: number): number {
    return this.#asked.get(number) ?? 0
  }

  /** Called when their tables were dropped. */
  forget(numbers: readonly number[]): void {
    for (const number of numbers) this.#asked.delete(number)
  }

  #filled(known: KnownSchema): Promise<void> {
    const { number } = known
    const before = this.#filling.get(number)
    if (before) return before
    if (!this.#fill) throw new Error('nobody fills tables here')
    const filling = this.#fill(known)
      .catch((error) => {
        this.mayHaveLeft = true
        throw error
      })
      .finally(() => this.#filling.delete(number))
    this.#filling.set(number, filling)
    return filling
  }
}
