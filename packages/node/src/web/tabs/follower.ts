import type { Cancellation } from '../../rpc/cancellation.js'
import type { ConnectParams, Request } from '../../rpc/messages.js'
import type { ToLeader } from '../../shared/messages.js'
import { RemoteWay } from '../../shared/remote-way.js'
import { platform } from '../platform.js'
import { newName, type ToLeadingTab } from './tab-messages.js'

/** The way to the tab that leads. */
export class Follower extends RemoteWay {
  readonly leader: string
  readonly #ports = new Set<() => void>()

  constructor(channel: BroadcastChannel, leader: string, onSilent: () => void) {
    const post = (message: ToLeader): void => channel.postMessage({ ...message, to: leader } satisfies ToLeadingTab)
    super(post, platform.timers, onSilent)
    this.leader = leader
  }

  override async handle(request: Request, cancellation: Cancellation): Promise<unknown> {
    const { port } = request.params as Partial<ConnectParams>
    if (request.method === 'connect' && port !== undefined) return this.#join(request, port, cancellation)
    return super.handle(request, cancellation)
  }

  override end(): void {
    for (const close of this.#ports) close()
    super.end()
  }

  /** No port passes a BroadcastChannel: another one, of its own, stands for it at the leader. */
  async #join(request: Request, port: NonNullable<ConnectParams['port']>, cancellation: Cancellation) {
    const name = newName()
    const shared = new BroadcastChannel(name)
    const close = (): void => {
      if (!this.#ports.has(close)) return
      // A BroadcastChannel tells nobody that it is closed; a channel of replication does by these words.
      shared.postMessage(null)
      shared.close()
      port.close()
      this.#ports.delete(close)
    }
    this.#ports.add(close)
    try {
      await super.handle({ ...request, params: { ...request.params, port: name } as never }, cancellation)
    } catch (error) {
      close()
      throw error
    }
    // What comes before waits in the port: at the other end nobody listens before.
    shared.onmessage = ({ data }) => port.postMessage(data, [])
    port.addEventListener('message', ({ data }) => shared.postMessage(data))
    port.addEventListener('close', close)
    port.start?.()
    return undefined
  }
}
