import type { Request } from '../../rpc/messages.js'
import type { Session } from '../../rpc/serve.js'
import { type FromLeader, SHARED_VERSION, type ToLeader } from '../../shared/messages.js'
import { ServedSession } from '../../shared/served-session.js'
import { platform } from '../platform.js'
import {
  channelOf,
  commonChannel,
  type Hello,
  newName,
  type ToLeadingTab,
  tabLock,
  type Welcome,
} from './tab-messages.js'

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
  #isClosed = false

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
    // Closed while it opened: whoever leads next welcomes them.
    if (this.#isClosed) return
    this.#served = served
    for (const hello of this.#early.values()) this.#admit(hello, served)
    this.#early.clear()
  }

  /** Takes no more requests, and resolves when those that were begun have their replies. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#common.close()
    await Promise.all([...this.#tabs.values()].map((tab) => tab.leave()))
  }

  #wait(hello: Hello): void {
    this.#early.set(hello.tab, hello)
    this.#say(hello.tab, { isHere: true })
  }

  #admit({ tab, version }: Hello, { kind, openSession, onLaterVersion }: Served): void {
    const isServed = version === SHARED_VERSION && kind !== 'memory'
    if (isServed && !this.#tabs.has(tab)) {
      const channel = new BroadcastChannel(channelOf(this.#name, tab))
      const served = new ServedTab(channel, this.#id, openSession())
      this.#tabs.set(tab, served)
      void served.follow(tabLock(this.#name, tab)).then(() => this.#tabs.delete(tab))
    }
    this.#say(tab, { version: SHARED_VERSION, kind })
    if (version > SHARED_VERSION) onLaterVersion()
  }

  #say(tab: string, message: FromLeader | Welcome): void {
    const channel = new BroadcastChannel(channelOf(this.#name, tab))
    channel.postMessage({ ...message, leader: this.#id })
    channel.close()
  }
}

/** A tab with a session of its own. */
class ServedTab {
  readonly #channel: BroadcastChannel
  readonly #session: ServedSession
  readonly #ports = new Set<BroadcastChannel>()
  readonly #ending = new AbortController()

  constructor(channel: BroadcastChannel, leader: string, session: Session) {
    this.#channel = channel
    this.#session = new ServedSession(
      session,
      (message) => channel.postMessage({ ...message, leader }),
      platform.timers,
    )
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (isToLeader(data) && data.to === leader) this.#session.receive(withPort(data, (port) => this.#ports.add(port)))
    }
  }

  /** Resolves when the tab is gone, or is served no more. Then nothing that it opened is left. */
  async follow(lock: string): Promise<void> {
    const { signal } = this.#ending
    await navigator.locks.request(lock, { signal }, () => this.#session.gone()).catch(() => undefined)
    this.#channel.close()
    // As a MessagePort is told that the page at its other end is gone.
    for (const port of this.#ports) port.dispatchEvent(new Event('close'))
    await this.#session.end()
  }

  async leave(): Promise<void> {
    await this.#session.leave()
    this.#ending.abort()
  }
}

/** A BroadcastChannel carries no ports: the tab has joined the port with another one, and says its name. */
function withPort(said: ToLeader, onPort: (port: BroadcastChannel) => void): ToLeader {
  if (!('message' in said)) return said
  const { id, method, params } = (said.message ?? {}) as Request<'connect'>
  const { address, port } = (params ?? {}) as { readonly address: string; readonly port?: unknown }
  if (method !== 'connect' || typeof port !== 'string') return said
  const joined = new BroadcastChannel(port)
  onPort(joined)
  return { message: { id, method, params: { address, port: joined } } }
}

function isHello(data: unknown): data is Hello {
  const { tab, version } = (data ?? {}) as Partial<Hello>
  return typeof tab === 'string' && typeof version === 'number'
}

/** What a message says the session checks. */
function isToLeader(data: unknown): data is ToLeadingTab {
  return typeof (data as Partial<ToLeadingTab> | null)?.to === 'string'
}
