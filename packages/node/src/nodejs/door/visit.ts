import type { Socket } from 'node:net'
import { RakkoError } from '@rakko/core'
import type { Cancellation } from '../../rpc/cancellation.js'
import type { ConnectParams, Request } from '../../rpc/messages.js'
import { otherVersion } from '../../shared/leader-errors.js'
import { type FromLeader, SHARED_VERSION } from '../../shared/messages.js'
import { RemoteWay } from '../../shared/remote-way.js'
import { platform } from '../platform.js'
import { type Greeting, isGreeting } from './door.js'
import { ValueSocket } from './value-socket.js'

/** The way to the process that has the directory open. */
export class Visit extends RemoteWay {
  readonly #socket: ValueSocket
  /** Resolves when the other end has welcomed this one, or is gone: `isWelcome` tells. */
  readonly begun: Promise<void>
  isWelcome = false
  /** The other process has another version. */
  refusal: RakkoError | undefined

  constructor(socket: Socket, { onLeaves, onSilent, onEnd }: Record<'onLeaves' | 'onSilent' | 'onEnd', () => void>) {
    const values = new ValueSocket(
      socket,
      (value) => this.#receive(value, onLeaves),
      () => {
        this.#begin()
        this.end()
        onEnd()
      },
    )
    super((message) => values.send(message), platform.timers, onSilent)
    this.#socket = values
    this.begun = new Promise((resolve) => {
      this.#begin = resolve
    })
    values.send({ version: SHARED_VERSION } satisfies Greeting)
  }

  #begin: () => void = () => undefined

  override async handle(request: Request, cancellation: Cancellation): Promise<unknown> {
    const { port } = request.params as Partial<ConnectParams>
    if (request.method !== 'connect' || port === undefined) return super.handle(request, cancellation)
    const words = 'another process has the database open, and no port can be handed over to it'
    throw new RakkoError('SYNC_UNAVAILABLE', words)
  }

  close(): void {
    this.#socket.end()
  }

  #receive(value: unknown, onLeaves: () => void): void {
    if (this.isWelcome) {
      const message = value as FromLeader
      this.receive(message)
      if (!('leaves' in message)) return
      onLeaves()
      this.leave()
    } else if (isGreeting(value)) {
      this.isWelcome = value.version === SHARED_VERSION
      if (!this.isWelcome) this.refusal = otherVersion(SHARED_VERSION, value.version)
      this.#begin()
    } else this.#socket.destroy()
  }
}
