import { sign } from 'node:crypto'
import { SIGNATURE_BYTES } from '@rakko/core'
import type { Driver } from '@rakko/store'
import type { BenchSchemas } from '../bench-schemas.js'
import { timed } from '../measure.js'
import { createAll } from './create-all.js'
import {
  type AddedRows,
  fingerprint,
  type GrowingTable,
  growingTables,
  lastArrival,
  rowsAfter,
} from './growing-tables.js'
import { ReadableNode } from './readable-node.js'

/**
 * The floor of a batch of creates: the entries that a node has signed are signed again by node:crypto, and the rows that it
 * wrote are put into copies of its tables, of the same definitions and indexes, on a second PGlite of the same
 * parameters. Rows are bound as arrays in PostgreSQL's binary form, one INSERT … SELECT FROM unnest(…) a table, all in
 * one transaction. Nothing is checked, hashed, encoded or decoded, and making the arrays is not counted.
 */
export class Replay {
  readonly #source: ReadableNode
  readonly #copy: ReadableNode
  readonly #tables: readonly GrowingTable[]
  /** Arrival number of the last entry captured. */
  #captured: bigint
  #unsigned: readonly Uint8Array[] = []
  #entries: readonly Uint8Array[] = []
  #rows: readonly AddedRows[] = []

  private constructor(source: ReadableNode, copy: ReadableNode, tables: readonly GrowingTable[], captured: bigint) {
    this.#source = source
    this.#copy = copy
    this.#tables = tables
    this.#captured = captured
  }

  /** Both databases have every table then, those of the source's rows so far apart. */
  static async open(source: ReadableNode, schemas: BenchSchemas): Promise<Replay> {
    const copy = await ReadableNode.open(schemas)
    // A schema gets its tables with its first document.
    const first = [{ name: 'Gate', capacity: 1 }]
    for (const { node } of [source, copy]) await createAll(node.collection(schemas.venue), first)
    const tables = await growingTables(source.driver)
    await copy.driver.exec(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`)
    return new Replay(source, copy, tables, await lastArrival(source.driver))
  }

  /** Takes what the source has written since the last time. */
  async capture(): Promise<void> {
    const { driver } = this.#source
    this.#rows = await rowsAfter(driver, this.#tables, this.#captured)
    const { rows } = await driver.query<{ entry: Uint8Array }>(
      'SELECT entry FROM rakko.entries WHERE number > $1::bigint ORDER BY number',
      [this.#captured],
    )
    this.#entries = rows.map(({ entry }) => entry)
    this.#unsigned = rows.map(({ entry }) => entry.subarray(0, -SIGNATURE_BYTES))
    this.#captured = await lastArrival(driver)
  }

  /** Signs and puts what was captured last. Answers the milliseconds of that. */
  async run(): Promise<number> {
    if (this.#rows.length === 0) throw new Error('nothing was captured to be replayed')
    const { privateKey } = this.#source
    let signatures: Buffer[] = []
    globalThis.gc?.()
    const ms = await timed(async () => {
      signatures = this.#unsigned.map((entry) => sign(null, entry, privateKey))
      await put(this.#copy.driver, this.#rows)
    })
    // Ed25519 is deterministic: the same work gives the same bytes.
    for (const [index, signature] of signatures.entries()) {
      if (signature.equals(this.#entries[index]?.subarray(-SIGNATURE_BYTES) ?? Buffer.of())) continue
      throw new Error('the replay has signed something else than the node')
    }
    this.#rows = []
    return ms
  }

  /** Throws unless the copies hold what the source's tables hold of the rows replayed. */
  async check(): Promise<void> {
    if (this.#rows.length > 0) await put(this.#copy.driver, this.#rows)
    const since = await firstReplayed(this.#copy.driver)
    for (const table of this.#tables) {
      const expected = await fingerprint(this.#source.driver, table, since)
      const got = await fingerprint(this.#copy.driver, table, since)
      if (got !== expected) throw new Error(`${table.name}: the node has ${expected}, the replay ${got}`)
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#copy[Symbol.asyncDispose]()
  }
}

function put(driver: Driver, rows: readonly AddedRows[]): Promise<void> {
  return driver.transaction(async (transaction) => {
    for (const { text, parameters } of rows) await transaction.query(text, parameters)
  })
}

async function firstReplayed(driver: Driver): Promise<bigint> {
  const { rows } = await driver.query<{ number: bigint }>('SELECT min(number) AS number FROM rakko.entries')
  return rows[0]?.number ?? 0n
}
