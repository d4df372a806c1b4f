import type { LockedSchemas, OpenNode, RakkoNode, servePort } from '../../src/exports.js'
import type { TestSchemas } from './test-schemas.js'

/** A way to a node, as the suite is run over it. */
export interface Transport {
  /** What the tests are named after: `over a thread`. */
  readonly name: string
  /** A node on an empty database, and what ends it and all that is behind it. */
  open(schemas: LockedSchemas): Promise<OpenedNode>
  /** Of the same copy of the library as `open`. */
  readonly openNode: OpenNode
  readonly servePort: typeof servePort
}

export interface OpenedNode {
  readonly node: RakkoNode
  dispose(): Promise<void>
}

/** What every part of the suite works on; the node is shared by all of its tests. */
export interface World {
  readonly transport: Transport
  readonly schemas: TestSchemas
  readonly node: RakkoNode
}

/** A node, and how others get to it. */
export type Reached = Omit<World, 'transport'> & { readonly transport: Pick<Transport, 'openNode' | 'servePort'> }

/** Another client of the same node, over a port. */
export async function secondClient({ transport, node, schemas }: Reached): Promise<OpenedNode> {
  const { port1, port2 } = new MessageChannel()
  const stop = transport.servePort(node, port1, { write: true, maintain: true })
  const second = await transport.openNode({ port: port2, schemas })
  return {
    node: second,
    async dispose() {
      await second.close()
      stop()
      port1.close()
    },
  }
}
