import { RakkoError } from '@rakko/core'
import type { OpenParams } from '../open-params.js'
import { Cancellation } from '../rpc/cancellation.js'
import { invalidMessage } from '../rpc/check-message.js'
import type { ConnectParams, NextParams, NodeInfo, Request, SubscriptionParams } from '../rpc/messages.js'
import type { RequestHandler } from '../rpc/serve.js'
import { notOpen } from '../rpc/subscriptions.js'
import type { SubscriptionUpdate } from '../rpc/wire.js'
import { isLeaderLost, otherDatabase } from './leader-errors.js'
import { mayRepeat } from './may-repeat.js'
import type { Meet, Meeting, Seat, Way } from './way.js'

/**
 * Serves a node that others share, by whoever leads at the time. What the session has opened at one leader it opens again
 * at the next. A request whose reply got lost with a leader is repeated where that does no harm.
 */
export function sharedHandler(meet: Meet): RequestHandler {
  const session = new SharedSession(meet)
  const handle = (request: Request, cancellation: Cancellation) => session.handle(request, cancellation)
  return Object.assign(handle, { end: () => session.end() })
}

interface Subscription {
  readonly opening: Request
  /** The leader that it is open at, and its number there. */
  way: Way
  number: number
  /** The next update is the first of this leader, and not the first of all. */
  isAfresh: boolean
}

class SharedSession implements Seat {
  readonly #meet: Meet
  #params: OpenParams | undefined
  #meeting: Meeting | undefined
  /** The way that is being opened, or is open. */
  #latest: Way | undefined
  /** The way that is open. */
  #open: Way | undefined
  #info: NodeInfo | undefined
  /** Why there is no way any more. */
  #failure: { readonly error: unknown } | undefined
  /** Called when there is a way, or with why there is none. */
  readonly #waiting = new Set<(failure?: { readonly error: unknown }) => void>()
  /** What is asked for and ends by itself. */
  readonly #running = new Set<Promise<unknown>>()
  readonly #subscriptions = new Map<number, Subscription>()
  #lastSubscription = 0
  /** What this session has asked to dial: the next leader is told it again. */
  readonly #dialled = new Set<string>()

  constructor(meet: Meet) {
    this.#meet = meet
  }

  async handle(request: Request, cancellation: Cancellation): Promise<unknown> {
    if (request.method === 'close') return this.end()
    if (request.method === 'next') return this.#nextUpdate(request as Request<'next'>, cancellation)
    const ended = this.#handle(request, cancellation)
    this.#running.add(ended)
    return ended.finally(() => this.#running.delete(ended))
  }

  async #handle(request: Request, cancellation: Cancellation): Promise<unknown> {
    const { method, params } = request
    if (this.#params === undefined) return this.#join(request, cancellation)
    if (method === 'live' || method === 'events' || method === 'peers') return this.#subscribe(request, cancellation)
    if (method === 'end') return this.#unsubscribe(params as SubscriptionParams)
    const { result } = await this.#run(request, cancellation)
    const { address, port } = params as ConnectParams
    if (method === 'connect' && port === undefined) this.#dialled.add(address)
    if (method === 'disconnect') this.#dialled.delete(address)
    return result
  }

  use(way: Way, params?: Pick<OpenParams, 'storage'>): void {
    void this.#use(way, { ...this.#params, ...params })
  }

  lose(way: Way): void {
    if (this.#open === way) this.#open = undefined
    // What it still replies to opens nothing.
    if (this.#latest === way) this.#latest = undefined
  }

  doWithout(error: unknown): void {
    this.#wake({ error })
  }

  fail(error: unknown): void {
    this.#end({ error }).catch(() => undefined)
  }

  /** What was begun has its reply before. */
  end(): Promise<void> {
    return this.#end({ error: new RakkoError('NODE_CLOSED', 'The node was closed') })
  }

  async #end(failure: { readonly error: unknown }): Promise<void> {
    this.#failure ??= failure
    this.#wake(failure)
    await Promise.allSettled(this.#running)
    const meeting = this.#meeting
    this.#meeting = undefined
    await meeting?.leave()
  }

  /** An opening that failed can be tried again. */
  async #join(request: Request, cancellation: Cancellation): Promise<NodeInfo> {
    if (request.method !== 'open') throw invalidMessage('method', 'open before any other call', request.method)
    this.#params = request.params as OpenParams
    const meeting = this.#meet(this.#params, this)
    this.#meeting = meeting
    try {
      await this.#way(cancellation)
      return this.#info as NodeInfo
    } catch (error) {
      this.#params = undefined
      this.#failure = undefined
      this.#meeting = undefined
      await meeting.leave()
      throw error
    }
  }

  async #use(way: Way, params: OpenParams): Promise<void> {
    this.#open = undefined
    this.#latest = way
    try {
      const info = (await way.handle(ownRequest('open', params), new Cancellation())) as NodeInfo
      if (this.#latest !== way) return
      const { databaseId } = this.#info ?? info
      if (info.databaseId !== databaseId) throw otherDatabase(databaseId, info.databaseId)
      this.#info ??= info
      for (const address of this.#dialled) {
        way.handle(ownRequest('connect', { address }), new Cancellation()).catch(() => undefined)
      }
      this.#open = way
      this.#wake()
    } catch (error) {
      // Where the leader got lost meanwhile, the next one is on its way.
      if (this.#latest === way && !isLeaderLost(error)) this.fail(error)
    }
  }

  #wake(failure?: { readonly error: unknown }): void {
    for (const wake of this.#waiting) wake(failure)
    this.#waiting.clear()
  }

  /** The way that is open, as soon as there is one. */
  async #way(cancellation: Cancellation): Promise<Way> {
    while (!cancellation.aborted) {
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#open !== undefined) return this.#open
      const failure = await new Promise<{ readonly error: unknown } | undefined>((resolve) => {
        this.#waiting.add(resolve)
        cancellation.onAbort(() => {
          this.#waiting.delete(resolve)
          resolve(undefined)
        })
      })
      if (failure !== undefined) throw failure.error
    }
    // Nobody waits for it.
    return Promise.reject(invalidMessage('id', 'a request that is waited for', 'cancelled'))
  }

  async #run(request: Request, cancellation: Cancellation): Promise<{ readonly way: Way; readonly result: unknown }> {
    for (;;) {
      const way = await this.#way(cancellation)
      try {
        return { way, result: await way.handle(request, cancellation) }
      } catch (error) {
        if (!mayRepeat(request, error)) throw error
      }
    }
  }

  async #subscribe(opening: Request, cancellation: Cancellation): Promise<SubscriptionParams> {
    const { way, result } = await this.#run(opening, cancellation)
    this.#lastSubscription += 1
    const { subscription: number } = result as SubscriptionParams
    // The caller never learns the number.
    if (cancellation.aborted) await endAt(way, number)
    this.#subscriptions.set(this.#lastSubscription, { opening, way, number, isAfresh: false })
    return { subscription: this.#lastSubscription }
  }

  async #nextUpdate({ id, params }: Request<'next'>, cancellation: Cancellation): Promise<unknown> {
    const { subscription, ...rest } = params as NextParams
    const one = this.#subscriptions.get(subscription)
    if (one === undefined) throw notOpen(subscription)
    for (;;) {
      const way = await this.#way(cancellation)
      try {
        if (one.way !== way) {
          const opened = (await way.handle({ ...one.opening, id }, cancellation)) as SubscriptionParams
          Object.assign(one, { way, number: opened.subscription, isAfresh: true })
          // It was ended meanwhile, where it was before.
          if (this.#subscriptions.get(subscription) !== one) return await endAt(way, one.number)
        }
        const next: Request<'next'> = { id, method: 'next', params: { ...rest, subscription: one.number } }
        const update = (await way.handle(next, cancellation)) as SubscriptionUpdate | undefined
        // The leader has ended it, and not who asked for it.
        if (update === undefined && this.#open !== way && this.#subscriptions.get(subscription) === one) continue
        if (update === undefined || !one.isAfresh) return update
        one.isAfresh = false
        return { ...update, isAfresh: true }
      } catch (error) {
        if (!isLeaderLost(error)) throw error
      }
    }
  }

  async #unsubscribe({ subscription }: SubscriptionParams): Promise<undefined> {
    const one = this.#subscriptions.get(subscription)
    this.#subscriptions.delete(subscription)
    // Another leader knows nothing of it.
    if (one === undefined || one.way !== this.#open) return undefined
    return endAt(one.way, one.number)
  }
}

async function endAt(way: Way, number: number): Promise<undefined> {
  await way.handle(ownRequest('end', { subscription: number }), new Cancellation())
  return undefined
}

/** A way numbers requests by itself. */
function ownRequest<M extends Request['method']>(method: M, params: Request<M>['params']): Request<M> {
  return { id: 0, method, params }
}
