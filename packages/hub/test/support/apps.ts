import type { NodeEvent, PeerStatus, RakkoNode } from '@rakko/client'
import { openNode } from '@rakko/client/in-process'
import { lockSchemas, type TestSchemas } from '../../../client/test/acceptance/test-schemas.js'

/** An app on a node in memory. */
export class App {
  readonly node: RakkoNode
  readonly schemas: TestSchemas
  readonly events: NodeEvent[] = []

  private constructor(node: RakkoNode, schemas: TestSchemas) {
    this.node = node
    this.schemas = schemas
    node.onEvent((event) => this.events.push(event))
  }

  static async open(name: string, sync: readonly string[] = []): Promise<App> {
    const schemas = await lockSchemas()
    return new App(await openNode({ name, storage: 'memory', schemas, sync }), schemas)
  }

  get venues() {
    return this.node.collection(this.schemas.venue)
  }

  create(names: readonly string[]) {
    return this.venues.createMany(names.map((name) => ({ name, capacity: 1 })))
  }

  /** Resolves once the names of all venues are these, in any order. */
  hasVenues(names: readonly string[]): Promise<void> {
    const expected = [...names].sort().join()
    return new Promise((resolve, reject) => {
      const query = this.venues.live(
        { first: 1_000 },
        {
          next({ rows }) {
            if (
              rows
                .map(({ name }) => name)
                .sort()
                .join() !== expected
            )
              return
            query.close()
            resolve()
          },
          error: reject,
        },
      )
    })
  }

  /** Resolves with how it stands with a peer, once that fits. */
  status(address: string, fits: (status: PeerStatus) => boolean): Promise<PeerStatus> {
    return new Promise((resolve) => {
      const watching = this.node.sync.onStatus((peers) => {
        const found = peers.find((peer) => peer.address === address && fits(peer))
        if (found === undefined) return
        watching.close()
        resolve(found)
      })
    })
  }

  /** Why it is not with the peer now. */
  async reason(address: string) {
    const { link } = await this.status(address, ({ link: { state } }) => state === 'offline' || state === 'refused')
    if (link.state === 'offline') return { state: link.state, code: link.error.code, text: link.error.message }
    if (link.state === 'refused') return { state: link.state, code: link.code, by: link.by, text: link.text }
    return link
  }
}

export const isLive = ({ link }: PeerStatus): boolean => link.state === 'live'
