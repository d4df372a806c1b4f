import { sign } from 'node:crypto'
import { decodeEntry, hexToBytes, SIGNATURE_BYTES } from '@rakko/core'
import { nativeVerifier } from '@rakko/node/nodejs'
import type { Driver } from '@rakko/store'
import { timed } from '../measure.js'
import type { ReadableNode } from './readable-node.js'
import {
  type NodeTable,
  nextTransaction,
  nodeTables,
  rowsSince,
  tableDigest,
  type WrittenRows,
} from './written-rows.js'

/**
 * The floor of a batch of writes. node:crypto signs again the entries that a node has signed. The rows that the node
 * wrote are put into copies of its tables, in a second database of the same kind and parameters. Definitions and
 * indexes are the same. Rows are bound as arrays in PostgreSQL's binary form. Each table takes one INSERT … SELECT FROM
 * unnest(…) or one UPDATE … FROM unnest(…), all in one transaction. Nothing is checked, hashed, encoded or decoded, and
 * making the arrays is not counted.
 */
export class Replay {
  readonly #source: ReadableNode
  readonly #copy: Driver
  readonly #tables: readonly NodeTable[]
  /** First transaction, of the source and of the copy, whose rows the two have in common. */
  readonly #shared: readonly [source: bigint, copy: bigint]
  /** First transaction of the source that was not captured. */
  #next: bigint
  #unsigned: readonly Uint8Array[] = []
  #entries: readonly Uint8Array[] = []
  #rows: readonly WrittenRows[] = []

  private constructor(source: ReadableNode, copy: Driver, tables: readonly NodeTable[], shared: [bigint, bigint]) {
    this.#source = source
    this.#copy = copy
    this.#tables = tables
    this.#shared = shared
    this.#next = shared[0]
  }

  /** Both nodes have written the same kinds of documents, so that both databases have every table. */
  static async open(source: ReadableNode, { driver: copy }: ReadableNode): Promise<Replay> {
    const shared: [bigint, bigint] = [await nextTransaction(source.driver), await nextTransaction(copy)]
    return new Replay(source, copy, await nodeTables(source.driver), shared)
  }

  /** Takes what the source has written since the last time. */
  async capture(): Promise<void> {
    const { driver } = this.#source
    this.#rows = await rowsSince(driver, this.#copy, this.#tables, this.#next)
    const { rows } = await driver.query<{ entry: Uint8Array }>(
      `SELECT entry FROM rakko.entries WHERE xmin::text::bigint >= ${this.#next} ORDER BY number`,
    )
    this.#entries = rows.map(({ entry }) => entry)
    this.#unsigned = rows.map(({ entry }) => entry.subarray(0, -SIGNATURE_BYTES))
    this.#next = await nextTransaction(driver)
  }

  /** Signs and puts what was captured last. Returns the milliseconds of that. */
  async run(): Promise<number> {
    if (this.#rows.length === 0) throw new Error('nothing was captured to be replayed')
    const { privateKey } = this.#source
    let signatures: Buffer[] = []
    globalThis.gc?.()
    const ms = await timed(async () => {
      signatures = this.#unsigned.map((entry) => sign(null, entry, privateKey))
      await this.#put()
    })
    // Ed25519 is deterministic: the same work gives the same bytes.
    for (const [index, signature] of signatures.entries()) {
      if (signature.equals(this.#entries[index]?.subarray(-SIGNATURE_BYTES) ?? Buffer.of())) continue
      throw new Error('the replay has signed something else than the node')
    }
    this.#rows = []
    return ms
  }

  /** As `run`, but the signatures are verified: what a node has to do that takes the entries of others. */
  async verifyAndPut(): Promise<number> {
    if (this.#rows.length === 0) throw new Error('nothing was captured to be put')
    const verifier = nativeVerifier()
    const entries = this.#entries.map((entry) => decodeEntry(entry))
    globalThis.gc?.()
    const ms = await timed(async () => {
      for (const [index, { publicKey, signature }] of entries.entries()) {
        const key = hexToBytes(publicKey)
        if (!verifier.verify(key, this.#unsigned[index] as Uint8Array, signature)) throw new Error('no signature')
      }
      await this.#put()
    })
    this.#rows = []
    return ms
  }

  /** Throws unless the copies hold what the source's tables hold of the rows replayed. */
  async check(): Promise<void> {
    if (this.#rows.length > 0) await this.#put()
    for (const table of this.#tables) {
      const expected = await tableDigest(this.#source.driver, table, this.#shared[0])
      const got = await tableDigest(this.#copy, table, this.#shared[1])
      if (got !== expected) throw new Error(`${table.name}: the node has ${expected}, the replay ${got}`)
    }
  }

  /** Durable when it resolves, as a node's own write is. */
  async #put(): Promise<void> {
    await this.#copy.transaction(async (transaction) => {
      for (const { text, parameters } of this.#rows) await transaction.query(text, parameters)
    })
    await this.#copy.flush()
  }
}
