import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { SIGNATURE_BYTES } from '@rakko/core'
import { type Endpoint, wrap } from 'comlink'
import { type BenchSchemas, venues } from '../bench-schemas.js'
import type { BareWrite, BareWriteCalls, BareWriteThreadData } from './bare-write-thread.js'
import { createAll } from './create-all.js'
import { ReadableNode } from './readable-node.js'
import { nextTransaction, nodeTables, rowsSince, type WrittenRows } from './written-rows.js'

/**
 * The floor of a lone create: the same way to a thread and back, one signature, and one statement. It puts the rows
 * that a node has written for such a create, bound as arrays in PostgreSQL's binary form.
 */
export class BareWrites {
  readonly #source: ReadableNode
  readonly #copy: ReadableNode
  readonly #schemas: BenchSchemas
  readonly #thread: Worker
  readonly #calls: BareWriteCalls

  private constructor(source: ReadableNode, copy: ReadableNode, schemas: BenchSchemas) {
    this.#source = source
    this.#copy = copy
    this.#schemas = schemas
    const { port1, port2 } = new MessageChannel()
    const workerData: BareWriteThreadData = { port: port2, schemas }
    const script = new URL('./bare-write-thread.js', import.meta.url)
    this.#thread = new Worker(script, { workerData, transferList: [port2] })
    this.#calls = wrap<BareWriteCalls>(endpointOf(port1))
  }

  /** A node to copy from, a database that keeps up with it so that the next rows are known, and the thread. */
  static async open(schemas: BenchSchemas): Promise<BareWrites> {
    const [source, copy] = [await ReadableNode.open(schemas), await ReadableNode.open(schemas)]
    for (const { node } of [source, copy]) await createAll(node.collection(schemas.venue), venues(1))
    return new BareWrites(source, copy, schemas)
  }

  /** The writes of so many creates, each of which waited for the one before. */
  async prepare(count: number): Promise<BareWrite[]> {
    const { driver, node } = this.#source
    const collection = node.collection(this.#schemas.venue)
    const tables = await nodeTables(driver)
    const writes: BareWrite[] = []
    for (const fields of venues(count)) {
      const before = await nextTransaction(driver)
      await collection.create(fields)
      const rows = await rowsSince(driver, this.#copy.driver, tables, before)
      for (const { text, parameters } of rows) await this.#copy.driver.query(text, parameters)
      writes.push({ unsigned: await this.#unsignedSince(before), ...oneStatement(rows) })
    }
    return writes
  }

  write(write: BareWrite): Promise<string> {
    return this.#calls.write(write)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.terminate()
    await this.#copy[Symbol.asyncDispose]()
    await this.#source[Symbol.asyncDispose]()
  }

  async #unsignedSince(transaction: bigint): Promise<Uint8Array> {
    const { rows } = await this.#source.driver.query<{ entry: Uint8Array }>(
      `SELECT entry FROM rakko.entries WHERE xmin::text::bigint >= ${transaction}`,
    )
    const [row] = rows
    if (row === undefined || rows.length > 1) throw new Error(`a create has written ${rows.length} entries`)
    // A part of a larger buffer would travel with all of it.
    return row.entry.slice(0, -SIGNATURE_BYTES)
  }
}

/** `WITH w0 AS (…), … INSERT …`: their parameters are counted on. */
function oneStatement(rows: readonly WrittenRows[]): Pick<BareWrite, 'text' | 'parameters'> {
  const texts: string[] = []
  const parameters: Uint8Array[] = []
  for (const { text, parameters: own } of rows) {
    const before = parameters.length
    texts.push(text.replace(/\$(\d+)/g, (_, index: string) => `$${before + Number(index)}`))
    parameters.push(...own.map((parameter) => parameter.slice()))
  }
  const last = texts.pop()
  if (last === undefined) throw new Error('a create has written nothing')
  return { text: `WITH ${texts.map((text, index) => `w${index} AS (${text})`).join(', ')} ${last}`, parameters }
}

/** Nothing is transferred: of what can be, Node and browsers have types of their own. */
function endpointOf(port: MessagePort): Endpoint {
  return {
    postMessage: (message) => port.postMessage(message),
    addEventListener: port.addEventListener.bind(port),
    removeEventListener: port.removeEventListener.bind(port),
    start: () => port.start(),
  }
}
