import type { Cancellation } from '../../rpc/cancellation.js'
import { errorFromData } from '../../rpc/error-data.js'
import type { ConnectParams, Reply, Request, ToNode } from '../../rpc/messages.js'
import { leaderLost, leaderSilent } from '../../shared/leader-errors.js'
import type { Way } from '../../shared/way.js'
import { type FromLeader, newName, type ToLeader } from './tab-messages.js'

/** After so long without a sign of life the leader is asked for one; after as long again it does not respond. */
export const SILENT_MS = 5_000

interface Asked {
  readonly request: Request
  readonly settle: (outcome: Reply | Error) => void
}

/** The way to the tab that leads. */
export class Follower implements Way {
  readonly leader: string
  readonly #channel: BroadcastChannel
  readonly #asked = new Map<number, Asked>()
  readonly #ports = new Set<() => void>()
  #lastId = 0
  /** Has heard from the leader, or has asked it for a sign of life, since it was looked at last. */
  #since: 'heard' | 'nothing' | 'asked' = 'heard'
  #watch: ReturnType<typeof setTimeout> | undefined

  constructor(channel: BroadcastChannel, leader: string) {
    this.#channel = channel
    this.leader = leader
  }

  async handle(request: Request, cancellation: Cancellation): Promise<unknown> {
    const { port } = request.params as Partial<ConnectParams>
    if (request.method === 'connect' && port !== undefined) return this.#join(request, port, cancellation)
    return this.#ask(request, cancellation)
  }

  receive(message: FromLeader): void {
    this.#since = 'heard'
    if ('reply' in message) this.#settle(message.reply.id as number, message.reply)
    else if ('notBegun' in message) this.#settle(message.notBegun, leaderLost(false))
  }

  /** The leader closes: what it has begun it still replies to, but no update comes any more. */
  leave(): void {
    for (const [id, { request }] of this.#asked) if (request.method === 'next') this.#settle(id, leaderLost(true))
    this.#post({ hasLeft: true })
  }

  /** The leader is gone. */
  end(): void {
    clearTimeout(this.#watch)
    for (const close of this.#ports) close()
    for (const id of this.#asked.keys()) this.#settle(id, leaderLost(true))
  }

  #ask({ method, params }: Request, cancellation: Cancellation): Promise<unknown> {
    this.#lastId += 1
    const request: Request = { id: this.#lastId, method, params }
    const { id } = request
    return new Promise((resolve, reject) => {
      // Where it cannot be cloned this throws.
      this.#post({ message: request })
      this.#asked.set(id, {
        request,
        settle(outcome) {
          if (outcome instanceof Error) reject(outcome)
          else if (outcome.ok) resolve(outcome.result)
          else reject(errorFromData(outcome.error))
        },
      })
      cancellation.onAbort(() => {
        if (this.#asked.has(id)) this.#post({ message: { cancel: id } })
      })
      this.#watch ??= setTimeout(() => this.#look(), SILENT_MS)
    })
  }

  /** No port passes a BroadcastChannel: another one, of its own, stands for it at the leader. */
  async #join({ method, params }: Request, port: NonNullable<ConnectParams['port']>, cancellation: Cancellation) {
    const name = newName()
    const shared = new BroadcastChannel(name)
    const close = (): void => {
      shared.close()
      port.close()
      this.#ports.delete(close)
    }
    this.#ports.add(close)
    try {
      await this.#ask({ id: 0, method, params: { ...params, port: name } as never }, cancellation)
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

  /** An update that does not come is no silence; nothing else takes a leader that lives so long. */
  #look(): void {
    this.#watch = undefined
    const waiting = [...this.#asked].filter(([, { request }]) => request.method !== 'next')
    if (waiting.length === 0) return
    if (this.#since === 'asked') for (const [id] of waiting) this.#settle(id, leaderSilent())
    else if (this.#since === 'nothing') {
      this.#since = 'asked'
      this.#post({ ping: true })
    } else this.#since = 'nothing'
    this.#watch = setTimeout(() => this.#look(), SILENT_MS)
  }

  #settle(id: number, outcome: Reply | Error): void {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    asked?.settle(outcome)
  }

  #post(message: { message: ToNode } | { ping: true } | { hasLeft: true }): void {
    this.#channel.postMessage({ ...message, to: this.leader } satisfies ToLeader)
  }
}
