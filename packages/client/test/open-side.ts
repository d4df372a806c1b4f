import { randomBytes } from 'node:crypto'
import { assembleNode, type Node } from '@rakko/node'
import { memoryKeys, nativeVerifier, openStorage } from '@rakko/node/nodejs'
import { platformTimers as timers } from '../src/calls/platform.js'
import type { PurgeOptions, RakkoNode } from '../src/exports.js'
import { connectInProcess } from '../src/in-process.js'
import type { TestSchemas } from './acceptance/test-schemas.js'

/** A node in memory with what an app has of it, and what the app does not see. */
export interface Side {
  readonly node: Node
  readonly app: RakkoNode
  /** All that it holds, in the order of its arrival, as peers send it to each other. */
  entries(): Promise<Parameters<Node['ingest']>[0]>
  /**
   * Rows of one statement on its database: no call to the node, whose care of the database waits for a quiet moment.
   */
  query<Row>(sql: string): Promise<Row[]>
  close(): Promise<void>
}

export async function openSide(schemas: TestSchemas, purge: PurgeOptions = {}): Promise<Side> {
  const { driver } = await openStorage({ kind: 'memory' })
  const verifier = nativeVerifier()
  const node = await assembleNode({
    driver,
    keys: memoryKeys(verifier),
    verifier,
    now: Date.now,
    random: (length) => new Uint8Array(randomBytes(length)),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    storage: async () => ({ kind: 'memory' }),
    timers,
    purge,
  })
  const app = await connectInProcess(node, { schemas })
  const query = async <Row>(sql: string) => (await driver.query<Row>(sql)).rows
  return {
    node,
    app,
    query,
    entries: () => query('SELECT entry, operation FROM rakko.entries WHERE operation IS NOT NULL ORDER BY number'),
    async close() {
      await app.close()
      await node.close()
    },
  }
}
