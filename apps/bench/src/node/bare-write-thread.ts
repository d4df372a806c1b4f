import { generateKeyPairSync, sign } from 'node:crypto'
import { workerData } from 'node:worker_threads'
import { type Endpoint, expose } from 'comlink'
import { type BenchSchemas, venues } from '../bench-schemas.js'
import { createAll } from './create-all.js'
import { ReadableNode } from './readable-node.js'

// A database with a node's tables, in a thread: signs what it is told to, and runs the one statement that puts its
// rows.
const { port, schemas } = workerData as BareWriteThreadData
const { driver, node } = await ReadableNode.open(schemas)
await createAll(node.collection(schemas.venue), venues(1))
const { privateKey } = generateKeyPairSync('ed25519')

const calls: BareWriteCalls = {
  async write({ unsigned, text, parameters }) {
    const signature = sign(null, unsigned, privateKey)
    const { affectedRows } = await driver.query(text, parameters)
    if (affectedRows !== 1) throw new Error(`the statement has put ${affectedRows} rows of its last table`)
    return signature.toString('hex')
  },
}
expose(calls, port as Endpoint)
;(port as MessagePort).start()

export interface BareWriteThreadData {
  readonly port: unknown
  /** Of the node whose writes are repeated. */
  readonly schemas: BenchSchemas
}

/** One create of a node: what it has signed, and its rows as one statement. */
export interface BareWrite {
  readonly unsigned: Uint8Array
  readonly text: string
  readonly parameters: readonly Uint8Array[]
}

export interface BareWriteCalls {
  write(write: BareWrite): Promise<string>
}
