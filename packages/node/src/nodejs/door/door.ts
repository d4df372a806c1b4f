import type { Socket } from 'node:net'
import type { Node } from '../../node.js'
import { nodeHandler } from '../../rpc/node-handler.js'
import { serve } from '../../rpc/serve.js'
import { SHARED_VERSION, type ToLeader } from '../../shared/messages.js'
import { ServedSession } from '../../shared/served-session.js'
import { platform } from '../platform.js'
import { ValueSocket } from './value-socket.js'

/** The first message of whoever comes, and the reply to it. Keeps its form in every version. */
export interface Greeting {
  readonly version: number
}

export function isGreeting(value: unknown): value is Greeting {
  return typeof (value as Partial<Greeting> | null)?.version === 'number'
}

/** Serves the node of a directory to other processes, through the socket that guards the directory. */
export class Door {
  readonly #visitors = new Set<Visitor>()
  #node: Node | undefined

  open(node: Node): void {
    this.#node = node
  }

  /** Whoever only looks whether somebody is here says nothing, and goes. */
  accept(socket: Socket): void {
    if (this.#node === undefined) {
      socket.destroy()
      return
    }
    const visitor = new Visitor(socket, this.#node, () => this.#visitors.delete(visitor))
    this.#visitors.add(visitor)
  }

  /** Undefined where nobody is here. Else it resolves when all have their replies. */
  close(): Promise<unknown> | undefined {
    this.#node = undefined
    return this.#visitors.size === 0 ? undefined : Promise.all([...this.#visitors].map((visitor) => visitor.leave()))
  }
}

class Visitor {
  readonly #socket: ValueSocket
  readonly #node: Node
  #session: ServedSession | undefined

  constructor(socket: Socket, node: Node, onEnd: () => void) {
    this.#node = node
    this.#socket = new ValueSocket(
      socket,
      (value) => this.#receive(value),
      () => {
        onEnd()
        this.#session?.gone()
        void this.#session?.end()
      },
    )
  }

  async leave(): Promise<void> {
    await this.#session?.leave()
    this.#socket.end()
  }

  #receive(value: unknown): void {
    if (this.#session !== undefined) this.#session.receive(value as ToLeader)
    else if (!isGreeting(value)) this.#socket.destroy()
    else {
      this.#socket.send({ version: SHARED_VERSION } satisfies Greeting)
      if (value.version === SHARED_VERSION) {
        this.#session = new ServedSession(serve(nodeHandler(this.#node)), (said) => this.#say(said), platform.timers)
      } else this.#socket.end()
    }
  }

  #say(said: unknown): void {
    this.#socket.send(said)
  }
}
