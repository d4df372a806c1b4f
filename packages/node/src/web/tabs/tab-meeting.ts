import type { Node } from '../../node.js'
import type { OpenParams } from '../../open-params.js'
import { Cancellation } from '../../rpc/cancellation.js'
import { nodeHandler, openingHandler } from '../../rpc/node-handler.js'
import { type RequestHandler, serve } from '../../rpc/serve.js'
import { leaderSilent, noLocks, otherStorage, otherVersion } from '../../shared/leader-errors.js'
import { SHARED_VERSION } from '../../shared/messages.js'
import { SILENT_MS } from '../../shared/remote-way.js'
import type { Meet, Meeting, Seat, Way } from '../../shared/way.js'
import { platform } from '../platform.js'
import { Follower } from './follower.js'
import {
  channelOf,
  commonChannel,
  type FromLeadingTab,
  leaderLock,
  newName,
  tabLock,
  type Welcome,
} from './tab-messages.js'
import { TabServer } from './tab-server.js'
import { watchedHandler } from './watched-handler.js'

const { timers } = platform

/**
 * Tabs, and workers, of an origin share a node. Whoever has the lock leads, and `open`s the database. When the leader's
 * worker ends, whatever ends it, the next in the queue for the lock leads. A frozen one keeps it.
 */
export function meetTabs(open: (params: OpenParams) => Promise<Node>): Meet {
  return (params, seat) => new TabMeeting(open, params, seat)
}

class TabMeeting implements Meeting {
  readonly #open: (params: OpenParams) => Promise<Node>
  readonly #name: string
  readonly #storage: string
  readonly #seat: Seat
  readonly #tab = newName()
  readonly #common: BroadcastChannel
  readonly #channel: BroadcastChannel
  readonly #ending = new AbortController()
  /** Has the lock that says so. */
  #isHere = false
  #follower: Follower | undefined
  /** The way to the node that this tab has open. */
  #own: Way | undefined
  /** Closes the node that this tab has open. */
  #close: (() => Promise<void>) | undefined
  #giveUpLead: () => void = () => undefined
  /** Looks whether somebody leads, until it is known who. */
  #watch: unknown

  constructor(open: (params: OpenParams) => Promise<Node>, { name = '', storage = 'auto' }: OpenParams, seat: Seat) {
    this.#open = open
    this.#name = name
    this.#storage = storage
    this.#seat = seat
    this.#common = new BroadcastChannel(commonChannel(name))
    this.#channel = new BroadcastChannel(channelOf(name, this.#tab))
    this.#common.onmessage = ({ data }) => {
      if (isFromLeader(data)) this.#sayHello()
    }
    this.#channel.onmessage = ({ data }) => {
      if (isFromLeader(data)) this.#receive(data)
    }
    this.#come()
    this.#queue()
  }

  async leave(): Promise<void> {
    this.#ending.abort()
    timers.clearTimeout(this.#watch)
    this.#common.close()
    this.#follower?.end()
    try {
      await this.#close?.()
    } finally {
      this.#channel.close()
      this.#giveUpLead()
    }
  }

  /** Whoever serves this tab notices by its lock that it is gone: so it says nothing before it has it. */
  #come(): void {
    const { signal } = this.#ending
    const untilEnd = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    const begin = (): Promise<void> => {
      this.#isHere = true
      this.#sayHello()
      this.#expectLeader()
      return untilEnd
    }
    // The leader ends its session then: it comes as one that was never there.
    const onStolen = (): void => {
      this.#isHere = false
      this.#loseFollower()
      this.#come()
    }
    this.#hold(tabLock(this.#name, this.#tab), begin, onStolen)
  }

  /** Waits for the turn to lead. */
  #queue(): void {
    const onStolen = (): void => {
      if (this.#own === undefined) this.#queue()
      else void this.#stepDown(this.#own)
    }
    this.#hold(leaderLock(this.#name), () => this.#lead(), onStolen)
  }

  /** Any page of the origin may steal a lock. Whoever has it no more is nothing by it any more. */
  #hold(lock: string, begin: () => Promise<void>, onStolen: () => void): void {
    const { signal } = this.#ending
    let isHeld = false
    const held = (): Promise<void> => {
      isHeld = true
      return begin()
    }
    navigator.locks.request(lock, { signal }, held).catch((error: unknown) => {
      if (signal.aborted) return
      if (isHeld) onStolen()
      else this.#seat.fail(noLocks(error))
    })
  }

  #sayHello(): void {
    if (this.#isHere && this.#close === undefined) this.#common.postMessage({ tab: this.#tab, version: SHARED_VERSION })
  }

  /** Nobody says anything where the leader is frozen. Once that is told, it is waited for on. */
  #expectLeader(silent = 0): void {
    timers.clearTimeout(this.#watch)
    this.#watch = timers.setTimeout(() => {
      if (this.#follower?.isLeft === false || this.#close !== undefined) return
      if (silent > 0) this.#seat.doWithout(leaderSilent())
      this.#sayHello()
      this.#expectLeader(silent + 1)
    }, SILENT_MS)
  }

  #receive(message: FromLeadingTab): void {
    if (this.#close !== undefined) return
    const follower = this.#follower?.leader === message.leader ? this.#follower : undefined
    if ('version' in message) {
      if (follower === undefined) this.#welcomed(message.leader, message)
    } else if (follower === undefined) this.#expectLeader()
    else {
      follower.receive(message)
      if (!('leaves' in message)) return
      this.#seat.lose(follower)
      follower.leave()
      this.#expectLeader()
    }
  }

  #welcomed(leader: string, { version, kind }: Welcome): void {
    if (version !== SHARED_VERSION) this.#seat.fail(otherVersion(SHARED_VERSION, version))
    // What lies in memory each has for itself.
    else if (kind === 'memory') this.#openOwn({ storage: kind })
    else if (this.#storage !== 'auto' && this.#storage !== kind) {
      this.#seat.fail(otherStorage(this.#name, this.#storage, kind))
    } else {
      this.#loseFollower()
      this.#follower = new Follower(this.#channel, leader, () => this.#onSilent())
      this.#seat.use(this.#follower)
    }
  }

  /** Another one may lead since, unheard: this tab may have stood still itself. */
  #onSilent(): void {
    this.#seat.doWithout(leaderSilent())
    this.#sayHello()
  }

  #loseFollower(): void {
    const follower = this.#follower
    this.#follower = undefined
    if (follower === undefined) return
    this.#seat.lose(follower)
    follower.end()
  }

  /** Leads until it leaves. */
  async #lead(): Promise<void> {
    // One that keeps to memory already has what it needs.
    if (this.#close !== undefined || this.#ending.signal.aborted) return
    const left = new Promise<void>((resolve) => {
      this.#giveUpLead = resolve
    })
    const server = new TabServer(this.#name)
    this.#openOwn({}, server)
    await left
  }

  async #stepDown(way: Way): Promise<void> {
    if (this.#own !== way) return
    this.#own = undefined
    this.#seat.lose(way)
    const close = this.#close
    try {
      await close?.()
    } catch {
      // What failed has been told.
    }
    // It may have left meanwhile.
    if (this.#ending.signal.aborted) return
    this.#close = undefined
    this.#giveUpLead()
    this.#sayHello()
    this.#expectLeader()
    this.#queue()
  }

  #openOwn(params: Pick<OpenParams, 'storage'>, server?: TabServer): void {
    const watched = (handle: RequestHandler): RequestHandler => watchedHandler(handle, () => void this.#stepDown(way))
    const opening = openingHandler(async (all) => {
      const node = await this.#open(all)
      const { kind } = await node.storage()
      server?.serve({
        kind,
        openSession: () => serve(watched(nodeHandler(node))),
        onLaterVersion: () => node.tell({ type: 'later-version' }),
      })
      return node
    })
    this.#close = async () => {
      await server?.close()
      await opening({ id: 0, method: 'close', params: {} }, new Cancellation())
    }
    this.#loseFollower()
    const way: Way = { handle: watched(opening) }
    this.#own = way
    this.#seat.use(way, params)
  }
}

/** Everything else is of another kind, or of a version that says it otherwise. */
function isFromLeader(data: unknown): data is FromLeadingTab {
  return typeof (data as Partial<FromLeadingTab> | null)?.leader === 'string'
}
