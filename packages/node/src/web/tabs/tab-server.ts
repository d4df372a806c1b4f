import type { Request, ToNode } from '../../rpc/messages.js'
import type { Session } from '../../rpc/serve.js'
import {
  channelOf,
  commonChannel,
  type FromLeader,
  type Hello,
  newName,
  TABS_VERSION,
  type ToLeader,
  tabLock,
} from './tab-messages.js'

/** How long a tab that says nothing, frozen perhaps, is waited for. */
const FAREWELL_MS = 1_000

/** What is served, once it is open. */
export interface Served {
  /** What the database lies in. */
  readonly kind: string
  readonly openSession: () => Session
  /** A tab of a later version asked for this node. */
  readonly onLaterVersion: () => void
}

/** In the tab that leads: serves its node to the other tabs of the origin. */
export class TabServer {
  readonly #name: string
  readonly #id = newName()
  readonly #common: BroadcastChannel
  /** Those that have said hello before there was something to serve. */
  readonly #early = new Map<string, Hello>()
  readonly #tabs = new Map<string, ServedTab>()
  #served: Served | undefined

  constructor(name: string) {
    this.#name = name
    this.#common = new BroadcastChannel(commonChannel(name))
    this.#common.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!isHello(data)) return
      if (this.#served === undefined) this.#wait(data)
      else this.#admit(data, this.#served)
    }
    // Those that said hello before somebody listened say it again.
    this.#common.postMessage({ leader: this.#id })
  }

  serve(served: Served): void {
    this.#served = served
    for (const hello of this.#early.values()) this.#admit(hello, served)
    this.#early.clear()
  }

  /** Takes no more requests, and resolves when those that were begun have their replies. */
  async close(): Promise<void> {
    this.#common.close()
    await Promise.all([...this.#tabs.values()].map((tab) => tab.leave()))
  }

  #wait(hello: Hello): void {
    this.#early.set(hello.tab, hello)
    this.#say(hello.tab, { isHere: true })
  }

  #admit({ tab, version }: Hello, { kind, openSession, onLaterVersion }: Served): void {
    const isServed = version === TABS_VERSION && kind !== 'memory'
    if (isServed && !this.#tabs.has(tab)) {
      const channel = new BroadcastChannel(channelOf(this.#name, tab))
      const served = new ServedTab(channel, this.#id, openSession())
      this.#tabs.set(tab, served)
      void served.follow(tabLock(this.#name, tab)).then(() => this.#tabs.delete(tab))
    }
    this.#say(tab, { version: TABS_VERSION, kind })
    if (version > TABS_VERSION) onLaterVersion()
  }

  #say(tab: string, message: Said): void {
    const channel = new BroadcastChannel(channelOf(this.#name, tab))
    channel.postMessage({ ...message, leader: this.#id })
    channel.close()
  }
}

/** A tab with a session of its own. */
class ServedTab {
  readonly #channel: BroadcastChannel
  readonly #leader: string
  readonly #session: Session
  readonly #running = new Set<Promise<unknown>>()
  readonly #ending = new AbortController()
  readonly #left: Promise<void>
  #hasLeft: () => void = () => undefined
  #isLeaving = false

  constructor(channel: BroadcastChannel, leader: string, session: Session) {
    this.#channel = channel
    this.#leader = leader
    this.#session = session
    this.#left = new Promise((resolve) => {
      this.#hasLeft = resolve
    })
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!isToLeader(data) || data.to !== leader) return
      if ('ping' in data) this.#say({ isHere: true })
      else if ('hasLeft' in data) this.#hasLeft()
      else this.#take(data.message)
    }
  }

  /** Resolves when the tab is gone, or is served no more. Then nothing that it opened is left. */
  async follow(lock: string): Promise<void> {
    await navigator.locks.request(lock, { signal: this.#ending.signal }, this.#hasLeft).catch(() => undefined)
    this.#channel.close()
    await this.#session.end()
  }

  async leave(): Promise<void> {
    this.#isLeaving = true
    this.#say({ leaves: true })
    // What a tab sends before it knows is on its way still.
    await Promise.race([this.#left, pause(FAREWELL_MS)])
    await Promise.all(this.#running)
    this.#ending.abort()
  }

  #take(message: ToNode): void {
    const id = requestId(message)
    if (this.#isLeaving) {
      if (id !== undefined) this.#say({ notBegun: id })
      return
    }
    const replied = this.#session.facade.handle(withPort(message)).then((reply) => {
      // Nobody waits for one that has no request.
      if (reply.id !== null) this.#say({ reply })
    })
    // A subscription's next update may be far off.
    if (id === undefined || (message as Request).method === 'next') return
    this.#running.add(replied)
    void replied.finally(() => this.#running.delete(replied))
  }

  #say(message: Said): void {
    this.#channel.postMessage({ ...message, leader: this.#leader })
  }
}

type Said = FromLeader extends infer Message ? (Message extends unknown ? Omit<Message, 'leader'> : never) : never

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function requestId(message: ToNode): number | undefined {
  const { id } = (message ?? {}) as Partial<Request>
  return typeof id === 'number' ? id : undefined
}

/** A BroadcastChannel carries no ports: the tab has joined the port with another one, and says its name. */
function withPort(message: ToNode): ToNode {
  const { id, method, params } = (message ?? {}) as Request<'connect'>
  const { address, port } = (params ?? {}) as { readonly address: string; readonly port?: unknown }
  const isNamed = method === 'connect' && typeof port === 'string'
  return isNamed ? { id, method, params: { address, port: new BroadcastChannel(port) } } : message
}

function isHello(data: unknown): data is Hello {
  const { tab, version } = (data ?? {}) as Partial<Hello>
  return typeof tab === 'string' && typeof version === 'number'
}

/** What a message says the session checks. */
function isToLeader(data: unknown): data is ToLeader {
  return typeof (data as Partial<ToLeader> | null)?.to === 'string'
}
